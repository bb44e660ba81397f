"""What has to be done until when; no window needed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from ui_stories import BAD_CODE, NOW, TODAY, Story

from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.store import ListQuery, Store, Summary
from jgclient.ui.todo import Todo, due_between, end_of_week, todos
from jgclient.ui.words import day_words, iso_day, long_day, moment_words

CALENDAR = load_calendar(resources_folder() / "calendars")


def listed(store: Store, library: FormLibrary) -> list[Todo]:
    rows = store.records.list(ListQuery())
    return todos(rows, library.get, CALENDAR, TODAY)


def test_earliest_first_and_finished_ones_left_out(store: Store, library: FormLibrary, story: Story) -> None:
    late = story.queued(urgent_by=TODAY - timedelta(days=3))
    story.accepted()
    soon = story.queued(urgent_by=TODAY)
    without = story.queued(urgent_by=None)
    items = listed(store, library)
    assert [item.row.id for item in items] == [late, soon, without]
    assert [(item.left, item.tone) for item in items] == [
        ("逾期 3 日", "danger"), ("今天", "warning"), ("还剩 7 个工作日", "waiting"),
    ]  # fmt: skip


def test_time_left_is_counted_in_working_days(store: Store, library: FormLibrary, story: Story) -> None:
    story.queued(urgent_by=date(2026, 11, 22))  # a Sunday: no working day until then
    story.queued(urgent_by=date(2026, 11, 23))
    story.queued(urgent_by=date(2026, 11, 25))
    lefts = [(item.left, item.tone) for item in listed(store, library)]
    assert lefts == [
        ("还剩 1 天", "warning"), ("还剩 1 个工作日", "warning"), ("还剩 3 个工作日", "waiting"),
    ]  # fmt: skip


def test_a_draft_has_the_limit_of_its_date(store: Store, library: FormLibrary, story: Story) -> None:
    story.draft(day=date(2026, 11, 12))
    (item,) = listed(store, library)
    assert item.due == date(2026, 11, 23)  # 7 working days after Thursday 12 November
    assert item.what == "提交上报"  # nothing is wrong with it
    assert "郑法政办〔2020〕2号" in item.basis


def test_a_draft_with_a_wrong_date_has_no_limit_yet(store: Store, library: FormLibrary) -> None:
    store.records.save_draft(
        "01", form="check", form_version=1, texts={}, author="李某", summary=Summary(act_date="明天")
    )
    (item,) = listed(store, library)
    assert (item.due, item.left) == (None, "期限未定")


def test_records_of_a_form_not_installed_still_show(store: Store, story: Story) -> None:
    story.draft()
    (item,) = todos(store.records.list(ListQuery()), lambda _id: None, CALENDAR, TODAY)
    assert (item.due, item.basis) == (None, "")


def test_what_to_do_follows_the_state(store: Store, library: FormLibrary, story: Story) -> None:
    story.draft(problems=(BAD_CODE,))
    story.returned()
    story.parked()
    assert {item.what for item in listed(store, library)} == {"改正后上报", "改正后重报", "处理后上报"}


def test_due_between_counts_both_ends(store: Store, library: FormLibrary, story: Story) -> None:
    for days in (-1, 0, 1, 2):
        story.queued(urgent_by=TODAY + timedelta(days=days))
    items = listed(store, library)
    assert len(due_between(items, TODAY, end_of_week(TODAY))) == 2  # Saturday and Sunday
    assert end_of_week(date(2026, 11, 23)) == date(2026, 11, 29)


@pytest.mark.parametrize(
    ("day", "words"),
    [(TODAY, "今天"), (date(2026, 11, 23), "11-23"), (date(2027, 1, 5), "2027-01-05")],
)
def test_days_in_words(day: date, words: str) -> None:
    assert day_words(day, TODAY) == words
    assert iso_day(day.isoformat(), TODAY) == words


def test_moments_in_words() -> None:
    assert moment_words(NOW, NOW) == "10:46"
    assert moment_words(NOW - timedelta(days=1), NOW) == "昨天 10:46"
    assert moment_words(NOW - timedelta(days=2), NOW) == "11-19 10:46"
    assert long_day(TODAY) == "11月21日 星期六"
    assert iso_day("明天", TODAY) == "明天"
