"""What the clerk was reminded of, and what she has put off. Facts: nothing here can be derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from jgclient.store.connection import Connection
from jgclient.store.duty_rows import Snooze

#: (record id, title of the duty, its day, step): one reminder, told at most once.
Told = tuple[str, str, str, str]


class Reminders:
    """Reminders told and duties put off."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def untold(self, wanted: Iterable[Told]) -> list[Told]:
        """Those that were never told."""
        sql = "SELECT 1 FROM reminded WHERE record_id = ? AND title = ? AND due = ? AND step = ?"
        return [told for told in wanted if self._db.value(sql, told) is None]

    def tell(self, reminders: Iterable[Told]) -> None:
        """Remember that these were told; durable on return."""
        at = self._clock().isoformat()
        self._db.run_many(
            "INSERT OR IGNORE INTO reminded VALUES (?, ?, ?, ?, ?)", [(*r, at) for r in reminders]
        )

    def snooze(self, record_id: str, title: str, until: date, reason: str, author: str) -> None:
        """Put a duty off; an earlier word about it is replaced."""
        row = {"record_id": record_id, "title": title, "until": until.isoformat(), "reason": reason,
               "author": author, "at": self._clock().isoformat()}  # fmt: skip
        self._db.insert("snooze", row, conflict="OR REPLACE")

    def wake(self, record_id: str, title: str) -> None:
        """Remind of a duty again as usual."""
        self._db.run("DELETE FROM snooze WHERE record_id = ? AND title = ?", [record_id, title])

    def snoozes(self) -> list[Snooze]:
        """Everything that is or was put off."""
        rows = self._db.rows("SELECT record_id, title, until, reason FROM snooze ORDER BY until, record_id")
        return [Snooze(r["record_id"], r["title"], date.fromisoformat(r["until"]), r["reason"]) for r in rows]
