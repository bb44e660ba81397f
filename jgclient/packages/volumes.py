"""The outside of a package: one ZIP a volume with the signed envelope and a part of the sealed bytes.

Every volume holds the same envelope, which names the hash of every part: one signature covers all volumes,
and a missing, foreign or changed one is noticed before anything is opened.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import BinaryIO

from jgclient.contract import ContractError, is_sha256
from jgclient.contract.reading import as_list, as_object, number, text
from jgclient.packages.errors import PackageError, damaged, incomplete, tampered
from jgclient.packages.keys import Keys, PublicKey
from jgclient.records import Json, canonical_json

FORMAT = 1
KINDS = ("package", "answer")
MAX_ENVELOPE_BYTES = 1024 * 1024
_ENVELOPE, _SIGNATURE = "envelope.json", "envelope.sig"
_SIGNED = b"jgclient package envelope 1\n"
_BUFFER = 1024 * 1024
#: Bytes around a part: the ZIP's own, envelope and signature; and what the envelope needs to name a part.
_AROUND, _NAMED = 8 * 1024, 128
_ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, LookupError, ValueError,
)  # fmt: skip
_PART = re.compile("part-([0-9]{4,9})")


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one volume in the sealed bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What everybody can read of a package; signed by the sender.

    Attributes:
        kind: ``package`` (records for the platform) or ``answer`` (receipts for the device).
        package_id: Made by the device; an answer has the id of the package it answers.
        unit_code: 统一社会信用代码 of the unit whose records it is about.
        device_id: The device whose package it is.
        made_at: ISO 8601 with offset.
        sender: Public key of who signed.
        receiver: Public key of who can open it.
        parts: One a volume.
    """

    kind: str
    package_id: str
    unit_code: str
    device_id: str
    made_at: str
    sender: PublicKey
    receiver: PublicKey
    parts: tuple[Part, ...]

    def to_bytes(self) -> bytes:
        """The bytes that are signed."""
        members = {
            "format": FORMAT, "kind": self.kind, "package_id": self.package_id, "unit_code": self.unit_code,
            "device_id": self.device_id, "made_at": self.made_at, "sender": str(self.sender),
            "receiver": str(self.receiver), "parts": [asdict(part) for part in self.parts],
        }  # fmt: skip
        return canonical_json(members).encode()

    @classmethod
    def from_json(cls, data: Json) -> Envelope:
        """Read an envelope.

        Raises:
            ContractError: it is malformed.
            PackageError: its format is newer than this program, or a key in it is none.
        """
        members = as_object(data, "envelope")
        if number(members, "format") != FORMAT:
            raise PackageError("too-new", "数据包由更新版本的程序生成，本程序读不了。请先升级本程序。")
        parts = tuple(_part(entry) for entry in as_list(members.get("parts"), "parts"))
        if text(members, "kind") not in KINDS or not parts:
            raise ContractError("kind must be package or answer, with at least one part")
        return cls(
            text(members, "kind"), text(members, "package_id"), text(members, "unit_code"),
            text(members, "device_id"), text(members, "made_at"),
            PublicKey.from_text(text(members, "sender")), PublicKey.from_text(text(members, "receiver")),
            parts,
        )  # fmt: skip


def _part(data: Json) -> Part:
    members = as_object(data, "part")
    part = Part(text(members, "sha256"), number(members, "size"))
    if not is_sha256(part.sha256) or part.size < 0:
        raise ContractError("part must have a SHA-256 and a size")
    return part


# -- writing -----------------------------------------------------------------------------------------------


def cut(sealed: BinaryIO, volume_bytes: int) -> tuple[Part, ...]:
    """Where the sealed bytes are cut.

    Args:
        sealed: All sealed bytes, from the beginning.
        volume_bytes: Most bytes of a volume with all that is around its part, 0 for one volume.
    """
    parts: list[Part] = []
    size = sealed.seek(0, io.SEEK_END)
    room = volume_bytes - _AROUND - _NAMED * (size // volume_bytes + 1) if volume_bytes else None
    sealed.seek(0)
    while True:
        digest, size = hashlib.sha256(), 0
        for data in _blocks(sealed, room):
            digest.update(data)
            size += len(data)
        if not size and parts:
            return tuple(parts)
        parts.append(Part(digest.hexdigest(), size))


def write_volume(target: BinaryIO, envelope: Envelope, keys: Keys, sealed: BinaryIO, index: int) -> None:
    """Write volume ``index`` (from 0) of a package."""
    stated = envelope.to_bytes()
    sealed.seek(sum(part.size for part in envelope.parts[:index]))
    with zipfile.ZipFile(target, "w") as volume:
        volume.writestr(dated(_ENVELOPE), stated)
        volume.writestr(dated(_SIGNATURE), keys.sign(_SIGNED + stated))
        with volume.open(dated(_part_name(index)), "w", force_zip64=True) as part:
            for data in _blocks(sealed, envelope.parts[index].size):
                part.write(data)


def dated(name: str) -> zipfile.ZipInfo:
    """A ZIP member of a fixed date: the format has no clock."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def _part_name(index: int) -> str:
    return f"part-{index + 1:04d}"


def _blocks(source: BinaryIO, limit: int | None) -> Iterator[bytes]:
    left = limit
    while data := source.read(_BUFFER if left is None else min(_BUFFER, left)):
        yield data
        left = None if left is None else left - len(data)


# -- reading -----------------------------------------------------------------------------------------------


def join_volumes(envelope: Envelope, volumes: Sequence[BinaryIO], target: BinaryIO) -> None:
    """Write the sealed bytes of volumes in any order, verified and put together, to ``target``.

    Raises:
        PackageError: a volume is broken, missing or changed.
    """
    holders = {index: volume for volume in volumes for index in _held(volume)}
    missing = [str(index + 1) for index in range(len(envelope.parts)) if index not in holders]
    if missing:
        raise PackageError(
            "missing-volume",
            f"数据包共 {len(envelope.parts)} 卷，缺第 {'、'.join(missing)} 卷。请把缺的卷一起拷来再试。",
        )
    for index, part in enumerate(envelope.parts):
        with _opened(holders[index]) as volume:
            _copy_part(volume, index, part, target)


def read_envelope(volume: BinaryIO) -> Envelope:
    """The envelope of one volume, its signature verified; whose key it is has still to be asked.

    Raises:
        PackageError: the volume is broken or its envelope was changed.
    """
    return _read_envelope(volume)[0]


def _read_envelope(source: BinaryIO) -> tuple[Envelope, bytes]:
    with _opened(source) as volume:
        stated, signature = (_small(volume, name) for name in (_ENVELOPE, _SIGNATURE))
    try:
        envelope = Envelope.from_json(json.loads(stated.decode()))
    except (ValueError, RecursionError) as error:
        if isinstance(error, PackageError):
            raise
        raise damaged("封面信息读不出来") from error
    if not envelope.sender.verifies(signature, _SIGNED + stated):
        raise tampered("签名与内容不符")
    return envelope, stated


def common_envelope(volumes: Sequence[BinaryIO]) -> Envelope:
    """The envelope of all volumes, its signature verified.

    Raises:
        PackageError: a volume is broken, its envelope was changed, or it is of another package than the rest.
    """
    found = [_read_envelope(volume) for volume in volumes]
    if not found:
        raise incomplete("没有给出任何一卷")
    usual = Counter(stated for _, stated in found).most_common(1)[0][0]
    strange = [_called(volume) for volume, (_, stated) in zip(volumes, found, strict=True) if stated != usual]
    if strange:
        raise PackageError(
            "mixed-volumes",
            f"给出的各卷不是同一个数据包的：{'、'.join(strange)}与其他卷不同。请只选同一个包的全部分卷。",
        )
    return found[0][0]


@contextmanager
def zip_faults(refusal: PackageError) -> Iterator[None]:
    """Raise ``refusal`` for all that ``zipfile`` raises over files cut off, changed or made in malice."""
    try:
        yield
    except PackageError:
        raise
    except _ZIP_FAULTS as fault:
        raise refusal from fault


@contextmanager
def _opened(source: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """One volume; what cannot be opened was cut off, what cannot be read then was changed."""
    cut_off = incomplete(f"{_called(source)}残缺，或者不是数据包")
    with zip_faults(cut_off):
        volume = zipfile.ZipFile(source)
    with volume, zip_faults(damaged(f"{_called(source)}里有读不出来的内容")):
        if not {_ENVELOPE, _SIGNATURE} <= set(volume.namelist()):
            raise cut_off
        yield volume


def _called(source: BinaryIO) -> str:
    """A volume as people know it: by the name of its file, when it is one."""
    name = getattr(source, "name", "")
    return f"“{PurePath(name).name}”" if isinstance(name, str) and name else "文件"


def _held(source: BinaryIO) -> list[int]:
    with _opened(source) as volume:
        return [int(found[1]) - 1 for name in volume.namelist() if (found := _PART.fullmatch(name))]


def _small(volume: zipfile.ZipFile, name: str) -> bytes:
    with volume.open(name) as member:
        data = member.read(MAX_ENVELOPE_BYTES + 1)
    if len(data) > MAX_ENVELOPE_BYTES:
        raise damaged("封面信息过大")
    return data


def _copy_part(volume: zipfile.ZipFile, index: int, part: Part, target: BinaryIO) -> None:
    digest, size = hashlib.sha256(), 0
    with volume.open(_part_name(index)) as member:
        for data in _blocks(member, part.size + 1):  # type: ignore[arg-type]  # ZipExtFile reads like any other
            digest.update(data)
            size += len(data)
            target.write(data)
    if (digest.hexdigest(), size) != (part.sha256, part.size):
        raise tampered(f"第 {index + 1} 卷的内容与签名不符")
