"""A backup restored into a scratch file, and how it differs from what is kept now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jgclient.store import checking, keyed
from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError, translated
from jgclient.store.placing import copy_whole, remove

_SCRATCH = "restoring.db"
#: What makes a row of these tables the same in two files; keys may differ between them.
_SAME = {
    "revision": ("revision", "chain"),
    "receipt": ("revision", "receipt_no", "sha256"),
    "draft": ("texts",),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A backup beside the present.

    Attributes:
        records: Records in the backup.
        revisions: Finished versions in the backup.
        alien: Versions and receipts of the backup that are not here. Both are kept for ever, so there can be
            some only when the present file was restored from an older backup or has lost something.
        newer_revisions: Versions here that the backup does not have.
        newer_receipts: Receipts here that the backup does not have.
        newer_drafts: Drafts here that the backup has not or has otherwise.
    """

    records: int
    revisions: int
    alien: int
    newer_revisions: int
    newer_receipts: int
    newer_drafts: int

    def loss(self) -> str:
        """What would be lost by restoring, as words; empty for nothing."""
        parts = (
            (self.newer_revisions, "个已完成的版本"),
            (self.newer_receipts, "份回执"),
            (self.newer_drafts, "份草稿的修改"),
        )
        return "、".join(f"{number:,} {what}" for number, what in parts if number)


@contextmanager
def restored_copy(backup: Path, folder: Path, key: bytes) -> Iterator[Path]:
    """A backup copied into the data folder, opened, brought up to date and checked from end to end.

    Whoever wants to keep the file moves it away; otherwise it is removed.

    Raises:
        StoreError: ``bad_backup`` when it is not whole or has another key; newer program; no room.
    """
    scratch = folder / _SCRATCH
    try:
        remove(scratch)
        copy_whole(backup, scratch)
        _check(scratch, key)
        yield scratch
    finally:
        remove(scratch)


def _check(scratch: Path, key: bytes) -> None:
    """Open a restored file as the program will and look at every page."""
    try:
        connection = keyed.open_file(scratch, key, scratch=True)
    except StoreError as error:
        if error.kind in ("damaged", "wrong_key"):
            raise StoreError("bad_backup", str(error)) from error
        raise
    try:
        found = checking.damages(connection)
        if found:
            raise StoreError("bad_backup", found[0])
        connection.value("PRAGMA journal_mode = DELETE")  # one file again, nothing beside it
    finally:
        connection.close()


def compare(connection: Connection, scratch: Path, key: bytes) -> Comparison:
    """Compare what a connection sees with a restored file, row by row, by what the rows are."""
    with translated():
        connection.raw.execute("ATTACH ? AS copy KEY ?", [str(scratch), f"x'{key.hex()}'"])
    try:
        count = connection.value
        return Comparison(
            records=int(count("SELECT count(*) FROM copy.record")),
            revisions=int(count("SELECT count(*) FROM copy.revision")),
            alien=_only(connection, "revision", "copy", "main")
            + _only(connection, "receipt", "copy", "main"),
            newer_revisions=_only(connection, "revision", "main", "copy"),
            newer_receipts=_only(connection, "receipt", "main", "copy"),
            newer_drafts=_only(connection, "draft", "main", "copy"),
        )
    finally:
        with translated():
            connection.raw.execute("DETACH copy")


def _only(connection: Connection, table: str, here: str, there: str) -> int:
    """Number of rows of a table that one file has and the other has not."""
    same = " AND ".join(f"b.{column} = a.{column}" for column in _SAME[table])
    sql = f"""
        SELECT count(*) FROM {here}.{table} AS a JOIN {here}.record AS ra ON ra.key = a.record
        WHERE NOT EXISTS (
            SELECT 1 FROM {there}.record AS rb JOIN {there}.{table} AS b ON b.record = rb.key
            WHERE rb.id = ra.id AND {same}
        )"""
    return int(connection.value(sql))
