"""The outbox: what must reach the platform, what was sent, what was answered. A table, not a queue in memory.

A row's state: ``waiting`` → ``sent`` → ``done``; ``parked`` with a reason until someone mends it; ``superseded`` when
a newer revision goes in its place. Nothing here ever deletes a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

from jgclient.contract import Result
from jgclient.records import Revision
from jgclient.store import index
from jgclient.store.codec import problems_text, revision_of
from jgclient.store.connection import Connection, Row
from jgclient.store.errors import StoreError
from jgclient.store.rows import ReceiptRow, StoredBatch, Surprise

_WAITING = """
SELECT revision.*, record.id FROM outbox
JOIN revision ON revision.record = outbox.record AND revision.revision = outbox.revision
JOIN record ON record.key = outbox.record
WHERE outbox.state = 'waiting'
ORDER BY outbox.deferrals, outbox.urgent_by, outbox.queued_at LIMIT ?
"""
_ITEMS = """
SELECT record.id, batch_item.record, batch_item.revision, outbox.state, outbox.batch_id, outbox.outcome,
    revision.sha256, revision.author
FROM batch_item
JOIN record ON record.key = batch_item.record
JOIN outbox ON outbox.record = batch_item.record AND outbox.revision = batch_item.revision
JOIN revision ON revision.record = batch_item.record AND revision.revision = batch_item.revision
WHERE batch_item.batch_id = ? ORDER BY batch_item.place
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
        return int(self._db.value("SELECT count(*) FROM outbox WHERE state = 'waiting'"))

    def store_batch(self, batch_id: str, body: bytes, items: Sequence[tuple[str, int]]) -> None:
        """Keep the exact bytes of a batch and mark its items as sent, before they are sent.

        Raises:
            StoreError: an item no longer waits: another sync has taken it, or a newer revision goes instead.
        """
        with self._db.atomic():
            self._db.insert("batch", {
                "batch_id": batch_id, "body": body, "state": "open", "made_at": self._clock().isoformat()
            })  # fmt: skip
            for place, (record_id, revision) in enumerate(items):
                key = self._db.value("SELECT key FROM record WHERE id = ?", [record_id])
                taken = self._db.run(
                    "UPDATE outbox SET state = 'sent', batch_id = ? "
                    "WHERE record = ? AND revision = ? AND state = 'waiting'",
                    [batch_id, key, revision],
                )
                if taken != 1:
                    raise StoreError("refused", "另一个窗口正在上报同一批记录。请等它结束后再上报")
                self._db.insert(
                    "batch_item", {"batch_id": batch_id, "place": place, "record": key, "revision": revision}
                )
                index.refresh(self._db, key, content_changed=False)

    def unanswered_batches(self) -> list[StoredBatch]:
        """Batches of which the fate of at least one item is unknown, oldest first; all items are listed."""
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

    def apply_answer(self, batch_id: str, results: Sequence[Result], server_time: str) -> list[Surprise]:
        """Take in what the platform answered to a batch, in one transaction.

        Only answers to what the batch sent are believed; the others come back as surprises and change nothing.
        An acceptance of other content than ours (hash differs) counts as a conflict, never as a receipt.
        Items without an answer stay as they are: ask for receipts or :meth:`release` them.
        """
        surprises: list[Surprise] = []
        with self._db.atomic():
            items = {(row["id"], row["revision"]): row for row in self._items(batch_id)}
            for result in results:
                item = items.get((result.id, result.revision))
                why = (
                    "不是这一批上报的内容"
                    if item is None
                    else self._apply(batch_id, item, result, server_time)
                )
                if why:
                    surprises.append(Surprise(result.id, result.revision, why))
            self._close_if_answered(batch_id, server_time)
        return surprises

    def release(self, batch_id: str) -> None:
        """Put items that were sent and certainly did not arrive back to waiting."""
        self._leave_sent(batch_id, "waiting", "")

    def park(self, batch_id: str, reason: str) -> None:
        """Set the unanswered items of a batch aside with a reason a person can act on."""
        self._leave_sent(batch_id, "parked", reason)

    def unpark(self, record_id: str) -> None:
        """Let a parked revision wait again, after what kept it was mended."""
        with self._db.atomic():
            key = self._db.value("SELECT key FROM record WHERE id = ?", [record_id])
            self._db.run(
                "UPDATE outbox SET state = 'waiting', reason = '' WHERE record = ? AND state = 'parked'",
                [key],
            )
            index.refresh(self._db, key, content_changed=False)

    def receipts(self, record_id: str) -> list[ReceiptRow]:
        """All receipts of a record, the first revision first."""
        rows = self._db.rows(
            "SELECT receipt.*, record.id AS record_id FROM receipt JOIN record ON record.key = receipt.record "
            "WHERE record.id = ? ORDER BY receipt.revision, receipt.kept_at",
            [record_id],
        )
        return [_receipt_row(row) for row in rows]

    def receipt_count(self) -> int:
        """Number of receipts ever kept."""
        return int(self._db.value("SELECT count(*) FROM receipt"))

    # -- inside ----------------------------------------------------------------------------------------

    def _items(self, batch_id: str) -> list[Row]:
        return self._db.rows(_ITEMS, [batch_id])

    def _apply(self, batch_id: str, item: Row, result: Result, server_time: str) -> str:
        """Apply one answer; returns why it was not believed, empty when it was."""
        if result.outcome in ("accepted", "duplicate"):
            if result.sha256 in ("", item["sha256"]):
                return self._accept(batch_id, item, result, server_time)
            self._settle(
                item, result, outcome="conflict", reason="平台上同一版本的内容与本机不同，请核对后重新上报"
            )
            return "平台回执的内容校验值与本机不同"
        if (item["state"], item["batch_id"]) != ("sent", batch_id):
            return "这条记录已不在等待这一批的答复"
        if result.outcome == "deferred":
            self._db.run(
                "UPDATE outbox SET state = 'waiting', deferrals = deferrals + 1 WHERE record = ? AND revision = ?",
                [item["record"], item["revision"]],
            )
            index.refresh(self._db, item["record"], content_changed=False)
        else:
            self._settle(item, result, outcome=result.outcome)
        return ""

    def _accept(self, batch_id: str, item: Row, result: Result, server_time: str) -> str:
        if not result.receipt_no:
            return "平台说已接收却没有给回执编号，等待再次查询"
        others = self._db.value(
            "SELECT count(*) FROM receipt WHERE record = ? AND revision = ? AND receipt_no != ?",
            [item["record"], item["revision"], result.receipt_no],
        )
        self._db.insert("receipt", {
            "record": item["record"], "revision": item["revision"], "receipt_no": result.receipt_no,
            "sha256": item["sha256"], "received_at": result.received_at, "server_time": server_time,
            "batch_id": batch_id, "author": item["author"], "kept_at": self._clock().isoformat(),
        }, conflict="OR IGNORE")  # fmt: skip
        self._settle(item, result, outcome=result.outcome)
        return "平台对同一版本给了两个回执编号，两个都已留存" if others else ""

    def _settle(self, item: Row, result: Result, *, outcome: str, reason: str = "") -> None:
        if item["outcome"] in ("accepted", "duplicate") and outcome not in ("accepted", "duplicate"):
            return  # a receipt once given stands
        self._db.run(
            "UPDATE outbox SET state = 'done', outcome = ?, problems = ?, reason = ? "
            "WHERE record = ? AND revision = ?",
            [outcome, problems_text(result.problems), reason, item["record"], item["revision"]],
        )
        index.refresh(self._db, item["record"], content_changed=False)

    def _close_if_answered(self, batch_id: str, server_time: str) -> None:
        """Close a batch without open items; its bytes have done their duty and would double the file."""
        open_items = self._db.value(
            "SELECT count(*) FROM outbox WHERE batch_id = ? AND state = 'sent'", [batch_id]
        )
        if not open_items:
            self._db.run(
                "UPDATE batch SET state = 'closed', body = x'', server_time = ? WHERE batch_id = ?",
                [server_time, batch_id],
            )

    def _leave_sent(self, batch_id: str, state: str, reason: str) -> None:
        with self._db.atomic():
            for item in self._items(batch_id):
                if (item["state"], item["batch_id"]) != ("sent", batch_id):
                    continue
                self._db.run(
                    "UPDATE outbox SET state = ?, reason = ? WHERE record = ? AND revision = ?",
                    [state, reason, item["record"], item["revision"]],
                )
                index.refresh(self._db, item["record"], content_changed=False)
            self._close_if_answered(batch_id, "")


def _receipt_row(row: Row) -> ReceiptRow:
    values = {field.name: row[field.name] for field in fields(ReceiptRow)}
    return ReceiptRow(**values | {"kept_at": datetime.fromisoformat(row["kept_at"])})
