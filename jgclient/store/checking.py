"""自检 of the store: is everything readable, unforged, and does what is derived agree with the facts?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from jgclient.store import index
from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError

#: Facts that cannot stand together: each query finds the ids of records in which they do.
_CONTRADICTIONS = {
    "有版本却不在待报队列": """
        SELECT record.id FROM revision JOIN record ON record.key = revision.record
        LEFT JOIN outbox USING (record, revision) WHERE outbox.record IS NULL""",
    "待报队列中有版本不存在": """
        SELECT record.id FROM outbox JOIN record ON record.key = outbox.record
        LEFT JOIN revision USING (record, revision) WHERE revision.record IS NULL""",
    "标为已接收却没有回执": """
        SELECT record.id FROM outbox JOIN record ON record.key = outbox.record
        LEFT JOIN receipt USING (record, revision)
        WHERE outbox.outcome IN ('accepted', 'duplicate') AND receipt.record IS NULL""",
    "有回执却没有标为已接收": """
        SELECT record.id FROM receipt JOIN record ON record.key = receipt.record
        LEFT JOIN outbox USING (record, revision)
        WHERE coalesce(outbox.outcome, '') NOT IN ('accepted', 'duplicate') AND outbox.again IS NOT 1""",
    "回执与版本内容不符": """
        SELECT record.id FROM receipt JOIN record ON record.key = receipt.record
        LEFT JOIN revision USING (record, revision) WHERE revision.sha256 IS NOT receipt.sha256""",
    "上报中却没有对应的批次": """
        SELECT record.id FROM outbox JOIN record ON record.key = outbox.record
        LEFT JOIN batch ON batch.batch_id = outbox.batch_id AND batch.state = 'open'
        WHERE outbox.state = 'sent' AND batch.batch_id IS NULL""",
    "既无草稿也无版本": """
        SELECT id FROM record WHERE key NOT IN (SELECT record FROM draft)
        AND key NOT IN (SELECT record FROM revision)""",
}
_TRUE_COUNTS = "SELECT form, state, count(*) FROM record GROUP BY form, state"
_KEPT_COUNTS = "SELECT form, state, records FROM record_count WHERE records != 0"
_WRONG_COUNTS = f"""
SELECT DISTINCT form FROM (
    SELECT * FROM ({_TRUE_COUNTS} EXCEPT {_KEPT_COUNTS})
    UNION ALL SELECT * FROM ({_KEPT_COUNTS} EXCEPT {_TRUE_COUNTS})
)
UNION ALL SELECT what FROM (SELECT * FROM tally EXCEPT SELECT * FROM ({index.TRUE_TALLIES}))
"""


_WITH_FACTS = """
SELECT key, id FROM record WHERE key BETWEEN ? AND ? AND (
    EXISTS (SELECT 1 FROM draft WHERE draft.record = key)
    OR EXISTS (SELECT 1 FROM revision WHERE revision.record = key)
)
"""
_NOT_SEARCHABLE = """
SELECT record.id FROM record LEFT JOIN record_text_docsize AS text ON text.id = record.touched
WHERE text.id IS NULL
"""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A record whose facts cannot stand together; ``what`` says which, in Chinese."""

    record_id: str
    what: str


#: Told how many of how many were looked at; may raise to stop.
Watch = Callable[[int, int], None]
#: Records looked at between two such calls.
_PORTION = 500


def unwatched(_done: int, _total: int) -> None:
    """For whoever does not want to be told."""


@dataclass(frozen=True, slots=True)
class Times:
    """What the store knows of clocks.

    Attributes:
        last_change: When the newest record was kept, by this computer's clock; None for an empty store.
        server_time: Time of the platform's last answer as it wrote it, empty for none.
        answered_at: The same moment by this computer's clock.
    """

    last_change: datetime | None
    server_time: str
    answered_at: datetime | None


def times(connection: Connection) -> Times:
    """The newest times kept."""
    changed = connection.value("SELECT updated_at FROM record ORDER BY touched DESC LIMIT 1")
    answer = connection.row("SELECT server_time, kept_at FROM receipt ORDER BY rowid DESC LIMIT 1")
    return Times(
        datetime.fromisoformat(changed) if changed else None,
        answer["server_time"] if answer else "",
        datetime.fromisoformat(answer["kept_at"]) if answer else None,
    )


def damages(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the file, empty when every page is authentic and in order."""
    return _found(connection, "cipher_integrity_check", "integrity_check")


def forgeries(connection: Connection) -> list[str]:
    """Pages that are not what was written with this key, empty when there are none; a third of the time."""
    return _found(connection, "cipher_integrity_check", "schema_version")


def _found(connection: Connection, *pragmas: str) -> list[str]:
    """What is found also when the log was moved into the file.

    A page in the middle of which a kill or a full disk ended such a move is broken in the file, but whole in
    the log.
    """
    return _told(connection, *pragmas) and _told(connection, "wal_checkpoint(FULL)", *pragmas)


def _told(connection: Connection, *pragmas: str) -> list[str]:
    try:
        rows = [row[0] for pragma in pragmas for row in connection.rows(f"PRAGMA {pragma}")]
    except StoreError as error:
        if error.kind not in ("damaged", "wrong_key"):
            raise
        return [str(error)]
    return [row for row in rows if isinstance(row, str) and row != "ok"]


def contradictions(connection: Connection) -> list[Contradiction]:
    """Records whose outbox, revisions and receipts contradict one another."""
    return [
        Contradiction(record_id, what)
        for what, sql in _CONTRADICTIONS.items()
        for (record_id,) in connection.rows(sql)
    ]


def stale_rows(connection: Connection, watch: Watch = unwatched) -> list[str]:
    """Ids of records whose list columns differ from what follows from the facts; nothing is changed."""
    unfindable = {row[0] for row in connection.rows(_NOT_SEARCHABLE)}
    return [
        record_id
        for first, last in portions(connection, watch)
        for key, record_id in connection.rows(_WITH_FACTS, [first, last])
        if record_id in unfindable or index.differs(connection, key)
    ]


def portions(connection: Connection, watch: Watch = unwatched) -> Iterator[tuple[int, int]]:
    """Ranges of record keys that together hold all records; memory stays small however many there are."""
    most = int(connection.value("SELECT max(key) FROM record") or 0)
    for first in range(1, most + 1, _PORTION):
        watch(first, most)
        yield first, first + _PORTION - 1


def wrong_counts(connection: Connection) -> list[str]:
    """Forms and tallies (``waiting``, ``receipts``) whose kept counts differ from the rows there are."""
    return [what for (what,) in connection.rows(_WRONG_COUNTS)]
