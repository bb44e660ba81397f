"""Attachments: files by their SHA-256, in pieces, in an encrypted database of their own beside the records.

Of their own, so that the records' file and its daily copies stay small; a database, so that one key and one
proven cipher protect both and a power cut leaves no half file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from jgclient.store.connection import Connection, Row, connect, prepare

FILE = "attachments.db"
#: Bytes of one stored piece, and of what is sent at once.
PIECE = 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    key INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, added_at TEXT NOT NULL,
    confirmed_by TEXT NOT NULL DEFAULT '', confirmed_at TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS piece (
    file INTEGER NOT NULL REFERENCES file (key), place INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (file, place)
) STRICT;
"""
_PIECE = "INSERT INTO piece VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept.

    Attributes:
        confirmed_by: Address of the platform that has confirmed all of it, empty while none has.
    """

    sha256: str
    size: int
    confirmed_by: str


class Attachments:
    """The attachments of one profile. The file is opened, and made, when it is first needed."""

    def __init__(self, folder: Path, key: bytes, clock: Callable[[], datetime]) -> None:
        self._path = folder / FILE
        self._key = key
        self._clock = clock
        self._opened: Connection | None = None

    def add(self, blocks: Iterable[bytes]) -> StoredFile:
        """Keep a file; one that is kept already is not kept twice. Durable on return.

        Args:
            blocks: Its bytes, in blocks of any size.

        Raises:
            StoreError: it could not be kept.
        """
        digest, size, rest = hashlib.sha256(), 0, bytearray()
        with self._db.atomic():
            key = self._new_file()
            places = count()
            for block in blocks:
                digest.update(block)
                size += len(block)
                rest += block
                while len(rest) >= PIECE:
                    self._db.run(_PIECE, [key, next(places), bytes(rest[:PIECE])])
                    del rest[:PIECE]
            if rest:
                self._db.run(_PIECE, [key, next(places), bytes(rest)])
            self._name(key, digest.hexdigest(), size)
        found = self.get(digest.hexdigest())
        assert found is not None  # noqa: S101 - it was written just now
        return found

    def get(self, sha256: str) -> StoredFile | None:
        """What is kept under a hash, None when nothing is."""
        if not self._exists():
            return None
        row = self._db.row("SELECT sha256, size, confirmed_by FROM file WHERE sha256 = ?", [sha256])
        return None if row is None else StoredFile(*row)

    def read(self, sha256: str, offset: int = 0) -> Iterator[bytes]:
        """The bytes of a kept file from ``offset``, in blocks of at most :data:`PIECE`."""
        sql = "SELECT data FROM piece WHERE file = (SELECT key FROM file WHERE sha256 = ?) AND place = ?"
        place, skip = divmod(offset, PIECE)
        while (data := self._db.value(sql, [sha256, place])) is not None:
            yield data[skip:]
            place, skip = place + 1, 0

    def confirm(self, sha256: str, platform: str) -> None:
        """Remember that a platform holds all of a file."""
        sql = "UPDATE file SET confirmed_by = ?, confirmed_at = ? WHERE sha256 = ?"
        self._db.run(sql, [platform, self._clock().isoformat(), sha256])

    def doubt(self, sha256: str) -> None:
        """Remember that the platform says it lacks a file, whatever it had confirmed."""
        self._db.run("UPDATE file SET confirmed_by = '', confirmed_at = '' WHERE sha256 = ?", [sha256])

    def copy_to(self, target: Path) -> int:
        """Bring a copy at ``target`` up to date: what it lacks is added; returns the number of files added.

        For backups: what was copied once never changes, so a daily copy costs only what is new.
        """
        if not self._exists():
            return 0
        raw = connect(target, self._key)
        try:
            prepare(raw)
            copy = Connection(raw)
            _make(copy)
            known = {sha256 for (sha256,) in copy.rows("SELECT sha256 FROM file")}
            rows = self._db.rows("SELECT * FROM file ORDER BY key")
            missing = [row for row in rows if row["sha256"] not in known]
            for row in missing:
                self._copy(copy, row)
        finally:
            raw.close()
        return len(missing)

    def close(self) -> None:
        """Close the file, if it was opened."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    # -- inside ----------------------------------------------------------------------------------------

    @property
    def _db(self) -> Connection:
        if self._opened is None:
            raw = connect(self._path, self._key)
            try:
                prepare(raw)
                self._opened = Connection(raw)
                _make(self._opened)
            except BaseException:
                self._opened = None
                raw.close()
                raise
        return self._opened

    def _exists(self) -> bool:
        return self._opened is not None or self._path.exists()

    def _new_file(self) -> int:
        """A row without a hash yet; only this transaction sees it."""
        self._db.run(
            "INSERT INTO file (sha256, size, added_at) VALUES ('', 0, ?)", [self._clock().isoformat()]
        )
        return int(self._db.value("SELECT last_insert_rowid()"))

    def _name(self, key: int, sha256: str, size: int) -> None:
        if self._db.value("SELECT 1 FROM file WHERE sha256 = ?", [sha256]):
            self._db.run("DELETE FROM piece WHERE file = ?", [key])
            self._db.run("DELETE FROM file WHERE key = ?", [key])
        else:
            self._db.run("UPDATE file SET sha256 = ?, size = ? WHERE key = ?", [sha256, size, key])

    def _copy(self, copy: Connection, row: Row) -> None:
        with copy.atomic():
            copy.insert("file", {name: value for name, value in dict(row).items() if name != "key"})
            key = copy.value("SELECT last_insert_rowid()")
            for place, data in enumerate(self.read(row["sha256"])):
                copy.run(_PIECE, [key, place, data])


def _make(connection: Connection) -> None:
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            connection.run(statement)
