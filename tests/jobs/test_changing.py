"""Changing and withdrawing many records, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from jgclient import changing, entering, portions
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.importing import import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store

FIELD = "check_date"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


@pytest.fixture
def ids(store: Store, library: FormLibrary, calendar: Calendar, samples: Any, now: datetime) -> list[str]:
    """Two drafts and a finished record."""
    import_workbook(store, library, samples / "检查实施清单（样表）.xlsx", now=now)
    import_workbook(store, library, samples / "行政检查台账（科室自用）.xlsx", now=now)
    rows = store.records.list(ListQuery(form="check", states=frozenset({State.DRAFT}), limit=3))
    entering.submit(store, library, calendar, [rows[2].id], now=now)
    return [row.id for row in rows]


def texts(store: Store, library: FormLibrary, record_id: str) -> dict[str, str]:
    return entering.open_record(store, library, record_id).texts


def test_a_preview_reads_the_value_and_keeps_nothing(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    before = {record_id: texts(store, library, record_id) for record_id in ids}
    changes = changing.preview(store, library, ids, FIELD, "2026.11.20", now=now)
    assert [(one.record_id, one.after, one.refused) for one in changes] == [
        (record_id, "2026-11-20", "") for record_id in ids
    ]
    assert [one.before for one in changes] == [before[record_id][FIELD] for record_id in ids]
    assert {record_id: texts(store, library, record_id) for record_id in ids} == before


def test_a_preview_names_what_would_be_wrong(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    changes = changing.preview(store, library, ids[:1], FIELD, "2027-01-01", now=now)
    assert [p.fields for p in changes[0].problems if p.strength == "hard"] == [(FIELD,)]


def test_changes_are_kept_as_drafts_and_taken_back(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    before = {record_id: texts(store, library, record_id) for record_id in ids}
    changes = changing.preview(store, library, ids, FIELD, "2026.11.20", now=now)
    done = changing.change(store, library, changes, FIELD, now=now)
    assert {texts(store, library, record_id)[FIELD] for record_id in ids} == {"2026-11-20"}
    assert [store.records.row(record_id).state for record_id in ids] == [State.DRAFT] * 3
    assert changing.undo_change(store, done) == 3
    assert {record_id: texts(store, library, record_id) for record_id in ids} == before
    assert store.records.row(ids[2]).state is State.QUEUED


def test_what_was_typed_after_a_change_is_not_undone(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    changes = changing.preview(store, library, ids[:2], FIELD, "2026.11.20", now=now)
    done = changing.change(store, library, changes, FIELD, now=now)
    opened = entering.open_record(store, library, ids[0])
    typed = opened.texts | {"check_action_name": "后来改的"}
    entering.keep(store, library, opened, typed, {}, now=now)
    assert changing.undo_change(store, done) == 1
    assert texts(store, library, ids[0]) == typed


def test_an_equal_value_changes_nothing(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    same = texts(store, library, ids[0])[FIELD]
    changes = changing.preview(store, library, ids[:1], FIELD, same, now=now)
    assert not changes[0].changes
    assert changing.change(store, library, changes, FIELD, now=now) == []


def test_what_cannot_be_changed_says_why(
    store: Store, library: FormLibrary, ids: list[str], now: datetime
) -> None:
    (unknown,) = changing.preview(store, library, ["unknown"], FIELD, "x", now=now)
    (strange,) = changing.preview(store, library, ids[:1], "no_such_field", "x", now=now)
    assert "没有编号" in unknown.refused
    assert "没有这一项" in strange.refused
    assert changing.change(store, library, [unknown, strange], FIELD, now=now) == []


def test_stopping_leaves_the_rest_alone(
    store: Store, library: FormLibrary, ids: list[str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "_TOGETHER", 1)
    changes = changing.preview(store, library, ids, FIELD, "2026.11.20", now=now)
    stop = iter([False, True])
    done = changing.change(store, library, changes, FIELD, now=now, is_cancelled=lambda: next(stop))
    assert [one.record_id for one in done] == ids[:1]


def test_withdrawing_many_and_back(
    store: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    before = {record_id: texts(store, library, record_id) for record_id in ids}
    done = changing.withdraw(store, library, calendar, ids, "录错单位", now=now)
    assert (done.dropped, done.withdrawn, done.refused) == (ids[:2], ids[2:], [])
    assert store.records.last_revision(ids[2]).operation == "d"
    again = changing.withdraw(store, library, calendar, ids[2:], "录错单位", now=now)
    assert again.refused == [(ids[2], "已经撤回过")]
    assert changing.undo_withdrawal(store, library, calendar, done, now=now) == 3
    assert {record_id: texts(store, library, record_id) for record_id in ids} == before
    assert store.records.last_revision(ids[2]).operation == "i"
    assert "withdraw" not in store.records.last_revision(ids[2]).reasons


def test_a_finished_record_without_a_reason_stays(
    store: Store, library: FormLibrary, calendar: Calendar, ids: list[str], now: datetime
) -> None:
    done = changing.withdraw(store, library, calendar, ids[2:], " ", now=now)
    assert done.withdrawn == []
    assert "理由" in done.refused[0][1]


def test_a_value_is_only_common_within_one_form(library: FormLibrary) -> None:
    assert changing.fields_in_common(library, ["check", "check"]).id == "check"
    assert changing.fields_in_common(library, ["check", "penalty"]) is None
    assert changing.fields_in_common(library, ["unknown"]) is None
