"""Rows of open duties and reminders, as the store hands them out and takes them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jgclient.records import Content, State


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One open duty of one record; derived from the record, its form and the calendar.

    Attributes:
        place: Its number among the duties of the form.
        due: The day to work towards; None while the count has not begun, is suspended or no longer matters.
        latest: The last lawful day; None with ``due``.
        moment: The exact end where the law counts hours, local time; None for whole days.
        reporting: Only the platform's receipt fulfils it.
        extended: What was granted beyond the term, in its unit.
        facts: What the days are counted from (``deadlines.started.Facts``); empty when nothing is counted.
    """

    place: int
    title: str
    due: date | None
    latest: date | None
    moment: datetime | None = None
    reporting: bool = False
    provisional: bool = False
    suspended: bool = False
    extended: int = 0
    facts: str = ""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """An open duty with what lists show of its record."""

    record_id: str
    form: str
    state: State
    record_title: str
    party: str
    number: str
    author: str
    hard_problems: int
    updated_at: datetime
    duty: DutyRow
    snoozed_until: date | None = None
    snooze_reason: str = ""


@dataclass(frozen=True, slots=True)
class DutyQuery:
    """Which open duties to list, the most urgent first.

    Attributes:
        first: Earliest ``due``, None for any.
        last: Latest ``due``, None for any; with either of them duties without a day are left out.
        overdue_on: Only those whose last lawful day lies before this day.
        author: Only of this person; None for everybody.
        title: Only duties of this title; empty for all.
    """

    first: date | None = None
    last: date | None = None
    overdue_on: date | None = None
    author: str | None = None
    title: str = ""
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True, slots=True)
class PersonCount:
    """How much one person has open."""

    author: str
    open: int
    overdue: int
    today: int


@dataclass(frozen=True, slots=True)
class StaleRecord:
    """A record whose open duties have to be derived again.

    Attributes:
        texts: Texts of its draft, None when it has none.
        content: Content of its last revision; empty when it was never finished.
        accepted: The platform has accepted some revision of it.
        at_rest: Nothing of it has to be reported.
    """

    key: int
    form: str
    form_version: int
    author: str
    texts: dict[str, str] | None
    content: Content
    accepted: bool
    at_rest: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """All open duties that are counted from the same facts; they end on the same day.

    Attributes:
        duties: How many they are.
    """

    facts: str
    due: date | None
    latest: date | None
    provisional: bool
    duties: int


@dataclass(frozen=True, slots=True)
class Snooze:
    """A duty that is not to be reminded of until a day, and why."""

    record_id: str
    title: str
    until: date
    reason: str
