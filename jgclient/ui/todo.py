"""Open limits as the tables show them. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from jgclient.ui.theme import ToneName

if TYPE_CHECKING:
    from jgclient.limits import Basis, OpenDuty
    from jgclient.limits.listing import Grade
    from jgclient.store.duty_rows import DutyLine

_TONES: dict[Grade, ToneName] = {
    "overdue": "danger",
    "today": "warning",
    "soon": "warning",
    "later": "waiting",
    "suspended": "draft",
    "undated": "draft",
}


def todos(lines: Iterable[DutyLine], basis: Basis, now: datetime) -> list[OpenDuty]:
    """Lines of the store's index with what depends on the present."""
    from jgclient.limits import look  # noqa: PLC0415 - it brings the rule engine

    return look(lines, basis, now)


def tone_of(duty: OpenDuty) -> ToneName:
    """The tone of how urgent a duty is; it always stands beside words."""
    return _TONES[duty.grade]


def day_tone(day: date, today: date, next_workday: date) -> ToneName:
    """The tone of a day on which limits end."""
    if day < today:
        return "danger"
    return "warning" if day <= next_workday else "waiting"


def key_of(duty: OpenDuty) -> str:
    """What makes a line of the table the same line after a refresh."""
    return f"{duty.line.record_id}/{duty.line.duty.place}"


def who_of(duty: OpenDuty) -> str:
    """Whom it is about."""
    return duty.line.party or duty.line.record_title


def end_of_week(today: date) -> date:
    """The Sunday of the week of ``today``."""
    return today + timedelta(days=6 - today.weekday())
