"""What a platform answered to a batch: weighed answer by answer in memory, written set by set in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jgclient.store.codec import problems_text
from jgclient.store.connection import Connection, Row
from jgclient.store.rows import Surprise

if TYPE_CHECKING:  # a client that starts has no answer to read yet
    from jgclient.contract import Result

_ACCEPTED = ("accepted", "duplicate")
_OTHER_CONTENT = "平台上同一版本的内容与本机不同。请核对两边内容后重新完成并上报"
_INSERT_RECEIPT = """
INSERT OR IGNORE INTO receipt
    (record, revision, receipt_no, sha256, received_at, server_time, batch_id, author, kept_at)
VALUES (:record, :revision, :receipt_no, :sha256, :received_at, :server_time, :batch_id, :author, :kept_at)
"""
_SETTLE = """
UPDATE outbox SET state = 'done', outcome = ?1, problems = ?2, reason = ?3,
    again = again AND ?1 NOT IN ('accepted', 'duplicate')
WHERE record = ?4 AND revision = ?5
"""
_DEFER = """
UPDATE outbox SET state = 'waiting', reason = '', deferrals = deferrals + 1 WHERE record = ? AND revision = ?
"""
_RECEIPTS_OF_BATCH = """
SELECT receipt.record, receipt.revision, receipt.receipt_no FROM batch_item
JOIN receipt ON receipt.record = batch_item.record AND receipt.revision = batch_item.revision
WHERE batch_item.batch_id = ?
"""


@dataclass(slots=True)
class _Standing:
    """One item of the batch while its answers are weighed.

    Attributes:
        awaits: It still waits for the answer to this very batch.
        outcome: The answer that counts so far; none for an item that was sent once more, whatever was
            answered before.
    """

    row: Row
    awaits: bool
    outcome: str


@dataclass(slots=True)
class Verdicts:
    """What has to be written for the answers of one batch.

    Attributes:
        surprises: Answers that were not believed, or only in part.
    """

    receipts: list[dict[str, Any]] = field(default_factory=list)
    settled: dict[tuple[int, int], tuple[str, str, str]] = field(default_factory=dict)
    deferred: list[tuple[int, int]] = field(default_factory=list)
    surprises: list[Surprise] = field(default_factory=list)

    def keys(self) -> set[int]:
        """Keys of the records whose standing changes."""
        return {record for record, _ in [*self.settled, *self.deferred]}


def apply(
    connection: Connection,
    batch_id: str,
    items: Iterable[Row],
    results: Sequence[Result],
    *,
    server_time: str,
    now: datetime,
) -> Verdicts:
    """Weigh the answers to a batch and write what follows; the list columns are left to the caller.

    Args:
        connection: Inside the transaction of the answer.
        batch_id: The batch.
        items: Its rows: id, record, revision, sha256, author, state, batch_id, outcome, again.
        results: The answers; those to anything else are not believed.
        server_time: Time of the answer as the platform wrote it.
        now: Time of keeping.
    """
    weighing = _Weighing(batch_id, items, connection.rows(_RECEIPTS_OF_BATCH, [batch_id]))
    verdicts = weighing.verdicts
    for result in results:
        why = weighing.weigh(result)
        if why:
            verdicts.surprises.append(Surprise(result.id, result.revision, why))
    _write(connection, verdicts, batch_id, server_time, now)
    return verdicts


def apply_receipts(
    connection: Connection,
    items: Iterable[Row],
    results: Iterable[Result],
    *,
    server_time: str,
    now: datetime,
) -> Verdicts:
    """Write receipts found outside any batch; all else is passed over. Arguments as for :func:`apply`."""
    weighing = _Weighing("", items, [])
    for result in results:
        weighing.accept_only(result)
    _write(connection, weighing.verdicts, "", server_time, now)
    return weighing.verdicts


def _write(
    connection: Connection, verdicts: Verdicts, batch_id: str, server_time: str, now: datetime
) -> None:
    common = {"server_time": server_time, "batch_id": batch_id, "kept_at": now.isoformat()}
    connection.run_many(_INSERT_RECEIPT, [receipt | common for receipt in verdicts.receipts])
    connection.run_many(_SETTLE, [[*values, *key] for key, values in verdicts.settled.items()])
    connection.run_many(_DEFER, verdicts.deferred)


class _Weighing:
    """Which answers of a batch are believed."""

    def __init__(self, batch_id: str, items: Iterable[Row], receipts: Iterable[Row]) -> None:
        self.verdicts = Verdicts()
        self._items = {
            (row["id"], row["revision"]): _Standing(
                row, awaits(row, batch_id), "" if row["again"] else row["outcome"]
            )
            for row in items
        }
        self._numbers = defaultdict[tuple[int, int], set[str]](set)
        for record, revision, number in receipts:
            self._numbers[record, revision].add(number)

    def accept_only(self, result: Result) -> None:
        """Take one answer in if it is a receipt of the very content kept here."""
        item = self._items.get((result.id, result.revision))
        if item is not None and result.outcome in _ACCEPTED and result.sha256 == item.row["sha256"]:
            self._accept(item, result)

    def weigh(self, result: Result) -> str:
        """Take one answer in; returns why it is a surprise, empty when it is none."""
        item = self._items.get((result.id, result.revision))
        if item is None:
            return "不是这一批上报的内容，未采信"
        if result.outcome in _ACCEPTED and result.sha256 in ("", item.row["sha256"]):
            return self._accept(item, result)
        if item.outcome in _ACCEPTED:
            return "这一版已有回执，与回执矛盾的答复未采信"
        if not item.awaits:
            return "这一版已不在等待这一批的答复，未采信"
        if result.outcome in _ACCEPTED:
            self._settle(item, result, outcome="conflict", reason=_OTHER_CONTENT)
            return "平台回执的内容校验值与本机不同，按冲突处理"
        if result.outcome == "deferred":
            item.awaits = False
            self.verdicts.deferred.append((item.row["record"], item.row["revision"]))
        else:
            self._settle(item, result, outcome=result.outcome)
        return ""

    def _accept(self, item: _Standing, result: Result) -> str:
        """Keep a receipt; one that comes late is as good, and a second number for it is kept as well."""
        if not result.receipt_no:
            return "平台答复已接收，却没有回执编号，未采信"
        row = item.row
        numbers = self._numbers[row["record"], row["revision"]]
        others = numbers - {result.receipt_no}
        numbers.add(result.receipt_no)
        self.verdicts.receipts.append({
            "record": row["record"], "revision": row["revision"], "receipt_no": result.receipt_no,
            "sha256": row["sha256"], "received_at": result.received_at, "author": row["author"],
        })  # fmt: skip
        self._settle(item, result, outcome=result.outcome)
        return "平台对同一版给了两个回执编号，两个都已留存" if others else ""

    def _settle(self, item: _Standing, result: Result, *, outcome: str, reason: str = "") -> None:
        item.outcome, item.awaits = outcome, False
        key = (item.row["record"], item.row["revision"])
        self.verdicts.settled[key] = (outcome, problems_text(result.problems), reason)


def awaits(item: Row, batch_id: str) -> bool:
    """Whether an item still waits for the answer to this very batch."""
    return bool(item["state"] == "sent" and item["batch_id"] == batch_id)
