"""When a duty is to be spoken of: which step of its lead times today has reached. No clock, no store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from jgclient.deadlines.calendar import Calendar

#: A limit in hours is spoken of again when so many are left.
HOURS_BEFORE = 3


def step_of(
    due: date,
    latest: date,
    moment: datetime | None,
    *,
    leads: Sequence[int],
    calendar: Calendar,
    now: datetime,
) -> str:
    """The step a duty stands at, empty while it is too early to speak of it or it is over.

    Args:
        due: The day to work towards.
        latest: The last lawful day.
        moment: The exact end where the law counts hours, local time.
        leads: Working days before ``due``, the earliest first.
        calendar: The working days.
        now: Local time.

    Returns:
        A lead time as text (``"3"``), ``hours`` shortly before an exact end, ``past`` when it ended earlier
        today. A sleep over several steps reaches only the last of them.
    """
    today = now.date()
    if moment is not None and latest == today:
        if now > moment:
            return "past"
        if (moment - now).total_seconds() <= HOURS_BEFORE * 3600:
            return "hours"
    if latest < today:
        return ""  # told of once a day, all together
    remaining = max(calendar.workdays_between(today, due), 0)
    reached = [lead for lead in leads if remaining <= lead]
    return str(min(reached)) if reached else ""


def horizon(leads: int, calendar: Calendar, today: date) -> date:
    """The last day whose duties can have reached a lead time of so many working days."""
    following = calendar.workday_after(today, leads + 1)
    return date.fromordinal(following.toordinal() - 1)
