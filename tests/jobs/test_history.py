"""Versions of a record and what changed between them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from jgclient import entering
from jgclient.contract import Result
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.history import differences, history
from jgclient.importing import import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


@pytest.fixture
def record_id(store: Store, library: FormLibrary, samples: Any, now: datetime) -> str:
    import_workbook(store, library, samples / "检查实施清单（样表）.xlsx", now=now)
    import_workbook(store, library, samples / "行政检查台账（科室自用）.xlsx", now=now)
    return store.records.list(ListQuery(form="check", states=frozenset({State.DRAFT}), limit=1))[0].id


def test_a_draft_alone_is_one_version_with_everything_filled(
    store: Store, library: FormLibrary, record_id: str
) -> None:
    (only,) = history(store, library, record_id)
    texts = store.records.draft(record_id).texts
    assert (only.number, only.what, only.author) == (0, "草稿", "李某")
    assert {d.field: d.after for d in only.differences} == texts
    assert all(d.before == "" for d in only.differences)


def test_every_version_says_who_what_and_which_receipt(
    store: Store, library: FormLibrary, calendar: Calendar, record_id: str, now: datetime
) -> None:
    entering.submit(store, library, calendar, [record_id], now=now)
    first = store.records.last_revision(record_id)
    store.outbox.store_batch("b", b"{}", [(record_id, 1)])
    answer = Result(record_id, 1, "accepted", receipt_no="HN1", sha256=first.sha256)
    store.outbox.apply_answer("b", [answer], "2026-11-21T09:00:00+08:00")
    store.settings.set("user_name", "王某")
    opened = entering.open_record(store, library, record_id)
    texts = opened.texts | {"check_result": "02", "check_personnel": "张三、李四"}
    entering.finish(store, library, calendar, opened, texts, {}, now=now)
    entering.withdraw(store, library, calendar, record_id, "重复录入", now=now)
    withdrawn, changed, made = history(store, library, record_id)
    assert [(v.number, v.what, v.author) for v in (made, changed, withdrawn)] == [
        (1, "新增", "李某"), (2, "修改", "王某"), (3, "撤回", "王某"),
    ]  # fmt: skip
    assert [r.receipt_no for r in made.receipts] == ["HN1"]
    assert changed.receipts == []
    assert {(d.title, d.after) for d in changed.differences} == {
        ("检查结果", store_text(library, "02")), ("检查人员", "张三、李四"),
    }  # fmt: skip
    assert all(d.before for d in changed.differences)
    assert (withdrawn.reason, withdrawn.differences) == ("重复录入", [])


def store_text(library: FormLibrary, code: str) -> str:
    form = library.get("check")
    return library.checker(form).to_texts({"check_result": code})["check_result"]


def test_fields_no_form_knows_are_told_by_name_and_last(library: FormLibrary) -> None:
    found = differences(library.get("check"), {"z": "1"}, {"check_date": "2026-01-02", "a": "2"})
    assert [(d.field, d.before, d.after) for d in found] == [
        ("check_date", "", "2026-01-02"), ("a", "", "2"), ("z", "1", ""),
    ]  # fmt: skip
    assert [d.title for d in differences(None, {}, {"a": "2"})] == ["a"]
