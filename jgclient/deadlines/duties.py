"""Which legal time limits a record has started and how they stand. Derived, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.terms import Due, Term, TermError, due, parse_term
from jgclient.forms.definition import Duty, Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.rules import Rule, Rules
from jgclient.records import Json

State = Literal["open", "fulfilled", "overdue", "void"]


@dataclass(frozen=True, slots=True)
class DutyState:
    """One duty of one record as it stands today.

    Attributes:
        due: The day to work towards; None while the day it runs from is not known. Where the law moves the
            last day off a rest day this is the day before moving, so that nobody relies on the holiday.
        latest: The last lawful day, after moving; overdue begins on the day after it.
        provisional: A year whose holidays are not published took part; counted Monday to Friday.
        remaining: Working days left until ``due`` (overdue: since ``latest``, negative or 0 on a day off);
            None when the duty is fulfilled, void or not started.
        starts: Name of the field the duty runs from.
        text: The whole thing in one Chinese line.
    """

    title: str
    state: State
    due: date | None
    latest: date | None
    provisional: bool
    remaining: int | None
    basis: str
    starts: str
    until: str
    text: str


def duties(
    form: Form, content: Mapping[str, Json], calendar: Calendar, *, accepted_at: date | None, today: date
) -> list[DutyState]:
    """All duties of ``form`` for a record with this content, in the order of the form.

    ``accepted_at`` is the day of the platform's receipt, None while there is none.
    """
    case = _Case(form, content, calendar, accepted_at, today)
    return [case.state_of(duty) for duty in form.duties]


def urgent_by(form: Form, content: Mapping[str, Json], calendar: Calendar) -> date | None:
    """The earliest last day among the duties that only acceptance by the platform fulfils; None for none."""
    ends = [
        _due(duty, content, calendar)
        for duty in form.duties
        if duty.until == "accepted" and _applies(form, duty, content)
    ]
    return min((_target(end) for end in ends if end is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Case:
    """One record on one day, as its duties are judged."""

    form: Form
    content: Mapping[str, Json]
    calendar: Calendar
    accepted_at: date | None
    today: date

    def state_of(self, duty: Duty) -> DutyState:
        end = _due(duty, self.content, self.calendar)
        state = self._verdict(duty, end)
        due_on = _target(end) if end else None
        remaining = self._remaining(state, end)
        return DutyState(
            title=duty.title,
            state=state,
            due=due_on,
            latest=end.date if end else None,
            provisional=bool(end and end.provisional),
            remaining=remaining,
            basis=duty.basis,
            starts=duty.starts,
            until=duty.until,
            text=self._text(duty, end) + self._standing(state, end, remaining or 0),
        )

    def _verdict(self, duty: Duty, end: Due | None) -> State:
        if not _applies(self.form, duty, self.content):
            return "void"
        done = self.accepted_at if duty.until == "accepted" else self.content.get(duty.until)
        if done is not None:
            return "fulfilled"
        return "overdue" if end is not None and end.date < self.today else "open"

    def _remaining(self, state: State, end: Due | None) -> int | None:
        if end is None or state not in ("open", "overdue"):
            return None
        return self.calendar.workdays_between(self.today, end.date if state == "overdue" else _target(end))

    def _text(self, duty: Duty, end: Due | None) -> str:
        term = _term(duty.term)
        if end is None:
            return f"{duty.title}：填写“{self.form.field(duty.starts).title}”后起算{term}"
        rolled = f"，逢休息日可顺延至{self._day(end.date)}" if end.rolled_from else ""
        guess = "，暂按周末推算" if end.provisional else ""
        return f"{duty.title}：{self._day(_target(end))}（{term}{rolled}{guess}）"

    def _standing(self, state: State, end: Due | None, remaining: int) -> str:
        if end is None or state == "void":
            return "" if state != "void" else "，不适用"
        if state == "fulfilled":
            return "，已办"
        if state == "overdue":
            return f"，已超期{max(-remaining, 1)}个工作日"
        if _target(end) < self.today:
            return "，已到顺延期"
        return "，今天到期" if _target(end) == self.today else f"，还剩{remaining}个工作日"

    def _day(self, day: date) -> str:
        year = f"{day.year}年" if day.year != self.today.year else ""
        return f"{year}{day.month}月{day.day}日"


def _due(duty: Duty, content: Mapping[str, Json], calendar: Calendar) -> Due | None:
    start = _start(content.get(duty.starts))
    if start is None:
        return None
    try:
        return due(_term(duty.term), start, calendar)
    except TermError:
        return None  # a day at the end of all calendars: the check of the date field already says so


def _target(end: Due) -> date:
    return end.rolled_from or end.date


def _start(value: Json) -> date | None:
    if not isinstance(value, str):
        return None
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _applies(form: Form, duty: Duty, content: Mapping[str, Json]) -> bool:
    if not duty.when:
        return True
    rule = _rule(tuple((field.name, FIELD_TYPES[field.type].shape) for field in form), duty.when)
    return rule.holds({name: _rule_value(form.field(name), content.get(name)) for name in rule.names})


@lru_cache(maxsize=256)
def _rule(shapes: tuple[tuple[str, str], ...], expression: str) -> Rule:
    return Rules(dict(shapes)).compile(expression)


def _rule_value(field: Field, data: Json) -> Json:
    kind = FIELD_TYPES[field.type]
    if data is None:
        return [] if kind.shape == "list" else None
    return kind.to_rule(kind.from_json(field, data))


@lru_cache(maxsize=256)
def _term(text: str) -> Term:
    return parse_term(text)
