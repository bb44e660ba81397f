"""Commands that keep data safe: self-check, backup, restore, what can be saved, recovery code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError
from jgclient.store import Backup

_SHEET = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>jgclient 恢复码</title><style>
@page {{ size: A4; margin: 20mm; }}
body {{ font: 16px/1.7 "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 170mm; }}
code {{ font: bold 22px/1.8 Consolas, monospace; }}
</style></head><body><h1>jgclient 恢复码</h1>
<p>单位：{unit}　　打印日期：{day}</p>
<p><code>{code}</code></p>
<p>换电脑、重装系统或钥匙丢失时，只有这个恢复码能打开加密的数据和备份。</p>
<p>请打印后锁进保险柜，然后删除这个文件；不要拍照、不要发送。</p></body></html>
"""


def selfcheck(options: argparse.Namespace, out: Out) -> None:
    """``selfcheck [--mend] [--html FILE]``: the one-page report; exit code 1 when something is wrong."""
    from jgclient import selfcheck as job  # noqa: PLC0415 - only this command needs it

    with answers.store_of(options) as store:
        if options.mend:
            store.backups.make("hand")
            store.records.rebuild_index()
        report = job.run(store, now=answers.now())
    if options.html:
        _write(options.html, report.html())
    out.refused = report.verdict == "bad"
    out.answer(report.to_json(), report.lines())


def backup(options: argparse.Namespace, out: Out) -> None:
    """``backup [--to FOLDER] [--list]``: back up now; ``--to`` is kept as the second place."""
    with answers.store_of(options) as store:
        if options.list:
            found = store.backups.list()
            out.answer({"backups": [_json(each) for each in found]}, [_line(each) for each in found])
            return
        if options.to is not None:
            store.backups.set_place(options.to)
        made = store.backups.make("hand")
    out.refused = bool(made.second_fault)
    words = "已备份" if made.is_new else "上次备份以来没有改动，未重复备份"
    lines = [f"{words}：{made.backup.path}"]
    lines += [f"第二份：{made.second}"] if made.second else []
    lines += [made.second_fault] if made.second_fault else []
    data = _json(made.backup) | {
        "new": made.is_new, "second": str(made.second or ""), "second_fault": made.second_fault,
    }  # fmt: skip
    out.answer(data, lines)


def restore(options: argparse.Namespace, out: Out) -> None:
    """``restore FILE [--code-stdin] [--dry-run]``: back to a backup; the file before is kept."""
    from jgclient.store.restoring import restore as go_back  # noqa: PLC0415 - only this command needs it

    if options.dry_run:
        with answers.store_of(options) as store:
            found = store.rehearse(options.file)
        data = {"records": found.records, "alien": found.alien, "loss": found.loss()}
        out.answer(data, [f"可以恢复，备份里有 {found.records:,} 条记录。", _loss(found.loss())])
        return
    code = sys.stdin.readline().strip() if options.code_stdin else ""
    done = go_back(options.data, options.file, clock=answers.now, recovery_code=code)
    loss = done.comparison.loss() if done.comparison else ""
    lines = [f"已恢复：{options.file}", *([_loss(loss)] if done.comparison else [])]
    lines += [f"恢复前的数据保存在 {done.before}"] if done.before else []
    lines.append("对账通过前不会上报：请联网运行 jgclient sync，会先自动对账。")
    out.answer({"file": str(options.file), "loss": loss, "before": str(done.before or "")}, lines)


def salvage(options: argparse.Namespace, out: Out) -> None:
    """``salvage FOLDER``: workbooks with all that can still be read from a damaged file."""
    from jgclient.salvaging import salvage as save  # noqa: PLC0415 - the workbook writer loads slowly

    options.folder.mkdir(parents=True, exist_ok=True)
    with answers.store_of(options) as store:
        done = save(store, answers.library(), options.folder)
    out.refused = done.unreadable > 0
    files = [str(path) for path in done.files]
    out.answer({"records": done.records, "unreadable": done.unreadable, "files": files}, [done.line()])


def recovery_code(options: argparse.Namespace, out: Out) -> None:
    """``recovery-code [--sheet FILE]``: the code itself, or a sheet to print."""
    with answers.store_of(options) as store:
        code, unit = store.recovery_code(), str(store.settings.get("unit_name") or "")
    if options.sheet:
        _write(options.sheet, _SHEET.format(unit=unit, day=answers.now().date(), code=code))
        lines = [f"恢复码打印页：{options.sheet}。请打印后锁好，并删除这个文件。"]
    else:
        lines = [code, "请抄下或打印，锁进保险柜；换电脑或重装系统后只有它能打开数据和备份。"]
    out.answer({"recovery_code": code}, lines)


def _loss(loss: str) -> str:
    return f"备份以后的内容不在其中：{loss}。" if loss else "备份以后没有新的内容。"


def _line(backup: Backup) -> str:
    return f"{backup.title}  {backup.size / (1 << 20):.1f} MB  {backup.path}"


def _json(backup: Backup) -> dict[str, object]:
    return {
        "file": str(backup.path), "made_at": backup.made_at.isoformat(), "reason": backup.reason,
        "size": backup.size,
    }  # fmt: skip


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise RefusedError(f"{path} 写不了：{error.strerror}。请换一个位置。") from None
