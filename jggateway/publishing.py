"""Whether an entry may be told downwards: its shape, its sense, and who may send it to whom."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import uuid4

from sqlalchemy import Connection

from jgclient.contract import (
    FILE_KINDS,
    REGISTER_KINDS,
    ContractError,
    FileText,
    Notice,
    RegisterEntry,
    Task,
)
from jgclient.deadlines.calendar import CalendarError, load_calendar
from jgclient.forms.catalogue import VALID_FROM, VALID_TO
from jgclient.forms.checker import Context
from jgclient.forms.codes import CodesError, read_codes
from jgclient.forms.definition import Form
from jgclient.forms.identifiers import judge
from jgclient.forms.library import FormError, FormLibrary
from jgclient.forms.loader import load_form
from jgclient.forms.registers import NoRegisters
from jgclient.records import Content, Json, canonical_json
from jggateway import audit, feed
from jggateway.accounts import User
from jggateway.feed import Entry
from jggateway.shipped import form_entry

#: What a department administrator may tell the own unit; everything else is the region administrator's.
DEPARTMENT_KINDS = ("notice", "task", "person", "object", "implementation")


#: Longest id of an entry in characters; a catalogue row is named by code and title.
MAX_ID = 600


class PublishError(ValueError):
    """An entry is refused; the text says why and what to do, in Chinese."""


class NotAllowed(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The user may not do this; the text says who may, in Chinese."""


def may_publish(user: User, kind: str, unit: str) -> None:
    """Refuse what is not the user's to tell.

    Raises:
        NotAllowed: see there.
    """
    if user.role == "region" or (
        user.role == "department" and unit == user.unit and kind in DEPARTMENT_KINDS
    ):
        return
    raise NotAllowed(
        "只有区域管理员可以向各单位发布；部门管理员可以向本单位发布通知、任务、人员、对象和实施清单。"
    )


def read_entry(data: Json, library: FormLibrary, today: date) -> Entry:
    """An entry as ``POST /v1/changes`` takes it: kind, unit, id, and content or ``deleted``.

    Raises:
        PublishError: it is refused.
    """
    if not isinstance(data, dict) or not _storable(data):
        raise PublishError("每一项应是一个对象，不含特殊控制字符。请对照接口说明修改。")
    kind, unit, entry_id = (data.get(name, "") for name in ("kind", "unit", "id"))
    if not all(isinstance(text, str) for text in (kind, unit, entry_id)) or len(entry_id) > MAX_ID:
        raise PublishError(f"kind、unit、id 应是文字，id 最长 {MAX_ID} 字。请对照接口说明修改。")
    unit = read_unit(unit) if unit else ""
    if kind not in _READERS and not (kind == "program" and data.get("deleted")):
        raise PublishError(f"不能发布“{kind}”。可发布：{'、'.join(_READERS)}。")
    if unit and kind in FILE_KINDS:
        raise PublishError("表单、代码表和日历对所有单位一样，不能只发给一个单位。请去掉 unit。")
    if data.get("deleted"):
        return _withdrawn(kind, entry_id, unit)
    try:
        return _READERS[kind](Entry(kind, entry_id, data.get("content"), unit), library, today)
    except ContractError as error:
        raise PublishError(f"内容不符合约定（{error}）。请对照接口说明修改。") from None


def read_unit(text: str) -> str:
    """A 统一社会信用代码 as it is kept.

    Raises:
        PublishError: it is none.
    """
    verdict = judge("uscc", text, today=date.max)
    if not verdict.valid:
        reasons = "；".join(problem.message for problem in verdict.problems)
        meant = f"。是不是 {'、'.join(verdict.candidates)}" if verdict.candidates else ""
        raise PublishError(f"{reasons}{meant}。请按单位的统一社会信用代码证书填写。")
    return str(verdict.value)


def publish(connection: Connection, entries: list[Entry], actor: str, now: datetime) -> int:
    """Put entries and note it; returns how many were new or different.

    Raises:
        PublishError: a published form version would change.
    """
    for entry in entries:
        if entry.kind == "form" and entry.content is not None:
            _refuse_changed_form(connection, entry)
    changed = feed.put(connection, entries, now)
    for kind, unit in {(entry.kind, entry.unit): None for entry in entries}:
        some = [entry.id for entry in entries if (entry.kind, entry.unit) == (kind, unit)]
        subject = some[0] if len(some) == 1 else f"{len(some)} 项"
        audit.note(connection, now, actor, f"publish-{kind}", subject, unit=unit)
    return changed


def _refuse_changed_form(connection: Connection, entry: Entry) -> None:
    known = [content for _, name, content in feed.listed(connection, "form", "") if name == entry.id]
    if known and known[0]["text"] != cast("Content", entry.content)["text"]:
        raise PublishError(f"表单 {entry.id} 已经发布，同一版不能再改。请把文件中的 version 加一后发布。")


def _withdrawn(kind: str, entry_id: str, unit: str) -> Entry:
    if not entry_id:
        raise PublishError("撤下一项要写明 id。请先列出已发布的内容，照抄其 id。")
    return Entry(kind, entry_id, None, unit)


# -- the kinds ---------------------------------------------------------------------------------------------


def _form(entry: Entry, library: FormLibrary, today: date) -> Entry:  # noqa: ARG001 - every kind is read the same way
    file = FileText.from_json(entry.content)
    made = form_entry(file.text, entry.origin)
    if made is None:
        raise PublishError("表单文件读不出 id 和 version。请检查文件是否为表单定义（TOML）。")
    with TemporaryDirectory(prefix="jggateway") as name:
        path = Path(name) / str(cast("Content", made.content)["name"])
        path.write_text(file.text, encoding="utf-8", newline="")
        try:
            load_form(path, library.codes)
        except FormError as error:
            raise PublishError(f"表单有误：{error}。请改正后再发布。") from None
    return made


def _codes(entry: Entry, library: FormLibrary, today: date) -> Entry:  # noqa: ARG001 - every kind is read the same way
    file = FileText.from_json(entry.content)
    with TemporaryDirectory(prefix="jggateway") as name:
        path = Path(name) / file.name
        path.write_text(file.text, encoding="utf-8", newline="")
        try:
            read_codes(path)
        except CodesError as error:
            raise PublishError(f"代码表有误：{error}。请改正后再发布。") from None
    list_id = file.name.removesuffix(".csv")
    if not list_id.isidentifier() or not list_id.isascii() or list_id == "index":
        raise PublishError(
            "代码表的文件名应是“代码表名.csv”，代码表名用英文字母、数字和下划线。请改名后再发布。"
        )
    return Entry("codes", list_id, asdict(file), origin=entry.origin)


def _calendar(entry: Entry, library: FormLibrary, today: date) -> Entry:  # noqa: ARG001 - every kind is read the same way
    file = FileText.from_json(entry.content)
    year = file.name.removesuffix(".csv")
    if not (year.isascii() and year.isdecimal() and len(year) == 4):
        raise PublishError("日历的文件名应是“年份.csv”，如 2027.csv。请改名后再发布。")
    with TemporaryDirectory(prefix="jggateway") as name:
        (Path(name) / file.name).write_text(file.text, encoding="utf-8", newline="")
        try:
            calendar = load_calendar(Path(name))
        except CalendarError as error:
            raise PublishError(f"日历有误：{error}。请改正后再发布。") from None
    if not calendar.rest:
        raise PublishError(f"{file.name} 里没有一个休息日。请检查表头（date,kind,name）和内容。")
    return Entry("calendar", year, asdict(file), origin=entry.origin)


def register_form(kind: str, library: FormLibrary) -> Form:
    """The form that describes the rows of a register.

    Raises:
        PublishError: there is none.
    """
    for form in library.forms:
        if form.register is not None and form.register.name == kind:
            return form
    raise PublishError(f"没有“{kind}”库的表单，不能核对内容。请先发布该表单。")


def register_entry(form: Form, content: Content, unit: str) -> Entry:
    """The entry of one row of a register."""
    register = form.register
    assert register is not None  # noqa: S101  # only called for register forms
    row = RegisterEntry(
        tuple(_key_text(content.get(name)) for name in register.fields), content,
        str(content.get(VALID_FROM) or ""), str(content.get(VALID_TO) or ""),
    )  # fmt: skip
    return Entry(register.name, canonical_json(list(row.key)), {**asdict(row), "key": list(row.key)}, unit)


def _key_text(value: Json) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str("" if value is None else value)


def _register(entry: Entry, library: FormLibrary, today: date) -> Entry:
    row = RegisterEntry.from_json(entry.content)
    form = register_form(entry.kind, library)
    context = Context(registers=NoRegisters(), today=today)
    hard = [p for p in library.checker(form).check(row.content, context) if p.strength == "hard"]
    if hard:
        raise PublishError(f"“{'、'.join(row.key)}”：{hard[0].message}。{hard[0].help}")
    return register_entry(form, row.content, entry.unit)


def _notice(entry: Entry, library: FormLibrary, today: date) -> Entry:  # noqa: ARG001 - every kind is read the same way
    notice = Notice.from_json(entry.content)
    content = {**asdict(notice), "published_on": notice.published_on or today.isoformat()}
    return Entry("notice", entry.id or str(uuid4()), content, entry.unit)


def _task(entry: Entry, library: FormLibrary, today: date) -> Entry:  # noqa: ARG001 - every kind is read the same way
    task = Task.from_json(entry.content)
    if task.form and task.form not in {form.id for form in library.forms}:
        raise PublishError(f"没有表单“{task.form}”。请检查任务要填的表单。")
    if task.content and not task.form:
        raise PublishError("预填了内容，但没有写明用哪个表单录入。请写明表单。")
    unknown = task.content.keys() - {field.name for field in library.get(task.form)} if task.form else ()
    if unknown:
        raise PublishError(
            f"表单“{task.form}”没有字段 {'、'.join(sorted(unknown))}。请检查预填内容的字段名。"
        )
    return Entry("task", entry.id or str(uuid4()), asdict(task), entry.unit)


_READERS = {
    "form": _form,
    "codes": _codes,
    "calendar": _calendar,
    **dict.fromkeys(REGISTER_KINDS, _register),
    "notice": _notice,
    "task": _task,
}


def _storable(data: Json) -> bool:
    """Whether texts are free of what JSON can name and databases cannot hold: NUL and lone surrogates."""
    try:
        text = canonical_json(data).encode()
    except (ValueError, RecursionError):
        return False
    return b"\\u0000" not in text


def addressed(data: Json) -> tuple[str, str]:
    """Kind and unit of an entry as they were sent, to ask who may send it; empty where they are no texts."""
    members = data if isinstance(data, dict) else {}
    kind, unit = members.get("kind"), members.get("unit")
    return (kind if isinstance(kind, str) else ""), (unit if isinstance(unit, str) else "")
