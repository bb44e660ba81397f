"""Everything that can still be read from a damaged file, record by record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jgclient.records import Revision
from jgclient.store.codec import draft_of, revision_of
from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError
from jgclient.store.rows import DraftRow

#: When not even the last key can be read: so many missing in a row are taken for the end.
_GAP = 20_000
_UNREADABLE = ("damaged", "io")
_DRAFT = (
    "SELECT draft.*, record.id FROM draft JOIN record ON record.key = draft.record WHERE draft.record = ?"
)
_LAST = """
SELECT revision.*, record.id FROM revision JOIN record ON record.key = revision.record
WHERE revision.record = ? ORDER BY revision.revision DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Readable:
    """What is left of a record; nothing when it cannot be read."""

    draft: DraftRow | None = None
    revision: Revision | None = None


def readable(connection: Connection) -> Iterator[Readable]:
    """All records in the order of their making; those on damaged pages come as empty ones."""
    last = _last_key(connection)
    key = missing = 0
    while key < last if last is not None else missing < _GAP:
        key += 1
        found = _read(connection, key)
        missing = missing + 1 if found is None else 0
        if found is not None:
            yield found


def _read(connection: Connection, key: int) -> Readable | None:
    """One record, None when there is none with this key."""
    try:
        draft, revision = connection.row(_DRAFT, [key]), connection.row(_LAST, [key])
    except StoreError as error:
        if error.kind not in _UNREADABLE:
            raise
        return Readable()
    if draft is None and revision is None:
        return None
    return Readable(draft_of(draft) if draft else None, revision_of(revision) if revision else None)


def _last_key(connection: Connection) -> int | None:
    try:
        return int(connection.value("SELECT max(key) FROM record") or 0)
    except StoreError:
        return None
