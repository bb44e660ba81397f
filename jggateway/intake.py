"""Takes a batch in: one transaction, one answer an item, in order."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from jgclient.contract import BatchAnswer, Item, Result
from jgclient.records import canonical_json
from jggateway import feed, keeping, kept
from jggateway.incoming import Incoming
from jggateway.judging import Judging, numbered
from jggateway.keeping import Accepted, Raced
from jggateway.kept import Arrival, KeyReused
from jggateway.reference import References
from jggateway.storage import Storage

__all__ = ["Busy", "Intake", "KeyReused"]

_LOG = logging.getLogger("jggateway.intake")
#: How often a batch is judged anew because another sender kept one of its records in the same moment.
ATTEMPTS = 3


class Busy(Exception):  # noqa: N818  # an event of the domain, not a fault
    """Other senders were faster every time; the batch can be sent again."""


class Intake:
    """Takes batches in. Safe to use from several threads.

    Args:
        storage: The gateway's database.
        references: What is checked with.
        clock: Tells the platform's time; must be aware.
    """

    def __init__(self, storage: Storage, references: References, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._references = references
        self._clock = clock

    def receive(self, incoming: Incoming, *, user: str, key: str, body_sha256: str) -> str:
        """Judge every item, keep what is accepted, and remember the answer.

        The same bytes again get the same answer; nothing is judged twice.

        Args:
            incoming: The batch.
            user: Name of the user who sends it; the batch's unit must be the user's.
            key: Idempotency-Key, empty when there was none.
            body_sha256: Hash of the bytes the batch arrived as.

        Returns:
            The answer as JSON.

        Raises:
            KeyReused: other bytes came under this batch id or key before.
            Busy: other senders were faster.
        """
        now = self._clock()
        batch = incoming.envelope
        arrival = Arrival(
            batch.batch_id, key or batch.batch_id, batch.unit_code, user, batch.device_id, body_sha256,
            now.isoformat(timespec="seconds"),
        )  # fmt: skip
        if batch.mode == "validate":
            return self._dry_run(incoming, arrival, now)
        for _ in range(ATTEMPTS):
            try:
                return self._commit(incoming, arrival, now)
            except Raced:
                continue
        raise Busy

    def _commit(self, incoming: Incoming, arrival: Arrival, now: datetime) -> str:
        with self._storage.writing(line=arrival.unit) as connection:
            earlier = kept.earlier_answer(connection, arrival)
            if earlier is not None:
                return earlier
            judging, results = self._judged(connection, incoming, arrival, now)
            numbers = keeping.draw_receipt_numbers(connection, arrival, len(judging.accepted))
            results = numbered(results, judging.accepted, numbers)
            answer = _answer(arrival, results)
            keeping.keep(
                connection, arrival, answer,
                accepted=judging.accepted, numbers=numbers, heads=judging.heads,
            )  # fmt: skip
            _settle_returns(connection, arrival.unit, judging.accepted, now)
        outcomes = dict(Counter(result.outcome for result in results))
        _LOG.info("batch", extra={"batch": arrival.batch_id, "unit": arrival.unit, "outcomes": outcomes})
        return answer

    def _dry_run(self, incoming: Incoming, arrival: Arrival, now: datetime) -> str:
        with self._storage.reading() as connection:
            _, results = self._judged(connection, incoming, arrival, now)
        # A receipt that was drawn for nothing is none.
        shown = [result if result.receipt_no else replace(result, received_at="") for result in results]
        return _answer(arrival, shown)

    def _judged(
        self, connection: Connection, incoming: Incoming, arrival: Arrival, now: datetime
    ) -> tuple[Judging, list[Result]]:
        readable = [entry for entry in incoming.items if isinstance(entry, Item)]
        judging = Judging(
            connection, self._references.current(connection), readable,
            unit=arrival.unit, received_at=arrival.received_at, today=now.date(),
        )  # fmt: skip
        results = [entry if isinstance(entry, Result) else judging.judge(entry) for entry in incoming.items]
        return judging, results


def _answer(arrival: Arrival, results: list[Result]) -> str:
    return canonical_json(BatchAnswer(arrival.batch_id, arrival.received_at, results).to_json())


def _settle_returns(connection: Connection, unit: str, accepted: Sequence[Accepted], now: datetime) -> None:
    """A returned record that was accepted anew is no longer returned."""
    edited = [entry.item.id for entry in accepted if entry.item.base_revision]
    if edited:
        returned = feed.standing(connection, "returned", unit, edited)
        gone = [feed.Entry("returned", record_id, None, unit, origin="record") for record_id in returned]
        feed.put(connection, gone, now)
