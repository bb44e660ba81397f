"""Attachments of the units: addressed by SHA-256, arriving in pieces, confirmed when whole (tus 1.0).

The bytes lie in the data folder, one folder a unit; how much has arrived is the length of the file. A file is
only confirmed, and then listed as such in the database, when all its bytes are there and have the hash it is
addressed by. Unfinished ones are dropped after :data:`UNFINISHED_KEPT`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from jgclient.contract import MAX_ATTACHMENT_BYTES, AttachmentState
from jggateway.locking import Locked, locked
from jggateway.storage import Storage
from jggateway.tables import attachments

__all__ = ["Files", "Locked", "Mismatch", "OtherOffset", "OtherSize", "TooLarge", "Unknown"]

FOLDER = "attachments"
UNFINISHED_KEPT = timedelta(days=30)


class Unknown(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The unit has not announced such a file."""


class TooLarge(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The file, or what is sent of it, is larger than allowed."""


class OtherSize(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The file was announced with another size."""


class OtherOffset(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The bytes do not begin where the file ends."""


class Mismatch(Exception):  # noqa: N818  # an event of the domain, not a fault
    """The bytes do not have the hash they should have; what was sent is dropped."""


@dataclass(frozen=True, slots=True)
class _Known:
    size: int
    confirmed: bool


class Files:
    """The attachments of all units. Safe to share between threads and processes of one machine."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._folder = storage.folder / FOLDER

    def state(self, unit: str, sha256: str) -> AttachmentState:
        """How much of a file has arrived.

        Raises:
            Unknown: it was not announced.
        """
        known = self._known(unit, sha256)
        if known.confirmed:
            return AttachmentState(known.size, known.size)
        return AttachmentState(_length(self._unfinished(unit, sha256)), known.size)

    def announce(self, unit: str, sha256: str, size: int, now: datetime) -> AttachmentState:
        """Make a file known; again does no harm.

        Raises:
            TooLarge: it has more bytes than are taken.
            OtherSize: it was announced with another size before, and bytes of it have arrived.
        """
        if size > MAX_ATTACHMENT_BYTES:
            raise TooLarge
        row = {
            "unit": unit, "sha256": sha256, "size": size, "confirmed_at": "",
            "announced_at": now.isoformat(timespec="seconds"),
        }  # fmt: skip
        try:
            with self._storage.writing() as connection:
                connection.execute(insert(attachments).values(row))
        except IntegrityError:
            self._announce_again(unit, sha256, size)
        if size == 0:  # no bytes will come that could finish it
            self.append(unit, sha256, 0, (), digest=None, now=now)
        return self.state(unit, sha256)

    def append(
        self, unit: str, sha256: str, offset: int, blocks: Iterable[bytes], *,
        digest: bytes | None, now: datetime,
    ) -> AttachmentState:  # fmt: skip
        """Add bytes to a file; what arrived before ``blocks`` raised is kept unless ``digest`` is given.

        Args:
            unit: The unit.
            sha256: The file.
            offset: Where the bytes belong.
            blocks: The bytes, piece by piece.
            digest: SHA-256 of the bytes; None when nobody said it.
            now: Server time.

        Raises:
            Unknown: it was not announced.
            OtherOffset: see there.
            TooLarge: there are more bytes than were announced.
            Mismatch: see there; the whole file begins anew when it is the whole file that is wrong.
            Locked: another request is writing the same file.
        """
        with self._alone(unit, sha256) as path:
            known = self._known(unit, sha256)
            if offset != (known.size if known.confirmed else _length(path)):
                raise OtherOffset
            if not known.confirmed:
                with path.open("ab") as target:
                    _write(target, blocks, room=known.size - offset, digest=digest)
                if _length(path) == known.size:
                    self._finish(unit, sha256, known.size, now)
        return self.state(unit, sha256)

    def take(self, unit: str, sha256: str, size: int, blocks: Iterable[bytes], now: datetime) -> None:
        """Take a whole file at once, as packages bring them; one that is confirmed already is left alone.

        Raises:
            Mismatch: the bytes are not the file.
            TooLarge: it has more bytes than are taken.
            OtherSize: it was announced with another size.
            Locked: an upload of the same file is running.
        """
        if self.announce(unit, sha256, size, now).confirmed:
            return
        with self._alone(unit, sha256) as path:
            with path.open("wb") as target:
                _write(target, blocks, room=size, digest=None)
            self._finish(unit, sha256, size, now)

    def path(self, unit: str, sha256: str) -> Path:
        """Where a confirmed file lies."""
        return self._folder / unit / sha256[:2] / sha256

    def sweep(self, now: datetime) -> int:
        """Drop unfinished files nobody has added to for :data:`UNFINISHED_KEPT`; returns how many."""
        before = (now - UNFINISHED_KEPT).isoformat(timespec="seconds")
        old = (attachments.c.confirmed_at == "") & (attachments.c.announced_at < before)
        with self._storage.reading() as connection:
            found = connection.execute(select(attachments.c.unit, attachments.c.sha256).where(old)).all()
        for unit, sha256 in found:
            self._unfinished(unit, sha256).unlink(missing_ok=True)
        with self._storage.writing() as connection:
            connection.execute(delete(attachments).where(old))
        return len(found)

    # -- inside ----------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self, unit: str, sha256: str) -> Iterator[Path]:
        """The unfinished file, which nobody else writes meanwhile."""
        path = self._unfinished(unit, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        # One lock for all files whose hashes begin alike, so that their number stays small.
        with locked(path.with_name(f"{sha256[:2]}.lock")):
            yield path

    def _known(self, unit: str, sha256: str) -> _Known:
        with self._storage.reading() as connection:
            row = connection.execute(
                select(attachments.c.size, attachments.c.confirmed_at).where(_is(unit, sha256))
            ).first()
        if row is None:
            raise Unknown
        return _Known(row.size, bool(row.confirmed_at))

    def _announce_again(self, unit: str, sha256: str, size: int) -> None:
        known = self._known(unit, sha256)
        if known.size == size:
            return
        if known.confirmed or _length(self._unfinished(unit, sha256)):
            raise OtherSize
        with self._storage.writing() as connection:
            connection.execute(update(attachments).where(_is(unit, sha256)).values(size=size))

    def _finish(self, unit: str, sha256: str, size: int, now: datetime) -> None:
        """Verify a whole file, lay it where it belongs, and only then say that it is there."""
        source, target = self._unfinished(unit, sha256), self.path(unit, sha256)
        if not target.exists():
            if _hash(source) != sha256 or source.stat().st_size != size:
                source.unlink()
                raise Mismatch
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            _sync_folder(target.parent)
        with self._storage.writing() as connection:
            connection.execute(
                update(attachments).where(_is(unit, sha256)).values(
                    confirmed_at=now.isoformat(timespec="seconds"), size=size
                )
            )  # fmt: skip

    def _unfinished(self, unit: str, sha256: str) -> Path:
        return self._folder / unit / "unfinished" / f"{sha256}.part"


def _is(unit: str, sha256: str) -> ColumnElement[bool]:
    return (attachments.c.unit == unit) & (attachments.c.sha256 == sha256)


def _write(target: BinaryIO, blocks: Iterable[bytes], *, room: int, digest: bytes | None) -> None:
    start, hashed = target.tell(), hashlib.sha256()
    try:
        for block in blocks:
            if len(block) > room:
                raise TooLarge
            target.write(block)
            hashed.update(block)
            room -= len(block)
        if digest is not None and hashed.digest() != digest:
            raise Mismatch
    except BaseException:
        if digest is not None:  # half of a piece that was vouched for as a whole is worth nothing
            target.truncate(start)
        raise
    finally:
        target.flush()
        os.fsync(target.fileno())


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _hash(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the system offers that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
