"""key, devices, receive: packages on a USB stick."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from jgclient.packages import BatchReply
from jggateway import audit, devices
from jggateway.cli.parts import CommandError, Commands, command, group, now, references, storage
from jggateway.devices import gateway_keys
from jggateway.files import Files
from jggateway.intake import Intake
from jggateway.publishing import read_unit
from jggateway.receiving import Receiving

_WORDS = {
    "accepted": "已接收", "duplicate": "已接收过", "rejected": "退回", "conflict": "冲突", "deferred": "暂缓",
}  # fmt: skip


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add ``key``, ``devices`` and ``receive``."""
    key = command(commands, "key", _key, "显示网关的公钥：客户端导出数据包时用它封装")
    key.add_argument("--out", type=Path, metavar="文件", help="把公钥写入文件")
    known = group(commands, "devices", "管理可以交数据包的设备")
    add = command(known, "add", _add, "登记设备的公钥（先与单位核对指纹）")
    add.add_argument("device", metavar="设备编号")
    add.add_argument("--unit", required=True, metavar="统一社会信用代码")
    add.add_argument("--key", required=True, metavar="公钥", help="客户端设置页显示的公钥")
    remove = command(known, "remove", _remove, "注销设备")
    remove.add_argument("device", metavar="设备编号")
    remove.add_argument("--unit", required=True, metavar="统一社会信用代码")
    listing = command(known, "list", _list, "列出登记的设备")
    listing.add_argument("--json", action="store_true", help="以 JSON 输出")
    receive = command(commands, "receive", _receive, "接收数据包（.jgp），写出回执包（.jgr）")
    receive.add_argument("files", type=Path, nargs="+", metavar="数据包", help="一个包的全部分卷")
    receive.add_argument("--out", type=Path, required=True, metavar="回执包", help="写出的回执包文件")
    receive.add_argument("--again", action="store_true", help="包已接收过：按当时的结果重新写出回执包")
    receive.add_argument("--json", action="store_true", help="以 JSON 输出")


def _key(options: argparse.Namespace) -> None:
    with storage(options, create=True) as opened:
        public = gateway_keys(opened.folder).public
    if options.out:
        _write(options.out, f"{public}\n".encode())
    print(f"公钥\t{public}\n指纹\t{public.fingerprint}")


def _add(options: argparse.Namespace) -> None:
    with storage(options, create=True) as opened, opened.writing() as connection:
        unit = read_unit(options.unit)
        devices.register(connection, unit, options.device, options.key, now(), actor=audit.CONSOLE)
    print(f"已登记设备“{options.device}”")


def _remove(options: argparse.Namespace) -> None:
    with storage(options) as opened, opened.writing() as connection:
        devices.remove(connection, read_unit(options.unit), options.device, now(), actor=audit.CONSOLE)
    print(f"已注销设备“{options.device}”")


def _list(options: argparse.Namespace) -> None:
    with storage(options) as opened, opened.reading() as connection:
        found = devices.listed(connection)
    for device in found:
        told = {
            "unit": device.unit, "device": device.id, "fingerprint": device.public_key.fingerprint,
            "added_by": device.added_by, "added_at": device.added_at,
        }  # fmt: skip
        print(json.dumps(told, ensure_ascii=False) if options.json else "\t".join(told.values()))


def _receive(options: argparse.Namespace) -> None:
    if options.out.exists():
        raise CommandError(f"{options.out} 已经存在。请换一个文件名，以免覆盖别的回执。")
    with storage(options) as opened, ExitStack() as stack:
        intake = Intake(opened, references(opened), now)
        receiving = Receiving(opened, intake, Files(opened), gateway_keys(opened.folder), now)
        try:
            volumes = [stack.enter_context(path.open("rb")) for path in options.files]
        except OSError as error:
            why = error.strerror or error
            raise CommandError(f"数据包 {error.filename} 打不开（{why}）。请检查路径和权限。") from error
        envelope, replies = receiving.receive(volumes, again=options.again)
        draft = options.out.with_name(options.out.name + ".part")
        try:
            receiving.answer(envelope, replies, lambda: draft.open("w+b"))
            draft.replace(options.out)
        except OSError as error:
            raise CommandError(
                f"已接收，但回执包 {options.out} 写不出来（{error.strerror or error}）。"
                "请换一个位置，加 --again 重新写出。"
            ) from error
    _tell(options, replies)


def _tell(options: argparse.Namespace, replies: list[BatchReply]) -> None:
    outcomes: Counter[str] = Counter(
        result.outcome for reply in replies if reply.answer for result in reply.answer.results
    )
    refusals = [reply.refusal for reply in replies if reply.refusal]
    if options.json:
        print(json.dumps({"outcomes": outcomes, "refusals": refusals}, ensure_ascii=False))
        return
    for outcome, word in _WORDS.items():
        print(f"{word}\t{outcomes[outcome]}")
    for refusal in refusals:
        print(f"整批未接收\t{refusal}")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"{path} 写不出来（{error.strerror or error}）。请换一个位置。") from error
