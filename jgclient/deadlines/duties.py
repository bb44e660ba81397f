"""Which legal time limits a record has started and how they stand. Derived, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.judging import ACCEPTED, DutyState, judged, target, void
from jgclient.deadlines.started import LEADS, duties_of
from jgclient.deadlines.wording import told
from jgclient.forms.definition import Duty, Form
from jgclient.records import Json

__all__ = ["DutyState", "duties", "leads", "urgent_by"]


def duties(
    form: Form, content: Mapping[str, Json], calendar: Calendar, *, accepted_at: date | None, now: datetime
) -> list[DutyState]:
    """All duties of ``form`` for a record with this content, in the order of the form.

    Args:
        form: The form of the record.
        content: JSON values of the record.
        calendar: The working days.
        accepted_at: The day of the platform's first receipt, None while there is none.
        now: The present; local time decides, as dates and times of a record are local.
    """
    arising = {place: facts for place, _, facts in duties_of(form).arising(content)}
    local = now.replace(tzinfo=None)
    return [
        told(judged(duty, arising[place], calendar, content, accepted_at=accepted_at, now=local), form, local)
        if place in arising
        else void(duty)
        for place, duty in enumerate(form.duties)
    ]


def urgent_by(form: Form, content: Mapping[str, Json], calendar: Calendar) -> date | None:
    """The earliest last day among the duties that only acceptance by the platform fulfils; None for none."""
    ends = [
        facts.end(calendar)
        for _, duty, facts in duties_of(form).arising(content)
        if duty.until == ACCEPTED and facts is not None
    ]
    return min((target(end) for end in ends if end is not None), default=None)


def leads(duty: Duty) -> tuple[int, ...]:
    """How many working days before its end to remind of a duty, the earliest first."""
    return tuple(sorted(duty.remind, reverse=True)) or LEADS
