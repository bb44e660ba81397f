from __future__ import annotations

import pytest

from jgclient.forms.problems import Problem
from jgclient.records import State
from jgclient.store import ListQuery, StoreError, Summary, open_store

HARD = Problem(
    "required", "01代码检查", "hard", ("check_date",), "没有填检查日期", candidates=("2026-09-07",)
)
SOFT = Problem("CF-001", "10时间信息检查", "soft", ("check_date",), "检查日期是周日")


def test_a_draft_comes_back_exactly_as_it_was_kept_in_another_process_of_the_program(
    store, folder, clock, draft
):
    texts = {"a": "  前后有空格 ", "b": "多行\n第二行", "c": "𫠠"}
    record_id = draft(store, texts=texts, reasons={"CF-001": "值班"}, problems=[HARD, SOFT], hard_problems=1)
    with open_store(folder, clock=clock) as other:
        kept = other.records.draft(record_id)
    assert kept.texts == texts
    assert kept.reasons == {"CF-001": "值班"}
    assert kept.problems == [HARD, SOFT]
    assert (kept.form, kept.form_version, kept.author, kept.base_revision) == ("check", 1, "甲", 0)


def test_a_draft_replaces_the_one_before_and_the_record_stays_one(store, draft):
    record_id = draft(store, texts={"a": "旧"})
    draft(store, record_id, texts={"b": "新"})
    assert store.records.draft(record_id).texts == {"b": "新"}
    assert store.records.count(ListQuery()) == 1


def test_state_and_reason_follow_from_the_draft(store, draft):
    record_id = draft(store, problems=[SOFT, HARD], hard_problems=1)
    assert store.records.row(record_id).state is State.DRAFT
    draft(store, record_id, problems=[SOFT, HARD], hard_problems=1, offered=True)
    row = store.records.row(record_id)
    assert (row.state, row.reason, row.hard_problems) == (State.INVALID, "没有填检查日期", 1)
    assert store.records.problems(record_id) == [SOFT, HARD]


def test_keeping_the_same_draft_again_leaves_its_time_and_place_in_the_list(store, draft):
    first = draft(store, texts={"a": "1"})
    draft(store, texts={"a": "2"})
    before = store.records.row(first)
    draft(store, first, texts={"a": "1"})
    assert store.records.row(first) == before
    assert [row.id for row in store.records.list(ListQuery())][1] == first


def test_a_record_nobody_knows_has_no_row_no_draft_no_problems(store):
    assert store.records.row("x") is None
    assert store.records.draft("x") is None
    assert store.records.last_revision("x") is None
    assert store.records.problems("x") == []


def test_a_dropped_draft_lies_in_the_trash_and_comes_back(store, draft):
    summary = Summary(title="金水区某餐馆检查")
    record_id = draft(store, texts={"a": "餐馆"}, problems=[HARD], hard_problems=1, summary=summary)
    kept = store.records.draft(record_id)
    store.records.drop_draft(record_id)
    assert store.records.row(record_id) is None
    assert store.records.list(ListQuery(text="餐馆")) == []
    [dropped] = store.trash.list()
    assert (dropped.record_id, dropped.title, dropped.form) == (record_id, "金水区某餐馆检查", "check")

    assert store.trash.restore(dropped.trash_id) == record_id
    assert store.records.draft(record_id) == kept
    assert [row.id for row in store.records.list(ListQuery(text="餐馆"))] == [record_id]
    assert store.trash.list() == []


def test_dropping_the_draft_over_a_finished_record_shows_the_finished_one_again(store, draft, finish):
    record_id = finish(store, content={"a": "已完成"}).record_id
    draft(store, record_id, texts={"a": "改到一半"})
    assert store.records.row(record_id).state is State.DRAFT
    store.records.drop_draft(record_id)
    assert store.records.row(record_id).state is State.QUEUED
    assert store.records.count(ListQuery(text="改到一半")) == 0
    assert store.records.count(ListQuery(text="已完成")) == 1


def test_restoring_never_overwrites_a_newer_draft(store, draft):
    record_id = draft(store, texts={"a": "旧"})
    store.records.drop_draft(record_id)
    draft(store, record_id, texts={"a": "新"})
    with pytest.raises(StoreError, match="已有新的草稿"):
        store.trash.restore(store.trash.list()[0].trash_id)
    assert store.records.draft(record_id).texts == {"a": "新"}
    assert len(store.trash.list()) == 1


def test_what_is_not_there_cannot_be_dropped_or_restored(store):
    with pytest.raises(StoreError, match="没有草稿"):
        store.records.drop_draft("x")
    with pytest.raises(StoreError, match="已没有这份草稿"):
        store.trash.restore(7)


def _fail_in_atomic(store, draft):
    with store.atomic():
        draft(store)
        raise ZeroDivisionError


def test_several_changes_in_one_atomic_block_are_kept_together_or_not_at_all(store, draft):
    with pytest.raises(ZeroDivisionError):
        _fail_in_atomic(store, draft)
    assert store.records.count(ListQuery()) == 0


def test_an_inner_block_that_fails_takes_only_its_own_changes_back(store, draft):
    with store.atomic():
        kept = draft(store)
        with pytest.raises(ZeroDivisionError):
            _fail_in_atomic(store, draft)
    assert [row.id for row in store.records.list(ListQuery())] == [kept]
