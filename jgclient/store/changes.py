"""What came down from the platform: the state of each entry of its feed, and how far the feed was read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from jgclient.records import Content, canonical_json
from jgclient.store import index
from jgclient.store.connection import Connection, Row
from jgclient.store.settings import Settings

if TYPE_CHECKING:  # nothing has come down yet when a client starts
    from jgclient.contract import Change

#: Kind of the entries that decide a record's state; see :mod:`jgclient.store.index`.
RETURNED = "returned"
#: Load of entries that came another way, as a workbook: no feed ever named them, so none can leave them out.
OUTSIDE = -1
_FEED = "changes_feed"
_CHANGE = "SELECT kind, id, sha256, changed_at, content, refused, read_at FROM change"

_UNREAD = """
SELECT count(*) FROM change WHERE kind IN ('notice', 'task') AND read_at = '' AND sha256 != ''
    AND coalesce(nullif(json_extract(content, '$.valid_to'), ''), '9999') >= ?
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """How far the feed was read.

    Attributes:
        platform: Address of the platform; a cursor means nothing to another one.
        kinds: Kinds asked for; a cursor belongs to them.
        cursor: Where to go on, empty for the beginning.
        load: Number of the full load that is current; a new one begins with every empty cursor.
        loading: The full load has not yet reached its end.
    """

    platform: str = ""
    kinds: tuple[str, ...] = ()
    cursor: str = ""
    load: int = 0
    loading: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What holds of one entry.

    Attributes:
        content: Of the entry that was applied last; empty for kinds that keep it elsewhere.
        refused: Why a later entry was not applied, a Chinese sentence; empty when all is well.
        read_at: When a person has read it (notices, tasks), None while nobody has.
    """

    kind: str
    id: str
    sha256: str
    changed_at: str
    content: Content
    refused: str
    read_at: datetime | None


class Changes:
    """Every method that changes something is one transaction and durable on return."""

    def __init__(self, connection: Connection, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._settings = settings
        self._clock = clock

    # -- the feed --------------------------------------------------------------------------------------

    def feed(self) -> Feed:
        """How far the feed was read; the beginning when it never was."""
        kept = self._settings.get(_FEED)
        return Feed(**{**kept, "kinds": tuple(kept["kinds"])}) if kept else Feed()

    def set_feed(self, feed: Feed) -> None:
        """Remember how far the feed was read; in the transaction of what was applied."""
        members = ("platform", "kinds", "cursor", "load", "loading")
        self._settings.set(_FEED, {name: getattr(feed, name) for name in members})

    # -- entries ---------------------------------------------------------------------------------------

    def holds(self, change: Change) -> bool:
        """Whether exactly this entry is applied already, and nothing later was refused."""
        row = self._row(change.kind, change.id)
        if change.deleted:
            return row is None
        return row is not None and row["sha256"] == change.sha256 and not row["refused"]

    def keep(self, change: Change, *, load: int, content: bool) -> None:
        """Remember that an entry was applied.

        Args:
            change: The entry.
            load: The full load that named it; :data:`OUTSIDE` when none did.
            content: Keep what it holds as well.
        """
        columns = {
            "kind": change.kind, "id": change.id, "sha256": change.sha256, "changed_at": change.changed_at,
            "content": canonical_json(change.content if content else {}), "refused": "", "read_at": "",
            "load": load,
        }  # fmt: skip
        with self._db.atomic():
            self._db.insert("change", columns, conflict="OR REPLACE")
            self._restate(change.kind, change.id)

    def touch(self, kind: str, entry_id: str, *, load: int) -> None:
        """Remember that this full load named an entry."""
        self._db.run("UPDATE change SET load = ? WHERE kind = ? AND id = ?", [load, kind, entry_id])

    def refuse(self, change: Change, reason: str, *, load: int) -> None:
        """Remember why an entry was not applied; what was applied before it stays."""
        columns = {
            "kind": change.kind, "id": change.id, "sha256": "", "changed_at": change.changed_at,
            "content": "{}", "refused": reason, "read_at": "", "load": load,
        }  # fmt: skip
        with self._db.atomic():
            self._db.insert("change", columns, conflict="OR IGNORE")
            self._db.run(
                "UPDATE change SET refused = ?, load = ? WHERE kind = ? AND id = ?",
                [reason, load, change.kind, change.id],
            )

    def drop(self, kind: str, entry_id: str) -> None:
        """Forget an entry: its tombstone came, or a full load did not name it."""
        with self._db.atomic():
            self._db.run("DELETE FROM change WHERE kind = ? AND id = ?", [kind, entry_id])
            self._restate(kind, entry_id)

    def unnamed(self, load: int) -> list[tuple[str, str]]:
        """(kind, id) of entries that an earlier full load named and this one did not."""
        sql = "SELECT kind, id FROM change WHERE load NOT IN (?, ?) ORDER BY kind, id"
        return [(kind, entry_id) for kind, entry_id in self._db.rows(sql, [load, OUTSIDE])]

    # -- looking ---------------------------------------------------------------------------------------

    def rows(self, kind: str) -> list[ChangeRow]:
        """Applied entries of a kind, the newest first."""
        sql = f"{_CHANGE} WHERE kind = ? AND sha256 != '' ORDER BY changed_at DESC, id"
        return [_change_row(row) for row in self._db.rows(sql, [kind])]

    def refused(self) -> list[ChangeRow]:
        """Entries of which the newest was not applied."""
        sql = f"{_CHANGE} WHERE refused != '' ORDER BY kind, id"
        return [_change_row(row) for row in self._db.rows(sql)]

    def unread(self, today: date) -> int:
        """Number of notices and tasks that nobody has read and that are not over."""
        return int(self._db.value(_UNREAD, [today.isoformat()]))

    def mark_read(self, kind: str, entry_id: str) -> None:
        """Remember that a person has read an entry; a later version of it is unread again."""
        self._db.run(
            "UPDATE change SET read_at = ? WHERE kind = ? AND id = ?",
            [self._clock().isoformat(), kind, entry_id],
        )

    # -- inside ----------------------------------------------------------------------------------------

    def _row(self, kind: str, entry_id: str) -> Row:
        return self._db.row(f"{_CHANGE} WHERE kind = ? AND id = ?", [kind, entry_id])

    def _restate(self, kind: str, entry_id: str) -> None:
        key = index.key_of(self._db, entry_id) if kind == RETURNED else None
        if key is not None:
            index.restate(self._db, [key])


def _change_row(row: Row) -> ChangeRow:
    return ChangeRow(
        row["kind"], row["id"], row["sha256"], row["changed_at"], json.loads(row["content"]), row["refused"],
        datetime.fromisoformat(row["read_at"]) if row["read_at"] else None,
    )  # fmt: skip
