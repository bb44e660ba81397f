"""The shipped calendars against the notices quoted in the domain facts, and refusal of broken files."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from jgclient.deadlines.calendar import Calendar, CalendarError, load_calendar

FOLDER = Path(__file__).parents[2] / "resources" / "calendars"


def days(text: str, year: int) -> set[date]:
    """“1/28-2/4, 4/4” as dates of ``year``."""
    found: set[date] = set()
    for part in text.split(", "):
        ends = [date(year, *map(int, end.split("/"))) for end in part.split("-")]
        found |= {ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1)}
    return found


NOTICES = {
    2025: (
        "1/1, 1/28-2/4, 4/4-4/6, 5/1-5/5, 5/31-6/2, 10/1-10/8",
        "1/26, 2/8, 4/27, 9/28, 10/11",
    ),
    2026: (
        "1/1-1/3, 2/15-2/23, 4/4-4/6, 5/1-5/5, 6/19-6/21, 9/25-9/27, 10/1-10/7",
        "1/4, 2/14, 2/28, 5/9, 9/20, 10/10",
    ),
}


@pytest.mark.parametrize("year", NOTICES)
def test_year_holds_exactly_what_its_notice_says(calendar: Calendar, year: int) -> None:
    rest, work = (days(text, year) for text in NOTICES[year])
    assert {d for d in calendar.rest if d.year == year} == rest
    assert {d for d in calendar.work if d.year == year} == work
    assert calendar.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


def test_every_year_2007_to_2026_is_known_and_has_its_source(calendar: Calendar) -> None:
    assert calendar.years == frozenset(range(2007, 2027))
    assert not calendar.is_known(2006)
    assert not calendar.is_known(2027)
    with (FOLDER / "index.csv").open(encoding="utf-8", newline="") as file:
        index = list(csv.DictReader(file))
    assert [int(row["year"]) for row in index] == list(range(2007, 2027))
    assert all(row["source"].startswith("https://www.gov.cn/") for row in index)


def test_working_days_that_are_declared_lie_on_weekends(calendar: Calendar) -> None:
    assert all(day.weekday() >= 5 for day in calendar.work)
    assert not calendar.work & calendar.rest


def test_unknown_year_is_monday_to_friday(calendar: Calendar) -> None:
    assert not calendar.is_workday(date(2027, 1, 2))
    assert calendar.is_workday(date(2027, 1, 1))


def test_workdays_between_agrees_with_counting_one_by_one(calendar: Calendar) -> None:
    start = date(2018, 12, 20)
    for length in (0, 1, 12, 30, 400, 800):
        end = start + timedelta(days=length)
        counted = sum(calendar.is_workday(start + timedelta(days=n)) for n in range(1, length + 1))
        assert calendar.workdays_between(start, end) == counted
        assert calendar.workdays_between(end, start) == -counted


def test_next_workday_skips_the_holiday_and_takes_the_working_saturday(calendar: Calendar) -> None:
    assert calendar.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert calendar.next_workday(date(2026, 10, 9)) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("2026-13-01,rest,元旦", "2026.csv 第2行：“2026-13-01”不是日期"),
        ("2025-01-01,rest,元旦", "2026.csv 第2行：2025-01-01 不在2026年"),
        ("2026-01-01,off,元旦", "kind 只能是 rest 或 work"),
        ("2026-01-01", "kind 只能是 rest 或 work"),
    ],
)
def test_broken_calendar_file_names_file_and_line(tmp_path: Path, lines: str, says: str) -> None:
    (tmp_path / "2026.csv").write_text(f"date,kind,name\n{lines}\n", encoding="utf-8")
    with pytest.raises(CalendarError, match=says.replace("“", ".").replace("”", ".")):
        load_calendar(tmp_path)
