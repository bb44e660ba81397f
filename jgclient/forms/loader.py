"""TOML form file → :class:`Form`. A file is taken whole or refused whole with one Chinese line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import fields as members_of
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar, cast

from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Check, Duplicate, Duty, Field, Form, RegisterKey, Section
from jgclient.forms.lint import Fault, lint

#: Larger files are refused before they are parsed.
MAX_BYTES = 1_000_000
_EXPECTED: dict[str, tuple[type, str]] = {
    "int": (int, "整数"), "bool": (bool, "true 或 false"), "date": (date, "日期"),
}  # fmt: skip
_T = TypeVar("_T")
Table = dict[str, object]


class FormError(ValueError):
    """A form file cannot be used; its text is one Chinese line “check.toml：字段 check_date：……”.

    Attributes:
        file: Name of the file.
        field: The field, rule or key concerned; empty for the file as a whole.
        reason: What is wrong.
    """

    def __init__(self, file: str, field: str, reason: str) -> None:
        self.file = file
        self.field = field
        self.reason = " ".join(reason.split())
        super().__init__("：".join(filter(None, (file, field, self.reason))))


def load_form(path: Path, codes: CodeLists) -> Form:
    """Read and lint one form file.

    Raises:
        FormError: the file is refused.
    """
    try:
        form = _form(_document(path))
        lint(form, codes)
        _refuse_renamed(path, form)
    except Fault as fault:
        raise FormError(path.name, fault.where, fault.reason) from fault
    return form


def _refuse_renamed(path: Path, form: Form) -> None:
    """A file is called after its form, so that two files of one form and version cannot lie side by side."""
    names = (form.id, f"{form.id}-{form.version}")
    if path.stem not in names:
        raise Fault("id", f"文件名应为 {names[0]}.toml 或 {names[1]}.toml，请改回原名")


def _document(path: Path) -> Table:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Fault("", f"文件 {size} 字节，上限 {MAX_BYTES} 字节")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("", f"读不出来（{error}）") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Fault("", f"不是正确的 TOML（{error}）") from error


def _form(data: Table) -> Form:
    register = data.pop("register", None)
    return _built(
        Form,
        data,
        "",
        sections=tuple(map(_section, _tables(data, "section"))),
        checks=tuple(_built(Check, t, f"规则 {t.get('code', '（无编号）')}") for t in _tables(data, "check")),
        duties=tuple(map(_duty, _tables(data, "duty"))),
        duplicates=tuple(
            _built(Duplicate, t, f"查重 {t.get('code', '（无编号）')}") for t in _tables(data, "duplicate")
        ),
        register=None if register is None else _built(RegisterKey, _table(register, "register"), "register"),
    )


def _section(data: Table) -> Section:
    where = f"分组 {data.get('title', '（无题）')}"
    fields = (_built(Field, t, f"字段 {t.get('name', '（无名）')}") for t in _tables(data, "field"))
    return _built(Section, data, where, fields=tuple(fields))


def _duty(data: Table) -> Duty:
    if "from" in data:
        data["starts"] = data.pop("from")
    return _built(Duty, data, f"期限 {data.get('title', '（无名）')}")


def _tables(data: Table, key: str) -> list[Table]:
    entries = data.pop(key, [])
    if not isinstance(entries, list):
        raise Fault(key, "应写成 [[…]] 的列表")
    return [_table(entry, key) for entry in entries]


def _table(data: object, where: str) -> Table:
    if not isinstance(data, dict):
        raise Fault(where, "应为一个表")
    return cast("Table", data)


def _built(kind: type[_T], data: Mapping[str, object], where: str, **ready: object) -> _T:
    """An instance of the dataclass ``kind`` from a table whose keys and value types must fit."""
    known = {m.name: m for m in members_of(kind) if m.init and m.name not in ready}  # type: ignore[arg-type]  # a dataclass
    for key, value in data.items():
        if key not in known:
            raise Fault(where, f"不认识的键 {key}")
        _fits(where, key, value, str(known[key].type))
    missing = [name for name, m in known.items() if name not in data and m.default is MISSING]
    if missing:
        raise Fault(where, f"缺少 {'、'.join(missing)}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return kind(**values, **ready)


def _fits(where: str, key: str, value: object, annotation: str) -> None:
    if annotation == "tuple[int, ...]":
        if not isinstance(value, list) or not all(type(entry) is int for entry in value):
            raise Fault(where, f"{key} 应为整数列表")
        return
    if annotation.startswith("tuple"):
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise Fault(where, f"{key} 应为文字列表")
        return
    expected, words = _EXPECTED.get(annotation, (str, "文字"))
    wrong_kind = (expected is int and isinstance(value, bool)) or isinstance(value, datetime)
    if not isinstance(value, expected) or wrong_kind:
        raise Fault(where, f"{key} 应为{words}")
