"""The outbox: what must reach the platform, what was sent, what was answered. A table, not a queue in memory.

A row's state: ``waiting`` → ``sent`` → ``done``; ``parked`` with a reason until someone mends it;
``superseded`` when a newer revision goes in its place. Nothing here ever deletes a record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from jgclient.records import Revision
from jgclient.store import answers, index
from jgclient.store.codec import problems_text, revision_of
from jgclient.store.connection import Connection, Row
from jgclient.store.errors import StoreError
from jgclient.store.receipts import receipt_row
from jgclient.store.rows import ReceiptRow, StoredBatch, Surprise

if TYPE_CHECKING:  # a client that starts has no answer to read yet
    from jgclient.contract import Result

_WAITING = """
SELECT revision.*, record.id FROM outbox
JOIN revision ON revision.record = outbox.record AND revision.revision = outbox.revision
JOIN record ON record.key = outbox.record
WHERE outbox.state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM outbox AS earlier WHERE earlier.record = outbox.record
    AND earlier.revision < outbox.revision AND earlier.state IN ('waiting', 'sent')
)
ORDER BY outbox.deferrals, outbox.urgent_by, outbox.queued_at LIMIT ?
"""
#: Each number of deferrals is looked up by itself; so the index finds the days.
_WAITING_UNTIL = """
WITH RECURSIVE put_off(times) AS (
    SELECT min(deferrals) FROM outbox WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT min(deferrals) FROM outbox WHERE state = 'waiting' AND deferrals > put_off.times)
    FROM put_off WHERE put_off.times IS NOT NULL
)
SELECT count(*) FROM put_off JOIN outbox ON outbox.state = 'waiting' AND outbox.deferrals = put_off.times
WHERE outbox.urgent_by <= ?
"""
_ITEM = """
SELECT record.id, record.key AS record, revision.revision, revision.sha256, revision.author,
    outbox.state, outbox.batch_id, outbox.outcome, outbox.again
FROM outbox
JOIN record ON record.key = outbox.record
JOIN revision ON revision.record = outbox.record AND revision.revision = outbox.revision
"""
_ITEMS_OF_BATCH = f"""{_ITEM}
JOIN batch_item AS item ON item.record = outbox.record AND item.revision = outbox.revision
WHERE item.batch_id = ? ORDER BY item.place
"""
#: Revisions that travelled or wait, and were not accepted.
_REFUSABLE = """
record.id = ? AND outbox.revision = ? AND outbox.state != 'superseded'
AND coalesce(outbox.outcome, '') NOT IN ('accepted', 'duplicate', 'withdrawn')
"""
_RECEIPTS = """
SELECT receipt.*, record.id AS record_id FROM receipt JOIN record ON record.key = receipt.record
WHERE record.id = ? ORDER BY receipt.revision, receipt.kept_at
"""
#: ``+state``: the row is found by its key, not among all that wait.
_SEND = """
UPDATE outbox SET state = 'sent', batch_id = value ->> 0, reason = '' FROM json_each(?)
WHERE record = value ->> 2 AND revision = value ->> 3 AND +state = 'waiting'
"""
_PLACE = """
INSERT INTO batch_item (batch_id, place, record, revision)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)
"""


class Outbox:
    """Every method that changes something is one transaction and durable on return."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def waiting(self, limit: int) -> list[Revision]:
        """What to send next, most urgent first; what the platform put off goes behind the rest."""
        return [revision_of(row) for row in self._db.rows(_WAITING, [limit])]

    def count(self) -> int:
        """Number of revisions waiting."""
        return self._tally("waiting")

    def count_until(self, day: date) -> int:
        """Number of revisions waiting that have to be reported by ``day``."""
        return int(self._db.value(_WAITING_UNTIL, [day.isoformat()]))

    # -- sending ---------------------------------------------------------------------------------------

    def store_batch(self, batch_id: str, body: bytes, items: Sequence[tuple[str, int]]) -> None:
        """Keep the exact bytes of a batch and mark its items as sent, before they are sent.

        Args:
            batch_id: Name of the batch; also the key of the request.
            body: What will be sent, byte for byte.
            items: (record id, revision) in the order sent.

        Raises:
            StoreError: an item no longer waits: another sync has taken it, or a newer revision goes instead.
        """
        with self._db.atomic():
            made_at = self._clock().isoformat()
            self._db.insert(
                "batch", {"batch_id": batch_id, "body": body, "state": "open", "made_at": made_at}
            )
            keys = self._keys([record_id for record_id, _ in items])
            rows = [(keys.get(record_id, 0), revision) for record_id, revision in items]
            places = [(batch_id, place, *row) for place, row in enumerate(rows)]
            if self._db.run_set(_SEND, places) != len(rows):
                raise StoreError("refused", "另一个窗口正在上报同一批记录。请等它结束后再上报")
            self._db.run_set(_PLACE, places)
            index.restate(self._db, keys.values())

    def unanswered_batches(self) -> list[StoredBatch]:
        """Batches of which the fate of at least one item is unknown, oldest first, with all their items."""
        rows = self._db.rows("SELECT * FROM batch WHERE state = 'open' ORDER BY made_at, rowid")
        return [
            StoredBatch(
                row["batch_id"],
                row["body"],
                [(item["id"], item["revision"]) for item in self._items(row["batch_id"])],
                datetime.fromisoformat(row["made_at"]),
            )
            for row in rows
        ]

    def release(self, batch_id: str) -> None:
        """Put the unanswered items of a batch, which certainly did not arrive, back to waiting."""
        with self._db.atomic():
            self._mark(self._unanswered(batch_id), "waiting")
            self._close_if_answered(batch_id, "")

    def park(self, which: str | Sequence[tuple[str, int]], reason: str) -> None:
        """Set revisions aside with a reason that a person can act on.

        Args:
            which: A batch id (its unanswered items) or (record id, revision) pairs, waiting or sent.
            reason: A Chinese sentence with the remedy.
        """
        with self._db.atomic():
            items = self._unanswered(which) if isinstance(which, str) else self._open(which)
            self._mark(items, "parked", reason=reason)
            self._close_answered(items)

    def unpark(self, record_id: str) -> None:
        """Let the parked revision of a record wait again, after what kept it was mended."""
        with self._db.atomic():
            parked = f"{_ITEM} WHERE record.id = ? AND outbox.state = 'parked'"
            self._mark(self._db.rows(parked, [record_id]), "waiting")

    def requeue(self, which: Sequence[tuple[str, int]]) -> int:
        """Let accepted revisions be sent once more, because the platform says that it lacks them.

        Their receipts stay. Only what is settled is taken; returns how many revisions that were.
        """
        with self._db.atomic():
            settled = f"{_ITEM} WHERE record.id = ? AND outbox.revision = ? AND outbox.state = 'done'"
            items = [row for pair in which for row in self._db.rows(settled, pair)]
            now = self._clock().isoformat()
            self._db.run_many(
                "UPDATE outbox SET again = 1, queued_at = ? WHERE record = ? AND revision = ?",
                [(now, item["record"], item["revision"]) for item in items],
            )
            self._mark(items, "waiting")
        return len(items)

    def is_requeued(self, record_id: str) -> bool:
        """Whether a revision of a record is being sent once more."""
        again = "SELECT 1 FROM outbox WHERE record = ? AND again = 1 AND state != 'done'"
        return bool(self._db.value(again, [index.key_of(self._db, record_id)]))

    # -- answers ---------------------------------------------------------------------------------------

    def apply_answer(self, batch_id: str, results: Sequence[Result], server_time: str) -> list[Surprise]:
        """Take in what the platform answered to a batch, in one transaction.

        Only answers to what the batch sent are believed; the others come back as surprises. An acceptance of
        other content than ours (its hash differs) counts as a conflict, never as a receipt. Items without an
        answer stay as they are: ask for receipts, or :meth:`release` them.
        """
        with self._db.atomic():
            items = self._items(batch_id)
            verdicts = answers.apply(
                self._db, batch_id, items, results, server_time=server_time, now=self._clock()
            )
            index.restate(self._db, verdicts.keys())
            self._close_if_answered(batch_id, server_time)
        return verdicts.surprises

    def take_receipts(self, results: Sequence[Result], server_time: str) -> int:
        """Keep receipts that the platform gave for revisions kept here, whatever state they are in.

        After a restore the platform may know more than this file. Returns how many revisions became accepted;
        a receipt for other content, or without a number, proves nothing and is passed over.
        """
        with self._db.atomic():
            known = f"{_ITEM} WHERE record.id = ? AND outbox.revision = ?"
            items = [row for result in results for row in self._db.rows(known, (result.id, result.revision))]
            verdicts = answers.apply_receipts(
                self._db, items, results, server_time=server_time, now=self._clock()
            )
            index.restate(self._db, verdicts.keys())
            self._close_answered(items)
        return len(verdicts.settled)

    def take_refusals(self, results: Sequence[Result]) -> int:
        """Take in that the platform refused revisions, told outside any batch.

        Returns how many revisions that were; those it has accepted or that nobody reported are passed over.
        """
        with self._db.atomic():
            known = f"{_ITEM} WHERE {_REFUSABLE}"
            pairs = [(row, r) for r in results for row in self._db.rows(known, (r.id, r.revision))]
            self._db.run_many(
                "UPDATE outbox SET state = 'done', outcome = 'rejected', problems = ?, reason = '' "
                "WHERE record = ? AND revision = ?",
                [(problems_text(r.problems), row["record"], row["revision"]) for row, r in pairs],
            )
            items = [row for row, _ in pairs]
            index.restate(self._db, {row["record"] for row in items})
            self._close_answered(items)
        return len(items)

    def receipts(self, record_id: str) -> list[ReceiptRow]:
        """All receipts of a record, the first revision first."""
        return [receipt_row(row) for row in self._db.rows(_RECEIPTS, [record_id])]

    def receipt_count(self) -> int:
        """Number of receipts ever kept."""
        return self._tally("receipts")

    def unanswered_items(self, batch_id: str) -> list[tuple[str, int]]:
        """(record id, revision) of what a batch sent and got no answer to."""
        return [(row["id"], row["revision"]) for row in self._unanswered(batch_id)]

    # -- inside ----------------------------------------------------------------------------------------

    def _tally(self, what: str) -> int:
        return int(self._db.value("SELECT number FROM tally WHERE what = ?", [what]))

    def _items(self, batch_id: str) -> list[Row]:
        return self._db.rows(_ITEMS_OF_BATCH, [batch_id])

    def _unanswered(self, batch_id: str) -> list[Row]:
        return [row for row in self._items(batch_id) if answers.awaits(row, batch_id)]

    def _open(self, pairs: Sequence[tuple[str, int]]) -> list[Row]:
        sql = f"{_ITEM} WHERE record.id = ? AND outbox.revision = ? AND outbox.state IN ('waiting', 'sent')"
        return [row for pair in pairs for row in self._db.rows(sql, pair)]

    def _keys(self, ids: Sequence[str]) -> dict[str, int]:
        """Key by record id, of those there are."""
        known = "SELECT id, key FROM record WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._db.rows(known, [json.dumps(ids)]))

    def _mark(self, items: Sequence[Row], state: str, *, reason: str = "") -> None:
        self._db.run_many(
            "UPDATE outbox SET state = ?, reason = ? WHERE record = ? AND revision = ?",
            [(state, reason, item["record"], item["revision"]) for item in items],
        )
        index.restate(self._db, {item["record"] for item in items})

    def _close_answered(self, items: Iterable[Row]) -> None:
        for batch_id in {item["batch_id"] for item in items if item["batch_id"]}:
            self._close_if_answered(batch_id, "")

    def _close_if_answered(self, batch_id: str, server_time: str) -> None:
        """Close a batch without open items; its bytes have done their duty and would double the file."""
        if not self._unanswered(batch_id):
            self._db.run(
                "UPDATE batch SET state = 'closed', body = x'', server_time = ? WHERE batch_id = ?",
                [server_time, batch_id],
            )
