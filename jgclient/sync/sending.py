"""A batch on its way, and what can be believed of the answers to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from jgclient.contract import Batch, BatchAnswer, Result, TransportError, proven
from jgclient.store import StoredBatch

Key = tuple[str, int]


@dataclass(slots=True)
class Sending:
    """One batch whose bytes are stored, between its first sending and its fate.

    Attributes:
        hashes: Content hash of each item by (record id, revision), in the order sent.
        posted: How often it was sent.
        server_errors: How often the server answered 5xx.
    """

    batch_id: str
    body: bytes
    hashes: dict[Key, str]
    posted: int = 0
    server_errors: int = 0

    @classmethod
    def of(cls, batch: Batch, body: bytes) -> Sending:
        """A new batch and its bytes."""
        return cls(batch.batch_id, body, {(item.id, item.revision): item.sha256 for item in batch.items})

    @classmethod
    def stored(cls, stored: StoredBatch) -> Sending:
        """A batch of an earlier run; its own bytes say what was in it."""
        return cls.of(Batch.from_json(json.loads(stored.body)), stored.body)

    @property
    def items(self) -> list[Key]:
        """(record id, revision) of each item in the order sent."""
        return list(self.hashes)

    def checked(self, answer: BatchAnswer) -> BatchAnswer:
        """The answer, when it proves what became of every item.

        Raises:
            TransportError: *unknown*: other batch, other items, or a receipt that has no number or stands for
                another content.
        """
        if proven(answer, self.batch_id, self.items) and all(map(self._credible, answer.results)):
            return answer
        raise TransportError(
            "unknown",
            "平台的回答与所报批次对不上：将先查询回执，不会重复上报。若一再出现，请告诉平台管理员。",
        )

    def _credible(self, result: Result) -> bool:
        if result.outcome not in ("accepted", "duplicate"):
            return True
        same = result.sha256 in ("", self.hashes[result.id, result.revision])
        return same and bool(result.receipt_no)

    def found(self, receipts: Iterable[Result]) -> list[Result]:
        """The receipts for exactly what this batch sent, in the order sent.

        A receipt without number, or for another content, proves nothing about what was sent: the item
        goes once more, and the platform's own verdict (*duplicate* or *conflict*) decides.
        """
        kept = {
            (r.id, r.revision, r.sha256): r
            for r in receipts
            if r.outcome in ("accepted", "duplicate") and r.receipt_no
        }
        keys = [(*key, sha256) for key, sha256 in self.hashes.items()]
        return [kept[key] for key in keys if key in kept]
