"""Time limits: what “7 workdays” means and on which day it ends."""

from __future__ import annotations

import calendar as months
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from jgclient.deadlines.calendar import Calendar

Unit = Literal["workdays", "days", "months", "years", "hours"]

_UNIT_TITLES: dict[Unit, str] = {
    "workdays": "个工作日", "days": "日", "months": "个月", "years": "年", "hours": "小时",
}  # fmt: skip
_UNIT_WORDS: dict[str, Unit] = {
    "workday": "workdays", "workdays": "workdays", "working day": "workdays", "working days": "workdays",
    "day": "days", "days": "days", "month": "months", "months": "months", "year": "years", "years": "years",
    "hour": "hours", "hours": "hours",
    "个工作日": "workdays", "工作日": "workdays", "日": "days", "天": "days",
    "个自然日": "days", "自然日": "days",
    "个日历日": "days", "日历日": "days", "个月": "months", "月": "months", "年": "years",
    "小时": "hours", "个小时": "hours",
}  # fmt: skip
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SHAPE = re.compile(r"(?P<number>[0-9]{1,4}|[零〇一二两三四五六七八九十百]{1,7})\s*(?P<unit>\D+)")
_HINT = "请写成“7个工作日”“30日”“3个月”“24小时”这样的期限"


class TermError(ValueError):
    """A text is no time limit, or counting it leaves the calendar; the text is a Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as a law states it. ``str()`` gives it in Chinese, e.g. “7个工作日”."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{_UNIT_TITLES[self.unit]}"


Day = date


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a time limit.

    Attributes:
        date: The last day, 24:00 (民法典 第二百零三条).
        provisional: True when a year whose holidays are not published yet took part in the count.
        rolled_from: The last day before it was moved off a rest day; None when it was not moved.
        moment: For hours counted from a known time: the exact end.
    """

    date: Day
    provisional: bool
    rolled_from: Day | None = None
    moment: datetime | None = None


def parse_term(text: str) -> Term:
    """Read a time limit in English or Chinese: ``7 workdays``, ``30 days``, “7个工作日”, “三个月”, “24小时”.

    Raises:
        TermError: it is none.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    match = _SHAPE.fullmatch(plain)
    unit = _UNIT_WORDS.get(match["unit"].strip()) if match else None
    if match is None or unit is None:
        raise TermError(f"看不懂期限“{text.strip()}”。{_HINT}")
    amount = _number(match["number"])
    if not amount:
        raise TermError(f"期限“{text.strip()}”的数目不对，至少是1。{_HINT}")
    return Term(amount, unit)


def units() -> tuple[Unit, ...]:
    """Every unit a term may have."""
    return tuple(_UNIT_TITLES)


def due(term: Term, start: date, calendar: Calendar) -> Due:
    """The last day of ``term`` when the event was on ``start`` (a date, or a date-time for hours).

    The day of the event is not counted; for days, months and years a last day that is a rest day moves to the
    next working day (民法典 201–203, 民事诉讼法 85). Working days end on one by themselves; hours run
    through (民法典 201 second paragraph).

    Raises:
        TermError: the end lies beyond the year 9999.
    """
    try:
        if term.unit == "workdays":
            return _due_workdays(term.amount, _day(start), calendar)
        if term.unit == "hours":
            return _due_hours(term.amount, start)
        return rolled(unrolled(term, _day(start)), calendar)
    except (OverflowError, ValueError) as error:
        raise TermError(f"从{_day(start)}起算的{term}超出了日历范围，请核对起算日期") from error


def _due_workdays(amount: int, start: date, calendar: Calendar) -> Due:
    day = calendar.workday_after(start, amount)
    # The day of the event is not counted: its own year is not asked for when counting starts in the next.
    return Due(day, provisional=not all_known(start + timedelta(days=1), day, calendar))


def _due_hours(amount: int, start: date) -> Due:
    if isinstance(start, datetime):
        moment = start + timedelta(hours=amount)
        return Due(moment.date(), provisional=False, moment=moment)
    return Due(start + timedelta(days=-(-amount // 24)), provisional=False)


def unrolled(term: Term, start: date) -> date:
    """The last day of a term in days, months or years before it is moved off a rest day.

    Raises:
        OverflowError, ValueError: it lies beyond the calendar.
    """
    if term.unit == "days":
        return start + timedelta(days=term.amount)
    count = start.year * 12 + start.month - 1 + term.amount * (12 if term.unit == "years" else 1)
    year, month = divmod(count, 12)
    # 民法典 第二百零二条: without a corresponding day the last day of the month is the last day.
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))


def rolled(day: date, calendar: Calendar) -> Due:
    """The end of a term on ``day``, moved to the next working day when it is a rest day."""
    last = day if calendar.is_workday(day) else calendar.next_workday(day)
    return Due(last, not all_known(day, last, calendar), rolled_from=day if last != day else None)


def all_known(first: date, last: date, calendar: Calendar) -> bool:
    """Whether the holidays of every year from ``first`` to ``last`` are published."""
    return all(calendar.is_known(year) for year in range(first.year, last.year + 1))


def _day(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start


def _number(text: str) -> int:
    """The value of digits or of Chinese numerals up to 999; 0 when they make no number."""
    if text.isdecimal():
        return int(text)
    match = re.fullmatch(
        r"(?:([一二两三四五六七八九])百零?)?(?:([一二三四五六七八九])?(十))?([一二两三四五六七八九])?", text
    )
    if match is None:
        return 0
    hundreds, tens, ten, ones = match.groups()
    return _DIGITS.get(hundreds, 0) * 100 + (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
