"""The command line: the same jobs as the window, for IT staff and scripts.

Every command prints text a person can read, or with ``--json`` one JSON object (UTF-8) on standard output.
Exit code: 0 done, 1 something was refused (and said why), 2 wrong use.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jgclient import __version__, entering
from jgclient.contract import TransportError
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.deadlines.terms import TermError, due, parse_term
from jgclient.forms.checker import Context
from jgclient.forms.identifiers import judge
from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.forms.problems import Problem
from jgclient.forms.registers import NoRegisters
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Store, StoreError, open_store


class Refusal(Exception):
    """A command cannot be done; the text says why and what to do, in Chinese."""


class Out:
    """Where a command's answer goes: readable lines, or one JSON object.

    Attributes:
        refused: Set by a command that did its work but refused some of it; the exit code is 1 then.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.refused = False

    def answer(self, data: dict[str, Any], lines: Sequence[str]) -> None:
        """Print the answer in the form that was asked for."""
        print(json.dumps(data, ensure_ascii=False) if self.as_json else "\n".join(lines))


# -- options --------------------------------------------------------------------------------------


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line as options; without a command the window opens. Wrong use exits with code 2."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="目录", help="数据目录（默认 JGCLIENT_DATA）")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="输出一个 JSON 对象")
    parser = argparse.ArgumentParser("jgclient", description="监管数据录入离线客户端", parents=[common])
    parser.add_argument("--version", action="version", version=f"jgclient {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="命令")
    for name, (explain, arguments) in _COMMANDS.items():
        command = commands.add_parser(name, help=explain, description=explain, parents=[common])
        for flags, settings in arguments:
            command.add_argument(*flags, **settings)
    options = parser.parse_args(argv)
    options.command = options.command or "gui"
    options.data = getattr(options, "data", None) or default_data_folder()
    options.json = getattr(options, "json", False)
    return options


def default_data_folder() -> Path:
    """``JGCLIENT_DATA``, else the user's local application data (never a roaming or network profile)."""
    if chosen := os.environ.get("JGCLIENT_DATA"):
        return Path(chosen)
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "jgclient"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jgclient"


Argument = tuple[tuple[str, ...], dict[str, Any]]


def _arg(*flags: str, **settings: Any) -> Argument:
    return flags, settings


_FORM = _arg("--form", metavar="表单", help="表单编号，如 check、penalty")
_REQUIRED = {"required": True}
_COMMANDS: dict[str, tuple[str, list[Argument]]] = {
    "gui": ("打开窗口（默认）", []),
    "tour": (
        "在真实窗口里演示主要工作并逐步截图",
        [_arg("--out", type=Path, metavar="目录", help="截图目录", **_REQUIRED)],
    ),
    "init": (
        "建立本单位的数据目录",
        [
            _arg("--unit", metavar="名称", help="单位名称", **_REQUIRED),
            _arg("--unit-code", metavar="代码", help="单位统一社会信用代码", **_REQUIRED),
            _arg("--region", metavar="代码", help="行政区划代码（6位）", **_REQUIRED),
            _arg("--user", metavar="姓名", help="录入人姓名", **_REQUIRED),
            _arg("--gateway", metavar="网址", default="", help="上报平台地址，可以以后再设"),
        ],
    ),
    "import": (
        "导入工作簿：台账、模板、事项清单、实施清单",
        [
            _arg("file", type=Path, metavar="文件"),
            _FORM,
            _arg("--dry-run", action="store_true", help="只检查，不保存"),
            _arg("--leave-out", action="store_true", help="有错的行不存为草稿"),
        ],
    ),
    "template": ("生成导入模板", [_arg("form", metavar="表单"), _arg("out", type=Path, metavar="输出.xlsx")]),
    "export": ("导出一种表单的全部记录", [_arg("form", metavar="表单"), _arg("out", type=Path, metavar="输出.xlsx")]),
    "list": (
        "列出记录",
        [
            _FORM,
            _arg("--state", metavar="状态", help="如 草稿、有错、待上报、已接收、被退回"),
            _arg("--text", metavar="文字", default="", help="查找文字"),
            _arg("--limit", type=int, metavar="N", default=1_000_000, help="最多列出几条"),
        ],
    ),
    "show": ("显示一条记录的全部内容、修订和回执", [_arg("id", metavar="记录编号")]),
    "check": (
        "检查一条记录（JSON），不保存",
        [_arg("form", metavar="表单"), _arg("file", metavar="文件.json", help="- 表示标准输入")],
    ),
    "due": (
        "计算期限",
        [
            _arg("--term", metavar="期限", help='如 "7 workdays"、"30 days"、"3 months"', **_REQUIRED),
            _arg("--from", dest="start", metavar="日期", help="起算日 YYYY-MM-DD，- 表示逐行读标准输入", **_REQUIRED),
        ],
    ),
    "identify": (
        "检查证件号码或代码",
        [
            _arg("kind", choices=["uscc", "idcard", "region", "item"], metavar="种类", help="uscc|idcard|region|item"),
            _arg("code", metavar="代码", help="- 表示逐行读标准输入"),
        ],
    ),
    "lint-forms": ("检查表单文件", [_arg("folder", type=Path, metavar="目录", help="含 forms/ 和 codes/ 的目录")]),
    "submit": (
        "完成草稿并放入上报队列",
        [
            _arg("ids", nargs="*", metavar="记录编号"),
            _arg("--all", action="store_true", help="全部草稿"),
            _arg("--reason", default="", metavar="理由", help="对提醒类问题统一写明的理由"),
        ],
    ),
    "sync": (
        "上报队列并取回回执",
        [
            _arg("--gateway", metavar="网址", default="", help="上报平台地址（默认用已设置的）"),
            _arg("--user", metavar="用户", default="", help="平台用户名（默认用已设置的）"),
            _arg("--password-stdin", action="store_true", help="从标准输入读密码（或用环境变量 JGCLIENT_PASSWORD）"),
        ],
    ),
}  # fmt: skip


# -- running --------------------------------------------------------------------------------------


def run(options: argparse.Namespace) -> int:
    """Do one command; every refusal ends in one Chinese sentence and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    out = Out(as_json=options.json)
    try:
        _DOERS[options.command](options, out)
    except (Refusal, StoreError, entering.EnteringError, TransportError, TermError) as error:
        return _refused(str(error), out)
    except _workbook_error() as error:
        return _refused(str(error), out)
    except KeyboardInterrupt:
        return _refused("已按要求停止，做完的部分都已保存。", out)
    return 1 if out.refused else 0


def _workbook_error() -> type[Exception]:
    # Only when a workbook command failed: the reader is heavy to import.
    from jgclient.exchange.reader import WorkbookError  # noqa: PLC0415

    return WorkbookError


def _refused(message: str, out: Out) -> int:
    if out.as_json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(message, file=sys.stderr)
    return 1


def _now() -> datetime:
    return datetime.now().astimezone()


def _library() -> FormLibrary:
    library = load_library(resources_folder())
    for error in library.broken:
        print(f"表单有问题，已停用：{error}", file=sys.stderr)
    return library


def _calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


def _store(options: argparse.Namespace, *, create: bool = False) -> Store:
    if not create and not is_profile(options.data):
        raise Refusal(
            f"{options.data} 里还没有数据。请先运行：jgclient init --data {options.data} "
            "--unit 单位名称 --unit-code 统一社会信用代码 --region 区划代码 --user 姓名"
        )
    return open_store(options.data, clock=_now)


def is_profile(folder: Path) -> bool:
    """Whether the folder holds a store already."""
    return any(folder.glob("*.db"))


def _form_id(library: FormLibrary, form_id: str) -> str:
    try:
        return library.get(form_id).id
    except KeyError:
        known = "、".join(f"{form.id}（{form.title}）" for form in library.forms)
        raise Refusal(f"没有“{form_id}”这个表单，可用：{known}") from None


def _problem_line(problem: Problem) -> str:
    strength = "必改" if problem.strength == "hard" else "提醒"
    return f"  {strength} {problem.code} {problem.message}" + (f"　{problem.help}" if problem.help else "")


# -- commands without a store ---------------------------------------------------------------------


def _template(options: argparse.Namespace, out: Out) -> None:
    from jgclient.exporting import template  # noqa: PLC0415

    library = _library()
    form_id = _form_id(library, options.form)
    template(library, form_id, options.out)
    out.answer({"form": form_id, "file": str(options.out)}, [f"模板已生成：{options.out}"])


def _check(options: argparse.Namespace, out: Out) -> None:
    library = _library()
    checker = library.checker(library.get(_form_id(library, options.form)))
    record = _read_json(options.file)
    texts = checker.to_texts({n: v for n, v in record.items() if not isinstance(v, str)})
    texts |= {name: value for name, value in record.items() if isinstance(value, str)}
    if is_profile(options.data):
        with _store(options) as store:
            asked = entering.context(store, record_id="", now=_now())
            problems = checker.read(texts, asked).problems
    else:
        problems = checker.read(texts, Context(NoRegisters(), _now().date(), {})).problems
    out.refused = any(p.strength == "hard" for p in problems)
    out.answer(
        {"form": options.form, "valid": not out.refused, "problems": [p.to_json() for p in problems]},
        [_problem_line(p) for p in problems] or ["没有发现问题。"],
    )


def _read_json(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        data = json.loads(text)
    except OSError as error:
        raise Refusal(f"读不到 {name}：{error.strerror}。请核对文件名和权限。") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refusal(f"{name} 不是 UTF-8 编码的 JSON：{error}。请检查该文件。") from None
    if not isinstance(data, dict):
        raise Refusal(f"{name} 应是一个 JSON 对象（字段名 → 值）。")
    return data


def _due(options: argparse.Namespace, out: Out) -> None:
    term, calendar = parse_term(options.term), _calendar()
    for start in _values(options.start):
        try:
            day = date.fromisoformat(start)
        except ValueError:
            raise Refusal(f"“{start}”不是日期，请写成 2026-11-21 这样。") from None
        result = due(term, day, calendar)
        answer = {
            "from": start, "term": options.term, "due": result.date.isoformat(), "provisional": result.provisional,
        }  # fmt: skip
        mark = "（暂按周末推算）" if result.provisional else ""
        _each(options.start, out, answer, f"{start} 起 {options.term} → {result.date.isoformat()}{mark}")


def _identify(options: argparse.Namespace, out: Out) -> None:
    codes = _library().codes
    for value in _values(options.code):
        verdict = judge(options.kind, value, today=_now().date(), codes=codes)
        out.refused = out.refused or not verdict.valid
        answer = {
            "value": verdict.value,
            "valid": verdict.valid,
            "problems": [p.to_json() for p in verdict.problems],
            "candidates": list(verdict.candidates),
        }
        hints = f"　是不是：{'、'.join(verdict.candidates)}" if verdict.candidates else ""
        said = "；".join(p.message for p in verdict.problems)
        _each(options.code, out, answer, f"{value}　{'正确' if verdict.valid else '有误'}　{said}{hints}".rstrip())


def _values(argument: str) -> Iterator[str]:
    if argument != "-":
        yield argument
        return
    for line in sys.stdin:
        if line.strip():
            yield line.rstrip("\r\n")


def _each(argument: str, out: Out, answer: dict[str, Any], line: str) -> None:
    # Values that come by standard input are answered one JSON object a line, whatever was asked for.
    if argument == "-":
        print(json.dumps(answer, ensure_ascii=False))
    else:
        out.answer(answer, [line])


def _lint_forms(options: argparse.Namespace, out: Out) -> None:
    if not options.folder.is_dir():
        raise Refusal(f"没有 {options.folder} 这个目录。请给出含有 forms 子目录的目录。")
    library = load_library(options.folder)
    out.refused = bool(library.broken)
    out.answer(
        {"forms": [f.id for f in library.forms], "broken": [str(e) for e in library.broken]},
        [f"可用：{f.id} {f.title} 第{f.version}版" for f in library.forms] + [f"有错：{e}" for e in library.broken],
    )


# -- commands on a store --------------------------------------------------------------------------


def _init(options: argparse.Namespace, out: Out) -> None:
    library = _library()
    wanted = (("uscc", options.unit_code, "--unit-code"), ("region", options.region, "--region"))
    for kind, value, flag in wanted:
        verdict = judge(kind, value, today=_now().date(), codes=library.codes)
        if not verdict.valid:
            said = "；".join(p.message for p in verdict.problems)
            hints = f" 是不是：{'、'.join(verdict.candidates)}？" if verdict.candidates else ""
            raise Refusal(f"{flag} {value}：{said}{hints}")
    if not options.unit.strip() or not options.user.strip():
        raise Refusal("单位名称和录入人姓名不能为空，请用 --unit 和 --user 填写。")
    with _store(options, create=True) as store:
        settings = {
            "unit_name": options.unit.strip(), "unit_code": options.unit_code.strip(),
            "unit_region": options.region.strip(), "user_name": options.user.strip(),
        }  # fmt: skip
        if options.gateway:
            settings["gateway_url"] = options.gateway
        for name, value in settings.items():
            store.settings.set(name, value)
    out.answer({"data": str(options.data), **settings}, [f"已建立：{options.data}（{options.unit} · {options.user}）"])


def _import(options: argparse.Namespace, out: Out) -> None:
    from jgclient.importing import import_workbook  # noqa: PLC0415

    library = _library()
    form_id = _form_id(library, options.form) if options.form else None
    with _store(options) as store:
        report = import_workbook(
            store, library, options.file, form_id=form_id, dry_run=options.dry_run,
            keep_refused=not options.leave_out, now=_now(),
        )  # fmt: skip
    out.refused = report.refused > 0
    out.answer(report.to_json(), report.lines())


def _export(options: argparse.Namespace, out: Out) -> None:
    from jgclient.exporting import export  # noqa: PLC0415

    library = _library()
    form_id = _form_id(library, options.form)
    with _store(options) as store:
        written = export(store, library, form_id, options.out)
    out.answer(
        {"form": form_id, "file": str(options.out), "records": written},
        [f"已导出 {written} 条到 {options.out}"],
    )


def _list(options: argparse.Namespace, out: Out) -> None:
    try:
        states = frozenset({State.named(options.state)} if options.state else ())
    except ValueError as error:
        raise Refusal(str(error)) from None
    query = ListQuery(form=options.form or "", states=states, text=options.text, limit=options.limit)
    with _store(options) as store:
        rows = store.records.list(query)
        total = store.records.count(query)
    out.answer(
        {"total": total, "records": [_row_json(row) for row in rows]},
        [f"{r.id}  {r.state.title}  {r.form}  {r.act_date}  {r.title}  {r.receipt_no or r.reason}" for r in rows]
        + [f"共 {total} 条"],
    )


def _row_json(row: RecordRow) -> dict[str, Any]:
    return {
        "id": row.id, "form": row.form, "state": row.state.value, "state_title": row.state.title,
        "title": row.title, "number": row.number, "party": row.party, "party_code": row.party_code,
        "item": row.item, "act_date": row.act_date, "author": row.author, "revision": row.revision,
        "receipt_no": row.receipt_no, "reason": row.reason, "hard_problems": row.hard_problems,
    }  # fmt: skip


def _show(options: argparse.Namespace, out: Out) -> None:
    with _store(options) as store:
        row = store.records.row(options.id)
        if row is None:
            raise Refusal(f"没有编号为 {options.id} 的记录。请用 jgclient list 查看编号。")
        draft = store.records.draft(options.id)
        data = _row_json(row) | {
            "draft": draft.texts if draft else None,
            "revisions": [
                {
                    "revision": r.revision, "operation": r.operation, "author": r.author,
                    "made_at": r.made_at.isoformat(), "sha256": r.sha256, "content": r.content,
                    "reasons": r.reasons,
                }
                for r in store.records.revisions(options.id)
            ],
            "receipts": [
                {"revision": r.revision, "receipt_no": r.receipt_no, "received_at": r.received_at, "sha256": r.sha256}
                for r in store.outbox.receipts(options.id)
            ],
            "problems": [p.to_json() for p in store.records.problems(options.id)],
        }  # fmt: skip
    content = data["draft"] or (data["revisions"][-1]["content"] if data["revisions"] else {})
    lines = [f"{row.state.title}  {row.title}", *(f"  {name}: {value}" for name, value in content.items())]
    lines += [f"  回执 {r['receipt_no']}  {r['received_at']}" for r in data["receipts"]]
    out.answer(data, lines + [_problem_line(Problem.from_json(p)) for p in data["problems"]])


def _submit(options: argparse.Namespace, out: Out) -> None:
    if bool(options.ids) == options.all:
        raise Refusal("请给出记录编号，或用 --all 提交全部草稿（二者选一）。")
    library = _library()
    with _store(options) as store:
        drafts = frozenset({State.DRAFT, State.INVALID, State.RETURNED})
        ids = options.ids or [r.id for r in store.records.list(ListQuery(states=drafts, limit=1_000_000))]
        unknown = [i for i in options.ids if store.records.row(i) is None]
        if unknown:
            raise Refusal(f"没有编号为 {'、'.join(unknown)} 的记录。请用 jgclient list 查看编号。")
        report = entering.submit(store, library, _calendar(), ids, now=_now(), reason=options.reason)
        waiting = store.outbox.count()
    out.refused = bool(report.refused)
    lines = [f"已放入队列 {report.queued} 条，未通过 {len(report.refused)} 条；队列共 {waiting} 条。"]
    for refused in report.refused:
        lines += [f"{refused.record_id} {refused.title}", *(_problem_line(p) for p in refused.problems)]
    refusals = [
        {"id": r.record_id, "title": r.title, "problems": [p.to_json() for p in r.problems]} for r in report.refused
    ]
    out.answer({"queued": report.queued, "waiting": waiting, "refused": refusals}, lines)


def _sync(options: argparse.Namespace, out: Out) -> None:
    from jgclient import sync  # noqa: PLC0415

    with _store(options) as store:
        if options.gateway:
            store.settings.set("gateway_url", options.gateway)
        if options.user:
            store.settings.set("gateway_user", options.user)
        platform = sync.connect(store)
        password = _password(options)
        if password:
            sync.log_in(store, platform, password)
        report = sync.run(
            store, platform, device_id=sync.device_id(store), unit_code=entering.unit_of(store)["code"], now=_now
        )
    out.refused = bool(report.stopped or report.rejected or report.conflict or report.parked)
    out.answer(report.to_json(), [report.line()] + ([report.stopped] if report.stopped else []))


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if stored := os.environ.get("JGCLIENT_PASSWORD"):
        return stored
    if options.user and sys.stdin.isatty():
        return getpass.getpass("平台密码：")
    return ""


_DOERS: dict[str, Callable[[argparse.Namespace, Out], None]] = {
    "init": _init,
    "import": _import,
    "template": _template,
    "export": _export,
    "list": _list,
    "show": _show,
    "check": _check,
    "due": _due,
    "identify": _identify,
    "lint-forms": _lint_forms,
    "submit": _submit,
    "sync": _sync,
}
