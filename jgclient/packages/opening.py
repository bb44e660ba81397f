"""Takes a package apart: volumes, verified and opened, then documents and attachments by their hashes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from jgclient.contract import ContractError
from jgclient.packages.errors import PackageError, damaged, tampered
from jgclient.packages.keys import Keys
from jgclient.packages.manifest import BatchReply, Manifest, Piece
from jgclient.packages.packing import MANIFEST, attachment_name, document_name
from jgclient.packages.sealing import SealedReader
from jgclient.packages.volumes import Envelope, common_envelope, join_volumes, zip_faults
from jgclient.records import Json

#: Largest manifest that is read; about a hundred thousand pieces.
MAX_MANIFEST_BYTES = 16 * 2**20
#: Largest document that is read; above any batch a platform takes.
MAX_DOCUMENT_BYTES = 64 * 2**20
_BUFFER = 1024 * 1024
#: What a file is that was expected to be of the other kind.
_OTHER_KIND = {
    "answer": "这是平台给的回执包（.jgr），不是上报包。请选上报包（.jgp）。",
    "package": "这是交给平台的上报包（.jgp），不是回执包。请选平台带回的回执包（.jgr）。",
}


class OpenedPackage:
    """A package that is whole, for us, and signed by ``envelope.sender``; whose key that is has to be asked.

    Attributes:
        envelope: The outside.
        manifest: The inside; says the same of package, unit, device and sender.
    """

    def __init__(self, envelope: Envelope, inner: zipfile.ZipFile) -> None:
        self.envelope = envelope
        self._inner = inner
        self.manifest = _manifest(inner)
        if not self.manifest.fits(envelope):
            raise tampered("封面与内容说的不是同一个包")
        if sorted(inner.namelist()) != sorted(_names(self.manifest)):
            raise tampered("内容与清单不符")

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """(batch id, exact bytes) in order.

        Raises:
            PackageError: a document is not the one the manifest lists.
        """
        for number, piece in enumerate(self.manifest.documents):
            if piece.size > MAX_DOCUMENT_BYTES:
                raise PackageError("too-large", f"批次 {piece.name} 过大（{piece.size} 字节）。请重新导出。")
            data = b"".join(self._blocks(document_name(number), piece))
            yield piece.name, data

    def replies(self) -> list[BatchReply]:
        """What became of the batches; for a package of kind ``answer``.

        Raises:
            PackageError: a document is damaged or no reply.
        """
        try:
            return [BatchReply.from_json(_json(data)) for _, data in self.documents()]
        except ContractError as error:
            raise damaged(f"回执内容不合约定（{error}）") from error

    def attachment(self, piece: Piece) -> Iterator[bytes]:
        """The bytes of an attachment, in blocks.

        Raises:
            PackageError: at the end, when they are not the file the manifest lists.
        """
        return self._blocks(attachment_name(piece.name), piece)

    def _blocks(self, name: str, piece: Piece) -> Iterator[bytes]:
        digest, size = hashlib.sha256(), 0
        with zip_faults(damaged(f"{name} 解不开")), self._inner.open(name) as member:
            while size <= piece.size and (data := member.read(_BUFFER)):
                digest.update(data)
                size += len(data)
                yield data
        if (digest.hexdigest(), size) != (piece.sha256, piece.size):
            raise damaged(f"{name} 与清单不符")


@contextmanager
def open_package(
    volumes: Sequence[BinaryIO], keys: Keys, *, kind: str, workspace: BinaryIO
) -> Iterator[OpenedPackage]:
    """Verify and open a package.

    Args:
        volumes: All volumes, in any order.
        keys: The receiver's.
        kind: What is expected: ``package`` or ``answer``.
        workspace: Empty, seekable; takes the sealed bytes, never an opened one.

    Raises:
        PackageError: damaged, changed, incomplete, not for us, not of that kind, or too new.
    """
    envelope = common_envelope(volumes)
    if envelope.kind != kind:
        raise PackageError("foreign", _OTHER_KIND[envelope.kind])
    if envelope.receiver != keys.public:
        raise _for_others(kind, envelope.receiver.fingerprint, keys.public.fingerprint)
    join_volumes(envelope, volumes, workspace)
    source = SealedReader(workspace, keys)
    with zip_faults(damaged("内容解不开")):
        inner = zipfile.ZipFile(cast("IO[bytes]", source))
    with inner:
        yield OpenedPackage(envelope, inner)


def _for_others(kind: str, theirs: str, ours: str) -> PackageError:
    if kind == "answer":
        return PackageError(
            "foreign",
            f"回执包是给另一台电脑的（那台的设备公钥指纹 {theirs}，本机为 {ours}）。"
            "请在导出那个数据包的电脑上导入。",
        )
    return PackageError(
        "foreign",
        f"数据包是给别的接收方的（公钥指纹 {theirs}，本方为 {ours}）。请发送方换用本方公钥重新导出。",
    )


def _manifest(inner: zipfile.ZipFile) -> Manifest:
    with zip_faults(damaged("清单读不出来")), inner.open(MANIFEST) as member:
        data = member.read(MAX_MANIFEST_BYTES + 1)
        if len(data) > MAX_MANIFEST_BYTES:
            raise damaged("清单过大")
        return Manifest.from_json(_json(data))


def _names(manifest: Manifest) -> list[str]:
    documents = [document_name(number) for number in range(len(manifest.documents))]
    return [MANIFEST, *documents, *(attachment_name(piece.name) for piece in manifest.attachments)]


def _json(data: bytes) -> Json:
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ContractError("not JSON") from error
