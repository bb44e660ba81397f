"""Builders for store tests: revisions as entering makes them, batches and answers as sync does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jgclient.contract import Result
from jgclient.records import Content, Revision, chain_hash, payload_hash
from jgclient.store import Store


class Clock:
    """A clock that moves one second whenever it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def made_revision(
    store: Store, record_id: str, now: datetime, content: Content, *, form: str = "check", operation: str = ""
) -> Revision:
    """The next revision of a record, with true hashes; not yet kept."""
    following = store.records.next_operation(record_id)
    operation = operation or following.operation
    sha256 = payload_hash(
        form=form, form_version=1, operation=operation, content=content, reasons={}, attachments=[]
    )
    chain = chain_hash(
        following.previous, record_id=record_id, revision=following.revision, author="甲", made_at=now,
        sha256=sha256,
    )  # fmt: skip
    return Revision(
        record_id=record_id, revision=following.revision, form=form, form_version=1, operation=operation,
        base_revision=following.base_revision, content=content, reasons={}, author="甲", made_at=now,
        sha256=sha256, previous=following.previous, chain=chain,
    )  # fmt: skip


def send(store: Store, batch_id: str, limit: int = 100) -> list[Revision]:
    """Do what sync does before it sends: store a batch of what waits."""
    revisions = store.outbox.waiting(limit)
    store.outbox.store_batch(batch_id, b"bytes", [(r.record_id, r.revision) for r in revisions])
    return revisions


def result_for(kept: Revision, outcome: str, /, **changes: object) -> Result:
    """The platform's answer to one revision."""
    accepted = outcome in ("accepted", "duplicate")
    values = {
        "id": kept.record_id,
        "revision": kept.revision,
        "outcome": outcome,
        "sha256": kept.sha256,
        "receipt_no": f"HZ-{kept.record_id[-6:]}-{kept.revision}" if accepted else "",
        "received_at": "2026-09-07T10:00:00+08:00" if accepted else "",
    }
    return Result(**values | changes)


def answer(store: Store, batch_id: str, outcome: str, **changes: object) -> list:
    """Answer every item of a stored batch with the same outcome; returns the surprises."""
    [batch] = [b for b in store.outbox.unanswered_batches() if b.batch_id == batch_id]
    revisions = [
        r for id_, number in batch.items for r in store.records.revisions(id_) if r.revision == number
    ]
    results = [result_for(revision, outcome, **changes) for revision in revisions]
    return store.outbox.apply_answer(batch_id, results, "2026-09-07T10:00:00+08:00")
