from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlcipher3 import dbapi2
from store_parts import answer, made_revision, send

from jgclient.records import State, new_record_id
from jgclient.store import ListQuery, StoreError, Summary


def test_a_finished_record_is_kept_queued_and_its_draft_is_done_with(store, draft, finish):
    record_id = draft(store, texts={"n": "一"})
    summary = Summary("标题", "12号", "某公司", "9141", "0101", "2026-09-01")
    revision = finish(store, record_id, content={"n": "一"}, summary=summary, urgent_by=date(2026, 9, 10))
    assert store.records.last_revision(record_id) == revision
    assert store.records.draft(record_id) is None
    assert store.outbox.waiting(9) == [revision]
    row = store.records.row(record_id)
    assert row.state is State.QUEUED
    assert (row.title, row.number, row.party, row.party_code) == ("标题", "12号", "某公司", "9141")
    assert (row.item, row.act_date, row.urgent_by) == ("0101", "2026-09-01", date(2026, 9, 10))
    assert row.updated_at == revision.made_at


def test_revisions_form_a_chain(store, finish):
    first = finish(store, content={"n": "一"})
    second = finish(store, first.record_id, content={"n": "二"})
    assert second.previous == first.chain
    assert store.records.revisions(first.record_id) == [first, second]
    assert store.records.verify_chain() == []


def test_before_anything_was_accepted_the_next_revision_still_inserts(store, finish):
    record_id = finish(store).record_id
    following = store.records.next_operation(record_id)
    assert (following.operation, following.base_revision, following.revision) == ("i", 0, 2)


def test_after_an_acceptance_the_next_revision_updates_what_was_accepted(store, finish):
    record_id = finish(store).record_id
    send(store, "b1")
    answer(store, "b1", "accepted")
    second = finish(store, record_id)
    assert (second.operation, second.base_revision) == ("u", 1)
    send(store, "b2")
    answer(store, "b2", "rejected")
    following = store.records.next_operation(record_id)
    assert (following.operation, following.base_revision, following.revision) == ("u", 1, 3)


def test_a_newer_revision_goes_instead_of_one_that_waits(store, finish):
    first = finish(store)
    second = finish(store, first.record_id, content={"n": "二"})
    assert store.outbox.waiting(9) == [second]
    assert store.outbox.count() == 1


def test_while_a_revision_is_on_its_way_the_next_one_must_wait_and_the_draft_is_kept(
    store, draft, finish, clock
):
    record_id = finish(store).record_id
    second = made_revision(store, record_id, clock(), {"n": "二"})
    send(store, "b1")
    draft(store, record_id, texts={"n": "二"})
    with pytest.raises(StoreError, match="正在上报"):
        store.records.next_operation(record_id)
    with pytest.raises(StoreError, match="正在上报"):
        store.records.add_revision(second, Summary())
    assert store.records.draft(record_id).texts == {"n": "二"}
    assert len(store.records.revisions(record_id)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"revision": 2},
        {"revision": 0},
        {"previous": "0" * 64},
        {"chain": "0" * 64},
        {"sha256": "0" * 64},
        {"content": {"n": "别的"}},
        {"author": "乙"},
    ],
)
def test_a_revision_that_does_not_continue_what_is_kept_is_refused_whole(store, clock, damage):
    record_id = new_record_id(clock())
    revision = made_revision(store, record_id, clock(), {"n": "一"})
    with pytest.raises(StoreError):
        store.records.add_revision(replace(revision, **damage), Summary())
    assert store.records.count(ListQuery()) == 0
    assert store.outbox.count() == 0
    store.records.add_revision(revision, Summary())


def test_two_windows_that_finish_the_same_record_do_not_both_win(store, finish, clock):
    record_id = finish(store).record_id
    one = made_revision(store, record_id, clock(), {"n": "甲改"})
    other = made_revision(store, record_id, clock(), {"n": "乙改"})
    store.records.add_revision(one, Summary())
    with pytest.raises(StoreError, match="重新打开"):
        store.records.add_revision(other, Summary())


@pytest.mark.parametrize("statement", ["UPDATE revision SET author = '乙'", "DELETE FROM revision"])
def test_finished_revisions_cannot_be_changed_or_deleted_even_by_our_own_sql(store, finish, statement):
    finish(store)
    with pytest.raises(dbapi2.IntegrityError, match="kept for ever"):
        store._db.run(statement)


@pytest.mark.parametrize("statement", ["UPDATE receipt SET receipt_no = 'x'", "DELETE FROM receipt"])
def test_receipts_cannot_be_changed_or_deleted_even_by_our_own_sql(store, finish, statement):
    finish(store)
    send(store, "b1")
    answer(store, "b1", "accepted")
    with pytest.raises(dbapi2.IntegrityError, match="kept for ever"):
        store._db.run(statement)


@pytest.mark.parametrize(
    "forgery",
    [
        'UPDATE revision SET content = \'{"n":"0"}\' WHERE revision = 1',
        "UPDATE revision SET author = '乙' WHERE revision = 2",
        'UPDATE revision SET reasons = \'{"CF-001":"x"}\' WHERE revision = 1',
        "DELETE FROM revision WHERE revision = 1",
    ],
)
def test_someone_with_the_key_and_a_database_tool_is_found_out(store, finish, forgery):
    honest = finish(store)
    forged = finish(store)
    finish(store, forged.record_id)
    for action in ("update", "delete"):
        store._db.run(f"DROP TRIGGER revision_no_{action}")
    key = store._db.value("SELECT key FROM record WHERE id = ?", [forged.record_id])
    store._db.run(f"{forgery} AND record = {key}")
    assert store.records.verify_chain() == [forged.record_id]
    assert honest.record_id != forged.record_id
