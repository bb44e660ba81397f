"""Puts a package together: contents → sealed ZIP → signed volumes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from jgclient.packages.errors import PackageError
from jgclient.packages.keys import Keys, PublicKey
from jgclient.packages.manifest import Manifest, Piece
from jgclient.packages.sealing import SealingWriter
from jgclient.packages.volumes import Envelope, cut, dated, write_volume

MANIFEST = "manifest.json"
#: A volume smaller than this is refused: a package would fall into thousands of files.
MIN_VOLUME_BYTES = 1024 * 1024
_BUFFER = 1024 * 1024
OpenFile = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class PackageContents:
    """What is to be packed.

    Attributes:
        kind: ``package`` (records for the platform) or ``answer`` (receipts for the device).
        package_id: New for a package; an answer has the id of the package it answers.
        made_at: ISO 8601 with offset.
        documents: (batch id, bytes) in order: the exact bytes of batches as they would be sent online, or of
            :class:`jgclient.packages.BatchReply` in an answer.
        attachments: (SHA-256, size in bytes, opens the file) of every file the records name.
    """

    kind: str
    package_id: str
    unit_code: str
    device_id: str
    made_at: str
    documents: Sequence[tuple[str, bytes]]
    attachments: Sequence[tuple[str, int, OpenFile]] = ()

    def manifest(self, sender: PublicKey) -> Manifest:
        """The manifest when ``sender`` signs."""
        return Manifest(
            self.kind, self.package_id, self.unit_code, self.device_id, self.made_at, str(sender),
            tuple(Piece.of(name, data) for name, data in self.documents),
            tuple(Piece(sha256, sha256, size) for sha256, size, _ in self.attachments),
        )  # fmt: skip


def write_package(
    contents: PackageContents,
    keys: Keys,
    receiver: PublicKey,
    *,
    workspace: BinaryIO,
    open_volume: Callable[[int, int], AbstractContextManager[BinaryIO]],
    volume_bytes: int = 0,
) -> Envelope:
    """Seal, sign and write a package.

    Args:
        contents: What is packed.
        keys: The sender's; they sign.
        receiver: Who alone can open it.
        workspace: Empty, seekable; takes the sealed bytes meanwhile.
        open_volume: Opens volume ``number`` (from 1) of ``total`` for writing.
        volume_bytes: Most bytes of a volume, 0 for one volume.

    Raises:
        PackageError: an attachment is not the file its hash stands for, or the volumes would be too small.
    """
    if 0 < volume_bytes < MIN_VOLUME_BYTES:
        raise PackageError("too-large", "分卷太小。请至少用 1 MB 一卷。")
    with SealingWriter(workspace, receiver) as sealed:
        _fill(cast("IO[bytes]", sealed), contents, contents.manifest(keys.public))
    envelope = Envelope(
        contents.kind, contents.package_id, contents.unit_code, contents.device_id, contents.made_at,
        keys.public, receiver, cut(workspace, volume_bytes),
    )  # fmt: skip
    for index in range(len(envelope.parts)):
        with open_volume(index + 1, len(envelope.parts)) as target:
            write_volume(target, envelope, keys, workspace, index)
    return envelope


def _fill(target: IO[bytes], contents: PackageContents, manifest: Manifest) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr(dated(MANIFEST), manifest.to_bytes(), zipfile.ZIP_DEFLATED)
        for number, (_, data) in enumerate(contents.documents):
            inner.writestr(dated(document_name(number)), data, zipfile.ZIP_DEFLATED)
        for sha256, size, open_file in contents.attachments:
            with (
                open_file() as source,
                inner.open(dated(attachment_name(sha256)), "w", force_zip64=True) as member,
            ):
                _copy_attachment(source, cast("BinaryIO", member), sha256, size)


def _copy_attachment(source: BinaryIO, target: BinaryIO, sha256: str, size: int) -> None:
    digest, copied = hashlib.sha256(), 0
    while data := source.read(_BUFFER):
        target.write(data)
        digest.update(data)
        copied += len(data)
    if (digest.hexdigest(), copied) != (sha256, size):
        raise PackageError("damaged", f"附件 {sha256[:12]}… 的文件已被改动或损坏。请重新添加该附件后再导出。")


def document_name(number: int) -> str:
    """Name of document ``number`` (from 0) in the ZIP; batch ids are not used as names."""
    return f"documents/{number + 1:06d}.json"


def attachment_name(sha256: str) -> str:
    """Name of an attachment in the ZIP."""
    return f"attachments/{sha256}"
