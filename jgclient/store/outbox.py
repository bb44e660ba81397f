"""The outbox: what must reach the platform, what was sent, what was answered. A table, not a queue in memory.

A row's state: ``waiting`` → ``sent`` → ``done``; ``parked`` with a reason until someone mends it;
``superseded`` when a newer revision goes in its place. Nothing here ever deletes a record.
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
_ITEM = """
SELECT record.id, record.key AS record, revision.revision, revision.sha256, revision.author,
    outbox.state, outbox.batch_id, outbox.outcome
FROM outbox
JOIN record ON record.key = outbox.record
JOIN revision ON revision.record = outbox.record AND revision.revision = outbox.revision
"""
_ITEMS_OF_BATCH = f"""{_ITEM}
JOIN batch_item AS item ON item.record = outbox.record AND item.revision = outbox.revision
WHERE item.batch_id = ? ORDER BY item.place
"""
_RECEIPTS = """
SELECT receipt.*, record.id AS record_id FROM receipt JOIN record ON record.key = receipt.record
WHERE record.id = ? ORDER BY receipt.revision, receipt.kept_at
"""
_ACCEPTED = ("accepted", "duplicate")
_OTHER_CONTENT = "平台上同一版本的内容与本机不同。请核对两边内容后重新完成并上报"


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
            for place, (record_id, revision) in enumerate(items):
                self._send(batch_id, place, record_id, revision)

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
            for item in self._unanswered(batch_id):
                self._mark(item, "waiting")
            self._close_if_answered(batch_id, "")

    def park(self, which: str | Sequence[tuple[str, int]], reason: str) -> None:
        """Set revisions aside with a reason that a person can act on.

        Args:
            which: A batch id (its unanswered items) or (record id, revision) pairs, waiting or sent.
            reason: A Chinese sentence with the remedy.
        """
        with self._db.atomic():
            items = self._unanswered(which) if isinstance(which, str) else self._open(which)
            for item in items:
                self._mark(item, "parked", reason=reason)
            for batch_id in {item["batch_id"] for item in items if item["batch_id"]}:
                self._close_if_answered(batch_id, "")

    def unpark(self, record_id: str) -> None:
        """Let the parked revision of a record wait again, after what kept it was mended."""
        with self._db.atomic():
            for item in self._db.rows(
                f"{_ITEM} WHERE record.id = ? AND outbox.state = 'parked'", [record_id]
            ):
                self._mark(item, "waiting")

    # -- answers ---------------------------------------------------------------------------------------

    def apply_answer(self, batch_id: str, results: Sequence[Result], server_time: str) -> list[Surprise]:
        """Take in what the platform answered to a batch, in one transaction.

        Only answers to what the batch sent are believed; the others come back as surprises. An acceptance of
        other content than ours (its hash differs) counts as a conflict, never as a receipt. Items without an
        answer stay as they are: ask for receipts, or :meth:`release` them.
        """
        surprises = []
        with self._db.atomic():
            items = {(row["id"], row["revision"]): row for row in self._items(batch_id)}
            for result in results:
                why = self._apply(batch_id, items.get((result.id, result.revision)), result, server_time)
                if why:
                    surprises.append(Surprise(result.id, result.revision, why))
            self._close_if_answered(batch_id, server_time)
        return surprises

    def receipts(self, record_id: str) -> list[ReceiptRow]:
        """All receipts of a record, the first revision first."""
        return [_receipt_row(row) for row in self._db.rows(_RECEIPTS, [record_id])]

    def receipt_count(self) -> int:
        """Number of receipts ever kept."""
        return int(self._db.value("SELECT count(*) FROM receipt"))

    # -- inside ----------------------------------------------------------------------------------------

    def _items(self, batch_id: str) -> list[Row]:
        return self._db.rows(_ITEMS_OF_BATCH, [batch_id])

    def _unanswered(self, batch_id: str) -> list[Row]:
        return [row for row in self._items(batch_id) if _awaits(row, batch_id)]

    def _open(self, pairs: Sequence[tuple[str, int]]) -> list[Row]:
        sql = f"{_ITEM} WHERE record.id = ? AND outbox.revision = ? AND outbox.state IN ('waiting', 'sent')"
        return [row for pair in pairs for row in self._db.rows(sql, pair)]

    def _send(self, batch_id: str, place: int, record_id: str, revision: int) -> None:
        item = self._db.row(f"{_ITEM} WHERE record.id = ? AND outbox.revision = ?", [record_id, revision])
        if item is None or item["state"] != "waiting":
            raise StoreError("refused", "另一个窗口正在上报同一批记录。请等它结束后再上报")
        self._db.run(
            "UPDATE outbox SET batch_id = ? WHERE record = ? AND revision = ?",
            [batch_id, item["record"], revision],
        )
        self._db.insert(
            "batch_item",
            {"batch_id": batch_id, "place": place, "record": item["record"], "revision": revision},
        )
        self._mark(item, "sent")

    def _apply(self, batch_id: str, item: Row | None, result: Result, server_time: str) -> str:
        """Apply one answer; returns why it is a surprise, empty when it is none."""
        if item is None:
            return "不是这一批上报的内容，未采信"
        if result.outcome in _ACCEPTED and result.sha256 in ("", item["sha256"]):
            return self._accept(batch_id, item, result, server_time)
        if item["outcome"] in _ACCEPTED:
            return "这一版已有回执，与回执矛盾的答复未采信"
        if not _awaits(item, batch_id):
            return "这一版已不在等待这一批的答复，未采信"
        if result.outcome in _ACCEPTED:
            self._settle(item, result, outcome="conflict", reason=_OTHER_CONTENT)
            return "平台回执的内容校验值与本机不同，按冲突处理"
        if result.outcome == "deferred":
            self._defer(item)
        else:
            self._settle(item, result, outcome=result.outcome)
        return ""

    def _accept(self, batch_id: str, item: Row, result: Result, server_time: str) -> str:
        """Keep a receipt; one that comes late is as good, and a second number for it is kept as well."""
        if not result.receipt_no:
            return "平台答复已接收，却没有回执编号，未采信"
        where = "record = ? AND revision = ? AND receipt_no != ?"
        others = self._db.value(
            f"SELECT count(*) FROM receipt WHERE {where}",
            [item["record"], item["revision"], result.receipt_no],
        )
        receipt = {
            "record": item["record"], "revision": item["revision"], "receipt_no": result.receipt_no,
            "sha256": item["sha256"], "received_at": result.received_at, "server_time": server_time,
            "batch_id": batch_id, "author": item["author"], "kept_at": self._clock().isoformat(),
        }  # fmt: skip
        self._db.insert("receipt", receipt, conflict="OR IGNORE")
        self._settle(item, result, outcome=result.outcome)
        return "平台对同一版给了两个回执编号，两个都已留存" if others else ""

    def _settle(self, item: Row, result: Result, *, outcome: str, reason: str = "") -> None:
        self._db.run(
            "UPDATE outbox SET outcome = ?, problems = ? WHERE record = ? AND revision = ?",
            [outcome, problems_text(result.problems), item["record"], item["revision"]],
        )
        self._mark(item, "done", reason=reason)

    def _defer(self, item: Row) -> None:
        self._db.run(
            "UPDATE outbox SET deferrals = deferrals + 1 WHERE record = ? AND revision = ?",
            [item["record"], item["revision"]],
        )
        self._mark(item, "waiting")

    def _mark(self, item: Row, state: str, *, reason: str = "") -> None:
        self._db.run(
            "UPDATE outbox SET state = ?, reason = ? WHERE record = ? AND revision = ?",
            [state, reason, item["record"], item["revision"]],
        )
        index.refresh(self._db, item["record"], content_changed=False)

    def _close_if_answered(self, batch_id: str, server_time: str) -> None:
        """Close a batch without open items; its bytes have done their duty and would double the file."""
        if not self._unanswered(batch_id):
            self._db.run(
                "UPDATE batch SET state = 'closed', body = x'', server_time = ? WHERE batch_id = ?",
                [server_time, batch_id],
            )


def _awaits(item: Row, batch_id: str) -> bool:
    """Whether an item still waits for the answer to this very batch."""
    return bool(item["state"] == "sent" and item["batch_id"] == batch_id)


def _receipt_row(row: Row) -> ReceiptRow:
    values = {field.name: row[field.name] for field in fields(ReceiptRow)}
    return ReceiptRow(**values | {"kept_at": datetime.fromisoformat(row["kept_at"])})
