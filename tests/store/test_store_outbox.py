from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from store_parts import answer, result_for, send

from jgclient.forms.problems import Problem
from jgclient.records import State
from jgclient.store import StoreError, open_store

REFUSED = Problem("gateway", "05数据归并", "hard", ("n",), "平台已有同名主体")


def state(store, revision) -> State:
    return store.records.row(revision.record_id).state


def test_the_most_urgent_waits_first_then_the_oldest_and_undated_ones_last(store, finish):
    undated = finish(store)
    late = finish(store, urgent_by=date(2026, 12, 1))
    soon = finish(store, urgent_by=date(2026, 9, 8))
    soon_too = finish(store, urgent_by=date(2026, 9, 8))
    assert store.outbox.waiting(9) == [soon, soon_too, late, undated]
    assert store.outbox.waiting(1) == [soon]


def test_a_stored_batch_is_there_with_its_exact_bytes_for_whoever_comes_after_a_crash(
    store, folder, finish, clock
):
    one, two = finish(store), finish(store)
    items = [(two.record_id, 1), (one.record_id, 1)]
    store.outbox.store_batch("b1", b"\x00exact\xff", items)
    with open_store(folder, clock=clock) as next_program:
        [batch] = next_program.outbox.unanswered_batches()
    assert (batch.batch_id, batch.body, batch.items) == ("b1", b"\x00exact\xff", items)
    assert state(store, one) is State.SENDING
    assert store.outbox.waiting(9) == []


def test_a_second_sync_cannot_take_what_the_first_has_taken(store, folder, finish, clock):
    revision = finish(store)
    items = [(revision.record_id, 1)]
    with open_store(folder, clock=clock) as second:
        store.outbox.store_batch("b1", b"", items)
        with pytest.raises(StoreError, match="另一个窗口正在上报"):
            second.outbox.store_batch("b2", b"", items)
    assert [batch.batch_id for batch in store.outbox.unanswered_batches()] == ["b1"]


@pytest.mark.parametrize("outcome", ["accepted", "duplicate"])
def test_an_acceptance_gives_a_receipt_that_says_what_when_and_who(store, finish, outcome):
    revision = finish(store)
    send(store, "b1")
    assert answer(store, "b1", outcome) == []
    [receipt] = store.outbox.receipts(revision.record_id)
    assert (receipt.record_id, receipt.revision, receipt.sha256) == (revision.record_id, 1, revision.sha256)
    assert (receipt.batch_id, receipt.author) == ("b1", "甲")
    assert receipt.received_at == receipt.server_time == "2026-09-07T10:00:00+08:00"
    row = store.records.row(revision.record_id)
    assert (row.state, row.receipt_no) == (State.ACCEPTED, receipt.receipt_no)
    assert store.outbox.receipt_count() == 1
    assert store.outbox.unanswered_batches() == []


def test_a_withdrawal_that_was_accepted_is_withdrawn(store, finish):
    revision = finish(store)
    send(store, "b1")
    answer(store, "b1", "accepted")
    finish(store, revision.record_id, operation="d")
    send(store, "b2")
    answer(store, "b2", "accepted")
    assert state(store, revision) is State.WITHDRAWN
    assert len(store.outbox.receipts(revision.record_id)) == 2


def test_a_rejected_record_is_returned_with_the_platforms_problems_until_it_is_finished_again(
    store, draft, finish
):
    revision = finish(store)
    send(store, "b1")
    answer(store, "b1", "rejected", problems=[REFUSED])
    row = store.records.row(revision.record_id)
    assert (row.state, row.reason, row.hard_problems) == (State.RETURNED, "平台已有同名主体", 1)
    assert store.records.problems(revision.record_id) == [REFUSED]
    draft(store, revision.record_id, texts={"n": "改"})
    row = store.records.row(revision.record_id)
    assert (row.state, row.reason) == (State.RETURNED, "平台已有同名主体")
    finish(store, revision.record_id)
    assert state(store, revision) is State.QUEUED


def test_a_conflict_is_shown_and_gives_no_receipt(store, finish):
    revision = finish(store)
    send(store, "b1")
    answer(store, "b1", "conflict")
    row = store.records.row(revision.record_id)
    assert row.state is State.CONFLICT
    assert row.reason
    assert store.outbox.receipt_count() == 0


def test_what_is_deferred_waits_again_behind_the_rest(store, finish):
    put_off = finish(store, urgent_by=date(2026, 9, 8))
    send(store, "b1")
    fresh = finish(store)
    answer(store, "b1", "deferred")
    assert store.outbox.waiting(9) == [fresh, put_off]
    assert state(store, put_off) is State.QUEUED


def test_an_acceptance_of_other_content_is_a_conflict_never_a_receipt(store, finish):
    revision = finish(store)
    send(store, "b1")
    [surprise] = answer(store, "b1", "accepted", sha256="0" * 64)
    assert (surprise.record_id, surprise.revision) == (revision.record_id, 1)
    assert store.outbox.receipt_count() == 0
    assert state(store, revision) is State.CONFLICT


def test_an_acceptance_without_a_number_proves_nothing(store, finish):
    revision = finish(store)
    send(store, "b1")
    assert len(answer(store, "b1", "accepted", receipt_no="")) == 1
    assert state(store, revision) is State.SENDING
    assert len(store.outbox.unanswered_batches()) == 1


def test_answers_to_what_was_not_sent_change_nothing(store, finish):
    sent = finish(store)
    send(store, "b1")
    waiting = finish(store)
    strangers = [
        result_for(waiting, "accepted"),
        result_for(sent, "accepted", revision=2),
        result_for(sent, "accepted", id="00000000"),
    ]
    surprises = store.outbox.apply_answer("b1", strangers, "")
    assert [(s.record_id, s.revision) for s in surprises] == [(r.id, r.revision) for r in strangers]
    assert state(store, waiting) is State.QUEUED
    assert state(store, sent) is State.SENDING
    assert store.outbox.receipt_count() == 0


def test_items_without_an_answer_stay_sent_until_they_are_released(store, finish):
    answered, silent = finish(store), finish(store)
    send(store, "b1")
    store.outbox.apply_answer("b1", [result_for(answered, "accepted")], "")
    assert (state(store, answered), state(store, silent)) == (State.ACCEPTED, State.SENDING)
    assert len(store.outbox.unanswered_batches()) == 1
    store.outbox.release("b1")
    assert (state(store, answered), state(store, silent)) == (State.ACCEPTED, State.QUEUED)
    assert store.outbox.unanswered_batches() == []
    assert store.outbox.waiting(9) == [silent]


def test_the_same_answer_twice_is_one_receipt(store, finish):
    revision = finish(store)
    send(store, "b1")
    for _ in range(2):
        assert store.outbox.apply_answer("b1", [result_for(revision, "accepted")], "") == []
    assert store.outbox.receipt_count() == 1


def test_a_receipt_that_comes_after_the_batch_was_released_still_counts(store, finish):
    revision = finish(store)
    send(store, "b1")
    store.outbox.release("b1")
    assert store.outbox.apply_answer("b1", [result_for(revision, "accepted")], "") == []
    assert state(store, revision) is State.ACCEPTED
    assert store.outbox.waiting(9) == []


@pytest.mark.parametrize("late", ["rejected", "conflict", "deferred"])
def test_other_late_answers_do_not_touch_what_is_under_way_again(store, finish, late):
    revision = finish(store)
    send(store, "b1")
    store.outbox.release("b1")
    send(store, "b2")
    assert len(store.outbox.apply_answer("b1", [result_for(revision, late)], "")) == 1
    assert state(store, revision) is State.SENDING


@pytest.mark.parametrize("late", ["rejected", "conflict", "deferred"])
def test_a_receipt_once_given_stands_whatever_is_said_later(store, finish, late):
    revision = finish(store)
    send(store, "b1")
    answer(store, "b1", "accepted")
    assert len(store.outbox.apply_answer("b1", [result_for(revision, late)], "")) == 1
    other = result_for(revision, "accepted", sha256="0" * 64, receipt_no="X")
    assert len(store.outbox.apply_answer("b1", [other], "")) == 1
    assert state(store, revision) is State.ACCEPTED
    assert store.outbox.receipt_count() == 1


def test_a_second_receipt_number_for_the_same_revision_is_evidence_and_kept(store, finish):
    revision = finish(store)
    send(store, "b1")
    answer(store, "b1", "accepted", receipt_no="HZ-1")
    surprises = store.outbox.apply_answer("b1", [result_for(revision, "accepted", receipt_no="HZ-2")], "")
    assert len(surprises) == 1
    assert [receipt.receipt_no for receipt in store.outbox.receipts(revision.record_id)] == ["HZ-1", "HZ-2"]


def test_a_parked_batch_is_out_of_the_way_with_its_reason_until_it_is_let_go(store, finish):
    bad = finish(store)
    send(store, "b1")
    good = finish(store)
    store.outbox.park("b1", "平台不接受这条记录，请联系平台管理员")
    row = store.records.row(bad.record_id)
    assert (row.state, row.reason) == (State.PARKED, "平台不接受这条记录，请联系平台管理员")
    assert store.outbox.waiting(9) == [good]
    assert store.outbox.unanswered_batches() == []
    store.outbox.unpark(bad.record_id)
    assert store.records.row(bad.record_id).reason == ""
    assert store.outbox.waiting(9) == [bad, good]


def test_single_revisions_can_be_parked_before_and_after_they_were_sent(store, finish):
    sent, sent_too = finish(store), finish(store)
    send(store, "b1")
    waiting = finish(store)
    store.outbox.park([(sent.record_id, 1), (waiting.record_id, 1)], "原因")
    assert [state(store, r) for r in (sent, sent_too, waiting)] == [
        State.PARKED,
        State.SENDING,
        State.PARKED,
    ]
    assert len(store.outbox.unanswered_batches()) == 1


def test_finishing_a_parked_record_again_puts_the_new_revision_in_the_queue(store, finish):
    bad = finish(store)
    send(store, "b1")
    store.outbox.park("b1", "原因")
    mended = finish(store, bad.record_id, content={"n": "二"})
    assert store.outbox.waiting(9) == [mended]
    assert state(store, bad) is State.QUEUED


def test_the_bytes_of_a_batch_are_let_go_when_every_item_is_answered(store, finish):
    finish(store)
    send(store, "b1")
    answer(store, "b1", "accepted")
    assert store._db.value("SELECT body FROM batch") == b""


def test_the_count_follows_every_change_here_and_elsewhere(store, folder, finish, clock):
    assert store.outbox.count() == 0
    finish(store)
    assert store.outbox.count() == 1
    with suppress(ZeroDivisionError), store.atomic():
        finish(store)
        assert store.outbox.count() == 2
        raise ZeroDivisionError
    assert store.outbox.count() == 1
    with open_store(folder, clock=clock) as other:
        finish(other)
    assert store.outbox.count() == 2


def test_what_waits_until_a_day_is_counted_whatever_was_put_off(store, finish):
    day = date(2026, 9, 10)
    for shift in (-1, 0, 1):
        finish(store, urgent_by=day + timedelta(days=shift))
    assert store.outbox.count_until(day) == 2
    send(store, "b1")
    answer(store, "b1", "deferred")
    assert store.outbox.count_until(day) == 2
    finish(store, urgent_by=day)
    assert store.outbox.count_until(day) == 3
    assert store.outbox.count_until(day - timedelta(days=9)) == 0
