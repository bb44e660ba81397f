"""Commands of reporting: network, packages, reconciliation, receipts, what came down."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jgclient import sync as job
from jgclient.cli import answers
from jgclient.cli.answers import Out, RefusedError
from jgclient.entering import unit_of
from jgclient.packages import PackageError, PublicKey
from jgclient.packaging import PackagingError, pack, take_back, unpack
from jgclient.platform_api import HttpPlatform, address_fault, client_fault, proxy_fault, roots_fault
from jgclient.receipting import slips
from jgclient.reconciling import Reconciled, Reconciling
from jgclient.store import Store
from jgclient.store.changes import ChangeRow
from jgclient.store.receipts import ReceiptLine, ReceiptQuery
from jgclient.sync.comparing import REMEDIES, TITLES, Difference
from jgclient.sync.devices import PLATFORM_KEY, device_keys
from jgclient.sync.schedule import AUTOMATIC, HOURS

_KINDS = {"notice": "通知", "task": "任务", "returned": "退回"}
_FILES = ("ca_file", "certificate", "certificate_key")
#: Setting by option of ``connection``.
_CONNECTION = {
    "gateway": "gateway_url", "user": "gateway_user", "ca_file": "gateway_ca_file",
    "certificate": "gateway_certificate", "certificate_key": "gateway_certificate_key",
    "proxy": "gateway_proxy",
}  # fmt: skip


def sync(options: argparse.Namespace, out: Out) -> None:
    """``sync``: send the outbox, keep the receipts; logs in first when a password is given."""
    with answers.store_of(options) as store, _logged_in(store, options) as platform:
        report = job.run(
            store, platform, device_id=job.device_id(store), unit_code=unit_of(store)["code"],
            now=answers.now,
        )  # fmt: skip
        refused = store.changes.refused() if report.changes_refused else []
    out.refused = bool(report.stopped or report.rejected or report.conflict or report.parked or refused)
    lines = [report.line(), *_received(report), *([report.stopped] if report.stopped else [])]
    out.answer(
        report.to_json(), lines + [f"  没有采用：{row.kind} {row.id}　{row.refused}" for row in refused]
    )


def _received(report: job.SyncReport) -> list[str]:
    words = "，表单或代码表有更新" if report.reload else ""
    return [f"平台更新 {report.changes} 项{words}"] if report.changes else []


def connection(options: argparse.Namespace, out: Out) -> None:
    """``connection``: how the platform is reached; with options the settings are changed first."""
    with answers.store_of(options) as store:
        with store.atomic():
            _set_connection(store, options)
        data: dict[str, Any] = {name: store.settings.get(key) or "" for name, key in _CONNECTION.items()}
        keys = device_keys(store)
        data |= {
            "platform_key": store.settings.get(PLATFORM_KEY) or "",
            "automatic": bool(store.settings.get(AUTOMATIC, True)),
            "hours": store.settings.get(HOURS) or [],
            "device_id": job.device_id(store), "device_key": str(keys.public),
            "device_fingerprint": keys.public.fingerprint,
        }  # fmt: skip
    titles = {
        "gateway": "上报平台", "user": "用户", "ca_file": "本单位根证书", "certificate": "客户端证书",
        "certificate_key": "证书私钥", "proxy": "网络代理", "platform_key": "平台公钥",
        "automatic": "自动上报", "hours": "定时上报", "device_id": "本机设备编号", "device_key": "本机公钥",
        "device_fingerprint": "本机公钥指纹",
    }  # fmt: skip
    out.answer(data, [f"{titles[name]}：{_shown(value)}" for name, value in data.items()])


def _set_connection(store: Store, options: argparse.Namespace) -> None:
    for name, key in _CONNECTION.items():
        if (text := getattr(options, name)) is not None:
            # The folder of today's command is not that of tomorrow's.
            store.settings.set(key, str(Path(text).absolute()) if text and name in _FILES else text)
    _refuse_what_cannot_work(store, options)
    if options.platform_key is not None:
        try:
            key = str(PublicKey.from_text(options.platform_key)) if options.platform_key else ""
        except PackageError as error:
            raise RefusedError(str(error)) from None
        store.settings.set(PLATFORM_KEY, key)
    if options.hours is not None:
        store.settings.set(HOURS, [text.strip() for text in options.hours.split(",") if text.strip()])
    if options.automatic is not None:
        store.settings.set(AUTOMATIC, options.automatic == "yes")


def _refuse_what_cannot_work(store: Store, options: argparse.Namespace) -> None:
    """Of what was given now; what is refused is not kept."""
    kept = {name: str(store.settings.get(key) or "") for name, key in _CONNECTION.items()}
    judged = {
        "gateway": ("上报平台地址", address_fault), "proxy": ("代理", proxy_fault),
        "ca_file": ("本单位根证书", roots_fault),
    }  # fmt: skip
    for name, (title, fault_of) in judged.items():
        if getattr(options, name) and (fault := fault_of(kept[name])):
            raise RefusedError(f"{title}“{kept[name]}”不能用：{fault}。")
    if (options.certificate or options.certificate_key) and kept["certificate"]:
        fault = client_fault(kept["certificate"], kept["certificate_key"])
        if fault:
            raise RefusedError(f"客户端证书“{kept['certificate']}”不能用：{fault}。")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return ("、".join(value) if isinstance(value, list) else str(value)) or "—"


# -- reconciliation ----------------------------------------------------------------------------------------


def reconcile(options: argparse.Namespace, out: Out) -> None:
    """``reconcile``: compare both sides; with ``--mend`` apply the remedy of every difference."""
    library = answers.library(options.data)
    form = answers.form_id(library, options.form) if options.form else ""
    with answers.store_of(options) as store, _logged_in(store, options) as platform:
        reconciling = Reconciling(store, platform, library, unit_code=unit_of(store)["code"], now=answers.now)
        report = reconciling.compare(form, options.first, options.last)
        if options.mend and not report.stopped and report.comparison.differences:
            done = reconciling.mend(report.comparison.differences)
            report.mended, report.stopped = done.mended, done.stopped
            if not report.stopped:
                reconciling.compare(form, options.first, options.last)
    out.refused = bool(report.stopped or (report.comparison.differences and not options.mend))
    out.answer(_reconciled(report), _reconciled_lines(report, mend=options.mend))


def _reconciled(report: Reconciled) -> dict[str, Any]:
    return {
        "agreed": report.comparison.agreed, **report.comparison.counts(),
        "receipts": report.comparison.receipts, "stopped": report.stopped, "mended": asdict(report.mended),
        "differences": [_difference(found) for found in report.comparison.differences],
    }  # fmt: skip


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "kind": found.kind, "title": TITLES[found.kind], "form": found.form, "day": found.day,
        "id": found.record_id, "remedy": found.remedy,
        "ours": found.ours.to_json() if found.ours else None,
        "theirs": found.theirs.to_json() if found.theirs else None,
    }  # fmt: skip


def _reconciled_lines(report: Reconciled, *, mend: bool) -> list[str]:
    lines = [report.line()]
    for found in report.comparison.differences:
        words = f"{TITLES[found.kind]}  {found.form}  {found.day}  {found.record_id}"
        lines.append(f"  {words}  → {REMEDIES[found.remedy]}")
    if mend:
        done = report.mended
        lines.append(f"重新上报 {done.requeued}，取回 {done.fetched}，两版对照 {done.shown}")
    elif report.comparison.differences:
        lines.append("加 --mend 逐项处理")
    return [*lines, report.stopped] if report.stopped else lines


# -- packages ----------------------------------------------------------------------------------------------


def pack_out(options: argparse.Namespace, out: Out) -> None:
    """``pack OUT.jgp``; with ``--take-back`` the records of a package wait again."""
    with answers.store_of(options) as store, _package_refusals():
        if options.take_back:
            count = take_back(store, options.out.name)
            out.answer({"waiting": count}, [f"已取消，{count} 条重新等待上报"])
            return
        unit = unit_of(store)
        packed = pack(
            store, options.out, unit_code=unit["code"], unit_name=unit["name"], now=answers.now,
            volume_bytes=options.volume_mb * 2**20, despite_restore=options.after_restore,
        )  # fmt: skip
    out.refused = bool(packed.left_out)
    files = [str(path) for path in packed.files]
    lines = [f"已打包 {packed.records} 条记录、{packed.attachments} 个附件：{'、'.join(files)}"]
    lines += [
        f"交接单：{packed.cover}",
        f"包编号：{packed.package_id}（送不到时取消：pack --take-back {packed.package_id}）",
        "请把回执包带回后用 unpack 导入，记录才算上报完成",
    ]
    lines += [f"  没有打包：{record_id}　{why}" for record_id, why in packed.left_out]
    out.answer(
        {
            "package_id": packed.package_id, "files": files, "cover": str(packed.cover),
            "records": packed.records, "attachments": packed.attachments,
            "left_out": [{"id": record_id, "reason": why} for record_id, why in packed.left_out],
        },
        lines,
    )  # fmt: skip


def unpack_in(options: argparse.Namespace, out: Out) -> None:
    """``unpack FILE.jgr``: close the records of a package as an online answer would."""
    with answers.store_of(options) as store, _package_refusals():
        report = unpack(store, options.files)
    out.refused = not report.clean
    out.answer(report.to_json(), [report.line()])


@contextmanager
def _package_refusals() -> Iterator[None]:
    try:
        yield
    except (PackageError, PackagingError) as error:
        raise RefusedError(str(error)) from error


# -- what came down, what was confirmed --------------------------------------------------------------------


def changes(options: argparse.Namespace, out: Out) -> None:
    """``changes``: notices, tasks and returns, and entries that were not applied."""
    kinds = [options.kind] if options.kind else list(_KINDS)
    with answers.store_of(options) as store:
        rows = [row for kind in kinds for row in store.changes.rows(kind)]
        refused = [] if options.kind else store.changes.refused()
    out.refused = bool(refused)
    lines = [f"{_KINDS[row.kind]}  {row.changed_at[:10]}  {row.id}  {_title(row)}" for row in rows]
    lines += [f"没有采用  {row.kind}  {row.id}  {row.refused}" for row in refused]
    out.answer(
        {"changes": [_change(row) for row in rows], "refused": [_change(row) for row in refused]},
        lines or ["没有平台下发的内容。"],
    )


def _title(row: ChangeRow) -> str:
    if row.kind == "returned":
        return "；".join(str(problem.get("message", "")) for problem in row.content["problems"])
    due = row.content.get("due_on")
    return f"{row.content['title']}{f'（{due} 前）' if due else ''}"


def _change(row: ChangeRow) -> dict[str, Any]:
    read_at = row.read_at.isoformat() if row.read_at else None
    return {**asdict(row), "read_at": read_at}


def receipts(options: argparse.Namespace, out: Out) -> None:
    """``receipts [ID]``: the list, or the slips of one record, each proven against what is kept here."""
    if options.id:
        _show_slips(options, out)
        return
    form = answers.form_id(answers.library(options.data), options.form) if options.form else ""
    query = ReceiptQuery(form, options.first, options.last, limit=options.limit)
    with answers.store_of(options) as store:
        found, total = store.receipts.list(query), store.receipts.count(query)
    lines = [
        f"{line.receipt.receipt_no}  {line.receipt.received_at}  {line.form}  {line.title}  "
        f"{line.receipt.record_id} 第{line.receipt.revision}版"
        for line in found
    ]
    out.answer({"total": total, "receipts": [_receipt(line) for line in found]}, [*lines, f"共 {total} 份"])


def _show_slips(options: argparse.Namespace, out: Out) -> None:
    with answers.store_of(options) as store:
        found = slips(store, answers.library(options.data), options.id)
    if not found:
        raise RefusedError(f"{options.id} 没有回执：请核对记录编号，或先上报。")
    out.refused = not all(slip.verdict.holds for slip in found)
    blocks = [f"{caption}：{text}" for slip in found for caption, text in [*slip.lines(), ("", "")]]
    out.answer({"slips": [slip.to_json() for slip in found]}, [line.strip("：") for line in blocks])


def _receipt(line: ReceiptLine) -> dict[str, Any]:
    return {
        **asdict(line.receipt), "kept_at": line.receipt.kept_at.isoformat(), "form": line.form,
        "title": line.title, "number": line.number, "operation": line.operation,
    }  # fmt: skip


# -- log-in ------------------------------------------------------------------------------------------------


@contextmanager
def _logged_in(store: Store, options: argparse.Namespace) -> Iterator[HttpPlatform]:
    """The platform of the profile, logged in first when a password is given."""
    password = _password(options)
    for name, value in (("gateway_url", options.gateway), ("gateway_user", options.user)):
        if value:
            store.settings.set(name, value)
    with job.connect(store) as platform:
        if password:
            job.log_in(store, platform, password)
        yield platform


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get("JGCLIENT_PASSWORD"):
        return given
    if options.user and sys.stdin.isatty():
        return getpass.getpass("平台密码：")
    return ""
