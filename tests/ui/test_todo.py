"""How open limits are shown; no window needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ui_stories import BAD_CODE, NOW, TODAY, Story

from jgclient.limits import Basis, OpenDuty, renew
from jgclient.store import Store, Summary
from jgclient.store.duty_rows import DutyQuery
from jgclient.ui.desk import Reference
from jgclient.ui.todo import day_tone, end_of_week, todos, tone_of, who_of
from jgclient.ui.words import day_words, iso_day, long_day, moment_words


@pytest.fixture
def basis(reference: Reference) -> Basis:
    return Basis(reference.library, reference.calendar)


def listed(store: Store, basis: Basis) -> list[OpenDuty]:
    renew(store, basis, now=NOW)
    return todos(store.duties.page(DutyQuery()), basis, NOW)


def test_earliest_first_and_finished_ones_left_out(store: Store, basis: Basis, story: Story) -> None:
    late = story.queued(urgent_by=TODAY - timedelta(days=3))
    story.accepted()
    soon = story.queued(urgent_by=TODAY)
    without = story.queued(urgent_by=None)
    items = listed(store, basis)
    assert [item.line.record_id for item in items] == [late, soon, without]
    assert [(item.left, tone_of(item)) for item in items] == [
        ("逾期 3 日", "danger"), ("今天", "warning"), ("期限未定", "draft"),
    ]  # fmt: skip


def test_time_left_is_counted_in_working_days(store: Store, basis: Basis, story: Story) -> None:
    story.queued(urgent_by=date(2026, 11, 22))  # a Sunday: no working day until then
    story.queued(urgent_by=date(2026, 11, 23))
    story.queued(urgent_by=date(2026, 11, 25))
    assert [(item.left, tone_of(item)) for item in listed(store, basis)] == [
        ("还剩 1 天", "warning"), ("还剩 1 个工作日", "warning"), ("还剩 3 个工作日", "waiting"),
    ]  # fmt: skip


def test_a_draft_has_the_limit_of_its_date(store: Store, basis: Basis, story: Story) -> None:
    story.draft(day=date(2026, 11, 12))
    (item,) = listed(store, basis)
    assert item.due == date(2026, 11, 23)  # 7 working days after Thursday 12 November
    assert item.what == "提交上报"  # nothing is wrong with it
    assert "郑法政办〔2020〕2号" in item.basis


def test_a_draft_with_a_wrong_date_has_no_limit_yet(store: Store, basis: Basis) -> None:
    store.records.save_draft(
        "01", form="check", form_version=1, texts={"check_date": "不知道"}, author="李某", summary=Summary()
    )
    (item,) = listed(store, basis)
    assert (item.due, item.left) == (None, "期限未定")


def test_what_to_do_follows_the_state(store: Store, basis: Basis, story: Story) -> None:
    story.draft(problems=(BAD_CODE,))
    story.returned()
    story.parked()
    assert {item.what for item in listed(store, basis)} == {"改正后上报", "改正后重报", "处理后上报"}


def test_whom_it_is_about(store: Store, basis: Basis, story: Story) -> None:
    story.draft("某公司")
    (item,) = listed(store, basis)
    assert who_of(item) == "某公司"
    assert who_of(replace(item, line=replace(item.line, party=""))) == "对某公司的日常检查"


def test_days_of_the_month_have_the_tone_of_their_urgency() -> None:
    monday = date(2026, 11, 23)
    tones = [day_tone(TODAY + timedelta(days=n), TODAY, monday) for n in (-1, 0, 2, 3)]
    assert tones == ["danger", "warning", "warning", "waiting"]
    assert end_of_week(monday) == date(2026, 11, 29)


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
