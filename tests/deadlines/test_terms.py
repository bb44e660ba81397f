"""Counting of time limits: the vectors of the domain facts, the law's special cases, a naive oracle."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.deadlines.terms import Due, Term, TermError, Unit, due, parse_term

CALENDAR = load_calendar(Path(__file__).parents[2] / "resources" / "calendars")

WORKDAY_VECTORS = {
    "2026-09-29": ("10-09", "10-12", "10-14", "10-19", "11-02"),
    "2026-02-13": ("02-25", "02-27", "03-02", "03-05", "03-19"),
    "2026-02-16": ("02-26", "02-28", "03-03", "03-06", "03-20"),
    "2026-04-30": ("05-08", "05-11", "05-13", "05-18", "06-01"),
    "2025-01-24": ("02-05", "02-07", "02-10", "02-13", "02-27"),
    "2025-09-28": ("10-09", "10-11", "10-14", "10-17", "10-31"),
}


@pytest.mark.parametrize("start", WORKDAY_VECTORS)
def test_workday_vectors(start: str) -> None:
    ends = [
        due(Term(n, "workdays"), date.fromisoformat(start), CALENDAR).date.isoformat()[5:]
        for n in (3, 5, 7, 10, 20)
    ]
    assert tuple(ends) == WORKDAY_VECTORS[start]


@pytest.mark.parametrize(
    ("start", "amount", "unrolled", "last"),
    [
        ("2026-07-03", 90, "2026-10-01", "2026-10-08"),
        ("2026-09-16", 15, "2026-10-01", "2026-10-08"),
        ("2026-01-20", 30, "2026-02-19", "2026-02-24"),
    ],
)
def test_calendar_days_roll_over_a_rest_day(start: str, amount: int, unrolled: str, last: str) -> None:
    assert due(Term(amount, "days"), date.fromisoformat(start), CALENDAR) == Due(
        date.fromisoformat(last), provisional=False, rolled_from=date.fromisoformat(unrolled)
    )


def test_calendar_days_that_end_on_a_working_day_are_not_moved() -> None:
    assert due(Term(15, "days"), date(2026, 11, 2), CALENDAR) == Due(date(2026, 11, 17), provisional=False)


def test_last_day_on_a_working_saturday_stays() -> None:
    assert due(Term(10, "days"), date(2026, 9, 30), CALENDAR).date == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("start", "term", "last"),
    [
        ("2026-11-30", "3 months", "2027-03-01"),  # no 02-30: 02-28, a Sunday, moves to Monday
        ("2024-11-30", "3 months", "2025-02-28"),
        ("2023-11-30", "3 months", "2024-02-29"),
        ("2026-05-31", "1 month", "2026-06-30"),
        ("2026-01-31", "6 months", "2026-07-31"),
        ("2024-02-29", "2 years", "2026-02-28"),  # a working Saturday
        ("2026-03-12", "12 months", "2027-03-12"),
    ],
)
def test_months_and_years_take_the_corresponding_day(start: str, term: str, last: str) -> None:
    assert due(parse_term(term), date.fromisoformat(start), CALENDAR).date == date.fromisoformat(last)


def test_hours_run_through_holidays_from_a_known_time() -> None:
    result = due(parse_term("24 hours"), datetime(2026, 9, 30, 16, 30), CALENDAR)
    assert result == Due(date(2026, 10, 1), provisional=False, moment=datetime(2026, 10, 1, 16, 30))


@pytest.mark.parametrize(("hours", "last"), [(1, "2026-10-01"), (24, "2026-10-01"), (25, "2026-10-02")])
def test_hours_from_a_day_without_time_end_on_a_whole_day(hours: int, last: str) -> None:
    assert due(Term(hours, "hours"), date(2026, 9, 30), CALENDAR).date == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("start", "term", "provisional"),
    [
        ("2026-12-21", "7 workdays", False),
        ("2026-12-28", "7 workdays", True),
        ("2026-12-02", "30 days", True),
        ("2026-12-01", "30 days", False),
        ("2026-10-31", "3 months", True),
        ("2026-12-31", "24 hours", False),
        ("2006-12-31", "7 workdays", False),
        ("2006-12-29", "7 workdays", True),
    ],
)
def test_counts_that_touch_an_unpublished_year_are_provisional(
    start: str, term: str, provisional: bool
) -> None:
    assert due(parse_term(term), date.fromisoformat(start), CALENDAR).provisional is provisional


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("7 workdays", Term(7, "workdays")),
        ("1 workday", Term(1, "workdays")),
        ("7 Working Days", Term(7, "workdays")),
        ("90 days", Term(90, "days")),
        ("3 months", Term(3, "months")),
        ("24 hours", Term(24, "hours")),
        ("2 years", Term(2, "years")),
        ("7个工作日", Term(7, "workdays")),
        ("７　个工作日", Term(7, "workdays")),
        ("10工作日", Term(10, "workdays")),
        ("30日", Term(30, "days")),
        (" 30天 ", Term(30, "days")),
        ("15个自然日", Term(15, "days")),
        ("3个月", Term(3, "months")),
        ("三个月", Term(3, "months")),
        ("两年", Term(2, "years")),
        ("十日", Term(10, "days")),
        ("二十个工作日", Term(20, "workdays")),
        ("四十五个工作日", Term(45, "workdays")),
        ("一百二十日", Term(120, "days")),
        ("一百零五日", Term(105, "days")),
        ("24小时", Term(24, "hours")),
    ],
)
def test_terms_as_written(text: str, term: Term) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "日",
        "七",
        "-7日",
        "7.5日",
        "0日",
        "零日",
        "7 weeks",
        "7个",
        "十百日",
        "7个工作日内容",
        "99999日",
    ],
)
def test_nonsense_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(TermError, match="请写成“7个工作日”"):
        parse_term(text)


def test_a_count_beyond_the_calendar_is_refused_in_words() -> None:
    for term in ("9999 workdays", "90 days", "3 months", "9999 years", "24 hours"):
        with pytest.raises(TermError, match="超出了日历范围，请核对起算日期"):
            due(parse_term(term), date(9999, 12, 31), CALENDAR)


amounts = st.integers(1, 200)


@given(amount=amounts, unit=st.sampled_from(["workdays", "days", "months", "years", "hours"]))
def test_a_term_in_words_reads_back(amount: int, unit: Unit) -> None:
    term = Term(amount, unit)
    assert parse_term(str(term)) == term


@settings(max_examples=100)
@given(start=st.dates(date(2007, 1, 1), date(2026, 6, 30)), amount=amounts)
def test_workdays_agree_with_a_naive_count(start: date, amount: int) -> None:
    day, left = start, amount
    while left:
        day += timedelta(days=1)
        worked = day in CALENDAR.work or (day.isoweekday() not in (6, 7) and day not in CALENDAR.rest)
        left -= worked
    assert due(Term(amount, "workdays"), start, CALENDAR).date == day
    assert CALENDAR.workdays_between(start, day) == amount


@settings(max_examples=100)
@given(start=st.dates(date(2007, 1, 1), date(2026, 6, 30)), amount=amounts)
def test_days_agree_with_a_naive_count(start: date, amount: int) -> None:
    day = start
    for _ in range(amount):
        day += timedelta(days=1)
    unrolled = day
    while day in CALENDAR.rest or (day.isoweekday() in (6, 7) and day not in CALENDAR.work):
        day += timedelta(days=1)
    result = due(Term(amount, "days"), start, CALENDAR)
    assert (result.date, result.rolled_from) == (day, unrolled if day != unrolled else None)


@settings(max_examples=60)
@given(
    start=st.dates(date(2007, 1, 1), date(2026, 12, 1)),
    amount=amounts,
    unit=st.sampled_from(["workdays", "days"]),
)
def test_a_new_year_never_moves_a_date_that_was_firm(start: date, amount: int, unit: Unit) -> None:
    term = Term(amount, unit)
    before = due(term, start, CALENDAR)
    later = Calendar(
        rest=CALENDAR.rest | {date(2027, 1, 1), date(2027, 2, 8)},
        work=CALENDAR.work | {date(2027, 1, 3)},
        years=CALENDAR.years | {2027},
    )
    if not before.provisional:
        assert due(term, start, later) == before
