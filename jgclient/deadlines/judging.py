"""What has become of a duty: open, fulfilled, overdue, void or suspended, judged from a record's facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.started import Facts, day_of, moment_of
from jgclient.deadlines.terms import Due
from jgclient.forms.definition import Duty
from jgclient.records import Json

State = Literal["open", "fulfilled", "overdue", "void", "suspended"]
#: What stands in ``until`` of a duty that the platform's receipt fulfils.
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class DutyState:
    """One duty of one record as it stands now.

    Attributes:
        due: The day to work towards; None while the day it runs from is not known or the count is suspended.
            Where the law moves the last day off a rest day this is the day before moving, so that nobody
            relies on the holiday.
        latest: The last lawful day, after moving; overdue begins on the day after it.
        moment: For hours: the exact end, local time without zone; overdue begins after it.
        provisional: A year whose holidays are not published took part; counted Monday to Friday.
        remaining: Working days left until ``due`` (overdue: since ``latest``, negative or 0 on a day off);
            None when the duty is fulfilled, void, suspended or not started.
        extended: What was granted beyond the term, in its unit.
        suspended_since: First day of the pause that lasts.
        fulfilled_on: Day on which it was fulfilled.
        fulfilled_by: What fulfilled it, in words.
        late: It was fulfilled after ``latest``.
        starts: Name of the field the duty runs from.
        text: The whole thing in one Chinese line.
    """

    title: str
    state: State
    due: date | None
    latest: date | None
    moment: datetime | None
    provisional: bool
    remaining: int | None
    extended: int
    suspended_since: date | None
    fulfilled_on: date | None
    fulfilled_by: str
    late: bool
    basis: str
    starts: str
    until: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A duty that arises: its end, and what has become of it."""

    duty: Duty
    facts: Facts | None
    end: Due | None
    calendar: Calendar
    done: date | None
    state: State


def judged(
    duty: Duty,
    facts: Facts | None,
    calendar: Calendar,
    content: Mapping[str, Json],
    *,
    accepted_at: date | None,
    now: datetime,
) -> Judged:
    """What has become of a duty that arises, at the local time ``now``."""
    done = accepted_at if duty.until == ACCEPTED else _moment(content.get(duty.until))
    paused = facts is not None and facts.pause is not None and facts.pause.first <= now.date()
    end = None if facts is None or (paused and done is None) else facts.end(calendar)
    return Judged(duty, facts, end, calendar, done, _state(end, done, now, paused=paused))


def target(end: Due) -> date:
    """The day to work towards: the last day before it was moved off a rest day."""
    return end.rolled_from or end.date


def _state(end: Due | None, done: date | None, now: datetime, *, paused: bool) -> State:
    if done is not None:
        return "fulfilled"
    if paused:
        return "suspended"
    return "overdue" if end is not None and is_past(end, now) else "open"


def is_past(end: Due, moment: date) -> bool:
    """Whether ``moment`` lies after the end; a day alone counts as its end, 24:00."""
    if end.moment is not None and isinstance(moment, datetime):
        return moment > end.moment
    return day_of(moment) > end.date


def void(duty: Duty) -> DutyState:
    """A duty that does not arise."""
    return DutyState(
        duty.title, "void", None, None, None, False, None, 0, None, None, "", False, duty.basis, duty.starts,
        duty.until, f"{duty.title}：不适用",
    )  # fmt: skip


def _moment(value: Json) -> date | None:
    return moment_of(value) if isinstance(value, str) else None
