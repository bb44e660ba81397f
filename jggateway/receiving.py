"""Takes packages (``.jgp``) in and answers them with packages (``.jgr``), as batches and answers online."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from jgclient.contract import BatchAnswer, ContractError
from jgclient.packages import (
    BatchReply,
    Envelope,
    Keys,
    OpenedPackage,
    PackageContents,
    PackageError,
    open_package,
    write_package,
)
from jgclient.records import Json, canonical_json
from jggateway import audit, devices
from jggateway.files import Files, Locked, Mismatch, OtherSize, TooLarge
from jggateway.incoming import read_batch
from jggateway.intake import Busy, Intake, KeyReused
from jggateway.limits import MAX_BYTES, MAX_ITEMS
from jggateway.storage import Storage
from jggateway.tables import packages

OpenFile = Callable[[], AbstractContextManager[BinaryIO]]


class ReceiveError(Exception):
    """A package is refused; the text says why and what to do, in Chinese."""


class Receiving:
    """Receives packages for one gateway."""

    def __init__(
        self, storage: Storage, intake: Intake, files: Files, keys: Keys, clock: Callable[[], datetime]
    ) -> None:
        self._storage = storage
        self._intake = intake
        self._files = files
        self._keys = keys
        self._clock = clock

    def receive(
        self, volumes: Sequence[BinaryIO], *, again: bool = False
    ) -> tuple[Envelope, list[BatchReply]]:
        """Take a package in.

        Args:
            volumes: All its volumes, in any order.
            again: Answer a package that was received before with what it was answered then.

        Raises:
            PackageError: it is damaged, changed, incomplete or for somebody else.
            ReceiveError: its device is not registered, or it was received before.
        """
        with (
            TemporaryFile(dir=self._storage.folder) as workspace,
            open_package(volumes, self._keys, kind="package", workspace=workspace) as package,
        ):
            envelope = package.envelope
            with self._storage.reading() as connection:
                _refuse_strangers(connection, envelope)
                earlier = _earlier(connection, envelope)
            if earlier is not None:
                return envelope, _replies_again(envelope, earlier, again=again)
            self._take_files(package)
            replies = [self._take_batch(envelope, name, data) for name, data in package.documents()]
        self._remember(envelope, replies)
        return envelope, replies

    def answer(self, envelope: Envelope, replies: Sequence[BatchReply], open_target: OpenFile) -> None:
        """Write the answer package, sealed for the device that sent the package."""
        contents = PackageContents(
            "answer", envelope.package_id, envelope.unit_code, envelope.device_id,
            self._clock().isoformat(timespec="seconds"),
            [(reply.batch_id, reply.to_bytes()) for reply in replies],
        )  # fmt: skip
        with TemporaryFile(dir=self._storage.folder) as workspace:
            write_package(
                contents, self._keys, envelope.sender, workspace=workspace,
                open_volume=lambda _number, _total: open_target(),
            )  # fmt: skip

    def _take_files(self, package: OpenedPackage) -> None:
        for piece in package.manifest.attachments:
            try:
                self._files.take(
                    package.envelope.unit_code,
                    piece.sha256,
                    piece.size,
                    package.attachment(piece),
                    self._clock(),
                )
            except (TooLarge, OtherSize, Mismatch):
                raise PackageError(
                    "damaged", f"附件 {piece.name[:12]}… 不能接收：大小或内容不对。请重新导出。"
                ) from None
            except Locked:
                raise ReceiveError(f"附件 {piece.name[:12]}… 正在通过网络上传。请稍后再接收该包。") from None

    def _take_batch(self, envelope: Envelope, name: str, data: bytes) -> BatchReply:
        try:
            incoming = read_batch(json.loads(data.decode()))
        except (ContractError, ValueError, RecursionError) as error:
            return BatchReply(name, None, f"批次的格式不符合上报协议（{error}）。请升级客户端后重新导出。")
        refusal = _batch_refusal(envelope, name, data, incoming.envelope.unit_code, len(incoming.items))
        if refusal or incoming.envelope.batch_id != name or incoming.envelope.mode != "commit":
            return BatchReply(name, None, refusal or "批次与清单不符。请重新导出。")
        digest = hashlib.sha256(data).hexdigest()
        try:
            told = self._intake.receive(
                incoming, user=f"package:{envelope.device_id}"[:64], key="", body_sha256=digest
            )
        except KeyReused:
            return BatchReply(name, None, "同一批次编号已用于另一份内容，平台未接收。请联系技术人员。")
        except Busy:
            raise ReceiveError("平台正忙，没有接收完。请稍后再接收该包，已接收的不会重复。") from None
        return BatchReply(name, BatchAnswer.from_json(json.loads(told)))

    def _remember(self, envelope: Envelope, replies: Sequence[BatchReply]) -> None:
        now = self._clock()
        row = {
            "unit": envelope.unit_code, "id": envelope.package_id, "device": envelope.device_id,
            "envelope_sha256": _digest(envelope), "received_at": now.isoformat(timespec="seconds"),
            "replies": canonical_json([json.loads(reply.to_bytes()) for reply in replies]),
        }  # fmt: skip
        try:
            with self._storage.writing() as connection:
                connection.execute(insert(packages).values(row))
                audit.note(
                    connection, now, f"package:{envelope.device_id}", "package", envelope.package_id,
                    unit=envelope.unit_code, detail={"batches": len(replies)},
                )  # fmt: skip
        except IntegrityError:
            raise ReceiveError("这个包刚刚被另一个操作接收了。如需回执，请加 --again 再执行。") from None


def _digest(envelope: Envelope) -> str:
    return hashlib.sha256(envelope.to_bytes()).hexdigest()


def _refuse_strangers(connection: Connection, envelope: Envelope) -> None:
    device = devices.find(connection, envelope.unit_code, envelope.device_id)
    if device is None:
        raise ReceiveError(
            f"单位 {envelope.unit_code} 的设备“{envelope.device_id}”没有登记，数据包未接收。"
            f"请与该单位核对公钥指纹 {envelope.sender.fingerprint}，无误后用 devices add 登记，再接收。"
        )
    if device.public_key != envelope.sender:
        raise ReceiveError(
            f"数据包的签名不是设备“{envelope.device_id}”登记的公钥（登记的指纹 "
            f"{device.public_key.fingerprint}，包上是 {envelope.sender.fingerprint}），可能是冒充的。"
            "请与该单位核对；如确已更换密钥，请先用 devices remove 注销后重新登记。"
        )


def _earlier(connection: Connection, envelope: Envelope) -> tuple[str, str, str] | None:
    """Digest, replies and time of a package that was received under the same id."""
    row = connection.execute(
        select(packages.c.envelope_sha256, packages.c.replies, packages.c.received_at).where(
            packages.c.unit == envelope.unit_code, packages.c.id == envelope.package_id
        )
    ).first()
    return (row[0], row[1], row[2]) if row else None


def _replies_again(envelope: Envelope, earlier: tuple[str, str, str], *, again: bool) -> list[BatchReply]:
    digest, replies, received_at = earlier
    received_at = received_at[:16].replace("T", " ")
    if digest != _digest(envelope):
        raise ReceiveError(
            f"包编号 {envelope.package_id} 已于 {received_at} 用于另一份内容，可能是冒充。请重新导出。"
        )
    if not again:
        raise ReceiveError(
            f"这个包已于 {received_at} 接收过，没有重复接收。如果回执包丢了，请加 --again 重新生成回执。"
        )
    told: list[Json] = json.loads(replies)
    return [BatchReply.from_json(reply) for reply in told]


def _batch_refusal(envelope: Envelope, name: str, data: bytes, unit: str, items: int) -> str:
    if unit != envelope.unit_code:
        return f"批次 {name} 是单位 {unit} 的，与数据包的单位不符。请重新导出。"
    if len(data) > MAX_BYTES or items > MAX_ITEMS:
        return f"批次 {name} 过大（{items} 条、{len(data)} 字节）。请升级客户端后重新导出。"
    return ""
