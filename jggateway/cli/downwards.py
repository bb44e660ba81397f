"""import, send, published, return: what goes down to the units."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from jgclient.contract import CHANGE_KINDS, FILE_KINDS, REGISTER_KINDS
from jgclient.forms.checker import Context
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.records import Content, Json
from jggateway import audit, feed, programs, publishing
from jggateway.cli.parts import CommandError, Commands, command, group, now, read_text, references, storage
from jggateway.feed import Entry
from jggateway.returning import give_back, reason
from jggateway.tables_in import read_rows

#: Kind and name of what is no text.
_UNREADABLE = ("program", "data")


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``import``, ``send``, ``published`` and ``return``."""
    _import_command(commands)
    _send_commands(commands)
    shown = group(commands, "published", "查看、撤下已发布的内容")
    listing = command(shown, "list", _list, "列出已发布的内容")
    listing.add_argument("kind", choices=CHANGE_KINDS)
    remove = command(shown, "remove", _remove, "撤下一项，客户端下次更新时删除")
    remove.add_argument("kind", choices=[kind for kind in CHANGE_KINDS if kind != "returned"])
    remove.add_argument("id", metavar="编号")
    remove.add_argument("--unit", default="", metavar="统一社会信用代码", help="只发给某单位的，写明单位")
    back = command(commands, "return", _return, "退回一条已接收的记录，说明原因")
    back.add_argument("record", metavar="记录编号")
    back.add_argument("--reason", action="append", required=True, metavar="原因", help="可写几条")
    back.add_argument("--field", action="append", default=[], metavar="字段名", help="有问题的字段，可写几个")


def _import_command(commands: Commands[argparse.ArgumentParser]) -> None:
    made = command(
        commands, "import", _import,
        "导入并发布：表单（TOML）、代码表和日历（CSV）、事项目录和实施清单等（Excel 另存的 CSV）",
    )  # fmt: skip
    made.add_argument("kind", choices=[*FILE_KINDS, *REGISTER_KINDS])
    made.add_argument("file", type=Path, metavar="文件")
    made.add_argument("--unit", default="", metavar="统一社会信用代码", help="只发给一个单位")
    made.add_argument("--title", default="", metavar="标题", help="代码表或日历的标题")
    made.add_argument("--source", default="", metavar="来源", help="代码表或日历的来源")
    made.add_argument("--replace", action="store_true", help="撤下文件里没有的行（整库替换）")


def _send_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    send = group(commands, "send", "向单位发送通知、任务")
    notice = command(send, "notice", _send_notice, "发送通知")
    notice.add_argument("--until", default="", metavar="日期", help="有效期至")
    task = command(send, "task", _send_task, "发送任务（风险线索、联合检查、投诉转办等）")
    task.add_argument("--due", default="", metavar="日期", help="办结期限")
    task.add_argument("--form", default="", metavar="表单", help="用哪个表单回复")
    task.add_argument(
        "--fill",
        action="append",
        default=[],
        metavar="字段=内容",
        help="预先填好的字段，可写几个；须写明 --form",
    )
    task.add_argument("--basis", default="", metavar="依据", help="期限的依据")
    program = command(send, "program", _send_program, "下发客户端更新包（.jgu），代替以前下发的")
    program.add_argument("file", type=Path, metavar="更新包")
    for made in (notice, task):
        made.add_argument("--title", required=True, metavar="标题")
        words = made.add_mutually_exclusive_group()
        words.add_argument("--text", default="", metavar="正文")
        words.add_argument("--text-file", type=Path, metavar="文件", help="从文件读取正文")
        made.add_argument(
            "--unit", default="", metavar="统一社会信用代码", help="只发给一个单位，不写发给所有单位"
        )


def _import(options: argparse.Namespace) -> None:
    text = read_text(options.file)
    with storage(options, create=True) as opened:
        known = references(opened)
        if options.kind in FILE_KINDS:
            content = {
                "name": options.file.name,
                "text": text,
                "title": options.title,
                "source": options.source,
            }
            entries = [_entry(known.library, options.kind, content, options.unit)]
        else:
            entries = _rows(options, known.library, text)
        with opened.writing() as connection:
            if options.replace and options.kind in REGISTER_KINDS:
                kept = {entry.id for entry in entries}
                held = feed.listed(connection, options.kind, entries[0].unit)
                entries += [Entry(options.kind, id_, None, unit) for unit, id_, _ in held if id_ not in kept]
            changed = publishing.publish(connection, entries, audit.CONSOLE, now())
    print(f"已发布 {len(entries)} 项，其中新增或变化 {changed} 项")


def _rows(options: argparse.Namespace, library: FormLibrary, text: str) -> list[Entry]:
    form = publishing.register_form(options.kind, library)
    unit = publishing.read_unit(options.unit) if options.unit else ""
    contents, faults = read_rows(text, form, library, now().date())
    if faults:
        shown = "\n".join(faults[:20])
        more = f"\n……共 {len(faults)} 处" if len(faults) > 20 else ""
        raise CommandError(f"文件 {options.file} 有误，没有导入。请改正后再导入：\n{shown}{more}")
    if not contents:
        raise CommandError(f"文件 {options.file} 里没有数据行。请检查文件。")
    return [publishing.register_entry(form, content, unit) for content in contents]


def _entry(library: FormLibrary, kind: str, content: Content, unit: str) -> Entry:
    data: Json = {"kind": kind, "content": content, "unit": unit}
    return publishing.read_entry(data, library, now().date())


def _send_notice(options: argparse.Namespace) -> None:
    _send(options, "notice", {"valid_to": options.until})


def _send_task(options: argparse.Namespace) -> None:
    with storage(options) as opened:
        filled = _filled(references(opened).library, options.form, options.fill)
    task: Content = {"due_on": options.due, "form": options.form, "basis": options.basis, "content": filled}
    _send(options, "task", task)


def _filled(library: FormLibrary, form_id: str, pairs: list[str]) -> Content:
    """What a record begins with, understood as if a clerk had typed it.

    Raises:
        CommandError: no such form or field, or a text that the field cannot hold.
    """
    texts = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    form = next((form for form in library.forms if form.id == form_id), None)
    if len(texts) != len(pairs) or (texts and form is None):
        raise CommandError("预填内容请写成“字段=内容”，每个字段一次，并用 --form 写明表单。")
    if form is None:
        return {}
    unknown = texts.keys() - {field.name for field in form}
    if unknown:
        raise CommandError(f"表单“{form_id}”没有字段 {'、'.join(sorted(unknown))}。请检查字段名。")
    reading = library.checker(form).read(texts, Context(registers=NoRegisters(), today=now().date()))
    if lacking := [name for name in texts if name not in reading.content]:
        title = form.field(lacking[0]).title
        raise CommandError(f"“{title}”不能填“{texts[lacking[0]]}”。请检查预填的内容。")
    return {name: reading.content[name] for name in texts}


def _send_program(options: argparse.Namespace) -> None:
    new = programs.entries_of(options.file)
    with storage(options) as opened, opened.writing() as connection:
        before = set(feed.ids(connection, "program")) - {entry.id for entry in new}
        withdrawn = [Entry("program", entry_id, None) for entry_id in sorted(before)]
        publishing.publish(connection, [*new, *withdrawn], audit.CONSOLE, now())
    version = new[0].id.partition("/")[0]
    print(f"已下发 {version} 版更新包，分 {len(new)} 部分；客户端联网上报时收取，核对签名后在下次启动时启用")


def _send(options: argparse.Namespace, kind: str, more: Content) -> None:
    text = read_text(options.text_file) if options.text_file else options.text
    with storage(options) as opened:
        entry = _entry(
            references(opened).library, kind, {"title": options.title, "text": text, **more}, options.unit
        )
        with opened.writing() as connection:
            publishing.publish(connection, [entry], audit.CONSOLE, now())
    print(f"已发送，编号 {entry.id}")


def _list(options: argparse.Namespace) -> None:
    with storage(options) as opened, opened.reading() as connection:
        for unit, entry_id, content in feed.listed(connection, options.kind):
            shown = {name: value for name, value in content.items() if (options.kind, name) != _UNREADABLE}
            print(json.dumps({"unit": unit, "id": entry_id, "content": shown}, ensure_ascii=False))


def _remove(options: argparse.Namespace) -> None:
    data = {"kind": options.kind, "id": options.id, "unit": options.unit, "deleted": True}
    with storage(options) as opened:
        entry = publishing.read_entry(data, references(opened).library, now().date())
        with opened.writing() as connection:
            changed = publishing.publish(connection, [entry], audit.CONSOLE, now())
    if not changed:
        raise CommandError(f"没有发布过“{options.id}”。请用 published list 查看编号和单位。")
    print("已撤下")


def _return(options: argparse.Namespace) -> None:
    reasons = [reason(text, fields=options.field) for text in options.reason]
    with storage(options) as opened, opened.writing() as connection:
        told = give_back(connection, options.record, reasons, now(), by=None)
    version, receipt = told["revision"], told["receipt_no"]
    print(f"已退回单位 {told['unit']} 的记录 {options.record}（第 {version} 版，回执 {receipt}）")
