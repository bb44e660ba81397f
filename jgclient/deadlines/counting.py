"""The last day of a time limit: start, extension, pauses and rolling over, as its rule says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.term_rules import TermRule
from jgclient.deadlines.terms import Due, Term, TermError, all_known, due, rolled, unrolled

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that are not counted, both ends among them; ``last`` is None while it lasts."""

    first: date
    last: date | None


def end_of(
    rule: TermRule,
    start: date,
    calendar: Calendar,
    *,
    extended: int = 0,
    pauses: Sequence[Pause] = (),
) -> Due:
    """The last day of a time limit.

    Args:
        rule: How it is counted.
        start: The event: a day, or a moment for hours.
        calendar: The working days, with the unit's choice where the law leaves it open.
        extended: How much was granted beyond the term, in its unit; more than the rule allows is not counted.
        pauses: Ended pauses. A day belongs to at most one of them in the count, however they overlap.

    Raises:
        TermError: the end lies beyond the calendar.
    """
    term = replace(rule.term, amount=rule.term.amount + rule.allowed(extended))
    if term.unit == "hours":
        return due(term, start, calendar)
    day = start.date() if isinstance(start, datetime) else start
    try:
        if rule.before:
            return _before(term, day, calendar)
        begin = day - _DAY if _counts_start(rule, calendar) else day
        return _after(rule, term, begin, paused_days(pauses, day), calendar)
    except (OverflowError, ValueError) as error:
        raise TermError(f"从{day}起算的{rule}超出了日历范围，请核对起算日期") from error


def used(rule: TermRule, start: date, until: date, pauses: Sequence[Pause], calendar: Calendar) -> int:
    """How much of a term in days or working days was counted by ``until``, that day among it."""
    begin = start - _DAY if _counts_start(rule, calendar) else start
    return _counted(rule.term.unit, begin, until, paused_days(pauses, start), calendar)


def paused_days(pauses: Iterable[Pause], start: date) -> frozenset[date]:
    """Every day after ``start`` that is not counted."""
    days = (
        date.fromordinal(number)
        for pause in pauses
        if pause.last is not None
        for number in range(pause.first.toordinal(), pause.last.toordinal() + 1)
    )
    return frozenset(day for day in days if day > start)


def _after(rule: TermRule, term: Term, begin: date, paused: frozenset[date], calendar: Calendar) -> Due:
    last, missing = _end(term, begin, calendar), len(paused)
    while missing:
        # Days of a pause that lie before the end push it on; it may then meet further ones.
        wanted = _span(term.unit, begin, _end(term, begin, calendar), calendar)
        missing = wanted - _counted(term.unit, begin, last, paused, calendar)
        last = _pushed(term, last, missing, calendar)
    if rule.rolls_over:
        return rolled(last, calendar)
    known = term.unit != "workdays" or all_known(begin + _DAY, last, calendar)
    return Due(last, provisional=not known)


def _counted(unit: str, begin: date, last: date, paused: frozenset[date], calendar: Calendar) -> int:
    lost = [day for day in paused if begin < day <= last]
    if unit == "workdays":
        lost = [day for day in lost if calendar.is_workday(day)]
    return _span(unit, begin, last, calendar) - len(lost)


def _span(unit: str, begin: date, last: date, calendar: Calendar) -> int:
    return calendar.workdays_between(begin, last) if unit == "workdays" else (last - begin).days


def _end(term: Term, begin: date, calendar: Calendar) -> date:
    if term.unit == "workdays":
        return calendar.workday_after(begin, term.amount)
    return unrolled(term, begin)


def _pushed(term: Term, last: date, by: int, calendar: Calendar) -> date:
    if not by:
        return last
    return calendar.workday_after(last, by) if term.unit == "workdays" else last + timedelta(days=by)


def _before(term: Term, day: date, calendar: Calendar) -> Due:
    last = calendar.workday_after(day, -term.amount) if term.unit == "workdays" else _earlier(term, day)
    return Due(last, provisional=not all_known(last, day - _DAY, calendar))


def _earlier(term: Term, day: date) -> date:
    return unrolled(replace(term, amount=-term.amount), day)


def _counts_start(rule: TermRule, calendar: Calendar) -> bool:
    return calendar.first_day == "same" if rule.start_counted is None else rule.start_counted
