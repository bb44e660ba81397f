"""Whatever order things happen in: nothing is lost, nothing is sent twice at once, every receipt is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from store_parts import Clock, made_revision, result_for

from jgclient.records import State, new_record_id
from jgclient.store import ListQuery, StoreError, Summary, open_store

OUTCOMES = ["accepted", "duplicate", "rejected", "conflict", "deferred", "silence", "other content"]


class OutboxMachine(RuleBasedStateMachine):
    """Compares the store with a model of two dictionaries: state of each record, receipts given."""

    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name), clock=self.clock)
        self.states: dict[str, State] = {}
        self.receipts: dict[tuple[str, int], str] = {}
        self.in_flight: dict[str, list] = {}
        self.batches = 0

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(target=records)
    def new_record(self) -> str:
        record_id = new_record_id(self.clock())
        self._finish(record_id)
        return record_id

    @rule(record_id=records)
    def finish_again(self, record_id: str) -> None:
        if self.states[record_id] is State.SENDING:
            try:
                self._finish(record_id)
            except StoreError:
                return
            raise AssertionError("finished while the last revision was on its way")
        self._finish(record_id)

    def _finish(self, record_id: str) -> None:
        revision = made_revision(self.store, record_id, self.clock(), {"n": str(self.clock())})
        self.store.records.add_revision(revision, Summary())
        self.states[record_id] = State.QUEUED

    @rule(limit=st.integers(1, 3))
    def send(self, limit: int) -> None:
        revisions = self.store.outbox.waiting(limit)
        if not revisions:
            return
        self.batches += 1
        batch_id = f"b{self.batches}"
        self.store.outbox.store_batch(batch_id, b"", [(r.record_id, r.revision) for r in revisions])
        self.in_flight[batch_id] = revisions
        for revision in revisions:
            self.states[revision.record_id] = State.SENDING

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), restart=st.booleans())
    def answer(self, data: st.DataObject, restart: bool) -> None:
        if restart:
            self.store.close()
            self.store = open_store(Path(self.folder.name), clock=self.clock)
        batch_id = data.draw(st.sampled_from(sorted(self.in_flight)))
        revisions = self.in_flight.pop(batch_id)
        results = []
        for revision in revisions:
            outcome = data.draw(st.sampled_from(OUTCOMES))
            self._expect(revision, outcome)
            if outcome == "other content":
                results.append(result_for(revision, "accepted", sha256="0" * 64))
            elif outcome != "silence":
                results.append(result_for(revision, outcome))
        self.store.outbox.apply_answer(batch_id, results, "")
        self.store.outbox.release(batch_id)

    def _expect(self, revision, outcome: str) -> None:
        if outcome in ("accepted", "duplicate"):
            self.receipts[revision.record_id, revision.revision] = revision.sha256
        self.states[revision.record_id] = {
            "accepted": State.ACCEPTED,
            "duplicate": State.ACCEPTED,
            "rejected": State.RETURNED,
            "conflict": State.CONFLICT,
            "other content": State.CONFLICT,
        }.get(outcome, State.QUEUED)

    @invariant()
    def every_record_has_the_state_its_answers_give_it(self) -> None:
        rows = self.store.records.list(ListQuery(limit=1000))
        assert {row.id: row.state for row in rows} == self.states

    @invariant()
    def receipts_are_exactly_the_acceptances(self) -> None:
        kept = [receipt for id_ in self.states for receipt in self.store.outbox.receipts(id_)]
        assert {(r.record_id, r.revision): r.sha256 for r in kept} == self.receipts
        assert self.store.outbox.receipt_count() == len(kept)

    @invariant()
    def what_waits_is_the_last_revision_of_each_queued_record(self) -> None:
        waiting = {(r.record_id, r.revision) for r in self.store.outbox.waiting(1000)}
        assert self.store.outbox.count() == len(waiting)
        queued = {id_ for id_, state in self.states.items() if state is State.QUEUED}
        assert waiting == {(id_, self.store.records.last_revision(id_).revision) for id_ in queued}

    @invariant()
    def open_batches_are_those_not_answered(self) -> None:
        assert {b.batch_id for b in self.store.outbox.unanswered_batches()} == set(self.in_flight)

    @invariant()
    def nothing_derived_differs_from_the_facts(self) -> None:
        assert self.store.records.verify_chain() == []
        assert self.store.wrong_counts() == []
        assert self.store.records.rebuild_index() == 0


OutboxMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
test_outbox = OutboxMachine.TestCase
