"""Which days are working days. Data, not code: one file a year in ``resources/calendars``."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

_DAY = timedelta(days=1)
_YEAR_FILE = "[0-9][0-9][0-9][0-9].csv"
FirstDay = Literal["next", "same"]


class CalendarError(ValueError):
    """A calendar file cannot be read; the text says file, line and what is wrong."""


@dataclass(frozen=True)
class Calendar:
    """Working days with moved weekends (调休).

    A year without a file is unknown: it is counted as Monday to Friday, and everything that touched it is
    provisional (“暂按周末推算”).

    Attributes:
        rest: Days off that the yearly notices name; weekends are rest days without being named.
        work: Weekend days that the notices declare working days.
        years: Years whose notice is known.
        first_day: Where the law leaves it open whether the day of the event counts: ``next`` begins on the
            day after it, ``same`` on the day itself.
    """

    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    first_day: FirstDay = "next"
    _year_days: dict[int, list[date]] = field(default_factory=dict, repr=False, compare=False)

    def is_known(self, year: int) -> bool:
        """Whether the holidays of ``year`` are known."""
        return year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether people work on ``day``; in unknown years Monday to Friday."""
        return day in self.work or (day.weekday() < 5 and day not in self.rest)

    def next_workday(self, day: date) -> date:
        """The first working day after ``day``.

        Raises:
            OverflowError: there is none before the end of the year 9999.
        """
        day += _DAY
        while not self.is_workday(day):
            day += _DAY
        return day

    def workday_after(self, day: date, number: int) -> date:
        """The working day that is ``number`` working days after ``day``, or before it when negative.

        Raises:
            OverflowError: it lies outside the years 1 to 9999.
        """
        if number > 0:
            place, year = self._rank(day) + number - 1, day.year
            while place >= len(days := self._workdays_of(year)):
                place, year = place - len(days), year + 1
            return days[place]
        previous = day - _DAY
        place, year = self._rank(previous) + number, previous.year
        while place < 0:
            year -= 1
            place += len(self._workdays_of(year))
        return self._workdays_of(year)[place]

    def workdays_between(self, start: date, end: date) -> int:
        """Number of working days after ``start`` up to and including ``end``; negative backwards."""
        if end < start:
            return -self.workdays_between(end, start)
        if start.year == end.year:
            return self._rank(end) - self._rank(start)
        whole = sum(len(self._workdays_of(year)) for year in range(start.year + 1, end.year))
        return len(self._workdays_of(start.year)) - self._rank(start) + whole + self._rank(end)

    def _rank(self, day: date) -> int:
        """Number of working days of the year up to and including ``day``."""
        return bisect_right(self._workdays_of(day.year), day)

    def _workdays_of(self, year: int) -> list[date]:
        days = self._year_days.get(year)
        if days is None:
            if not date.min.year <= year <= date.max.year:
                raise OverflowError(f"year {year} is beyond the calendar")
            first = date(year, 1, 1).toordinal()
            last = date(year, 12, 31).toordinal()
            days = [day for day in map(date.fromordinal, range(first, last + 1)) if self.is_workday(day)]
            self._year_days[year] = days
        return days


def load_calendar(*folders: Path, first_day: FirstDay = "next") -> Calendar:
    """Read every ``<year>.csv`` (date, kind, name); a year in a later folder replaces the earlier one.

    The notice of a year may also move days at the end of the year before (2018-12-29 was worked because of
    2019); such a day stands in the file of its own year.

    Raises:
        CalendarError: a file has a line that is no date of its year or no known kind.
    """
    files = {int(path.stem): path for folder in folders for path in sorted(folder.glob(_YEAR_FILE))}
    days = [entry for year, path in files.items() for entry in read_year(path.name, _text(path), year)]
    return Calendar(
        rest=frozenset(day for day, kind, _ in days if kind == "rest"),
        work=frozenset(day for day, kind, _ in days if kind == "work"),
        years=frozenset(files),
        first_day=first_day,
    )


def read_year(name: str, text: str, year: int) -> Iterator[tuple[date, str, str]]:
    """The special days in the text of a year's file: day, kind (rest or work), name of the holiday.

    Raises:
        CalendarError: see :func:`load_calendar`.
    """
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            day = date.fromisoformat(row.get("date") or "")
        except ValueError:
            raise CalendarError(f"{name} 第{number}行：“{row.get('date')}”不是日期") from None
        if day.year != year:
            raise CalendarError(f"{name} 第{number}行：{day} 不在{year}年")
        if row.get("kind") not in ("rest", "work"):
            raise CalendarError(f"{name} 第{number}行：kind 只能是 rest 或 work，不是“{row.get('kind')}”")
        yield day, str(row["kind"]), row.get("name") or ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
