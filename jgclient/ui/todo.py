"""What has to be done until when, derived from the rows of the records list. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from jgclient.records import State
from jgclient.store import RecordRow
from jgclient.ui.theme import ToneName

if TYPE_CHECKING:
    from jgclient.deadlines.calendar import Calendar
    from jgclient.forms.definition import Form

#: States in which a record still needs somebody.
OPEN = frozenset(
    {
        State.DRAFT,
        State.INVALID,
        State.QUEUED,
        State.SENDING,
        State.PARKED,
        State.RETURNED,
        State.CONFLICT,
    }
)
_WHAT = {
    State.DRAFT: "完成录入",
    State.INVALID: "改正后上报",
    State.QUEUED: "联网上报",
    State.SENDING: "等待回执",
    State.PARKED: "处理后上报",
    State.RETURNED: "改正后重报",
    State.CONFLICT: "核对两个版本",
}


@dataclass(frozen=True, slots=True)
class Todo:
    """One record that needs somebody.

    Attributes:
        due: Last day to have it accepted, None while the date of the act is unknown.
        left: How much time is left, in words.
        tone: How urgent that is.
        basis: Where the limit comes from.
    """

    row: RecordRow
    what: str
    due: date | None
    left: str
    tone: ToneName
    basis: str


def todos(
    rows: Iterable[RecordRow], form_of: Callable[[str], Form | None], calendar: Calendar, today: date
) -> list[Todo]:
    """The open records among ``rows``, earliest limit first, those without a limit last.

    Args:
        rows: Rows of the records list.
        form_of: The form of an id, None when it is not installed.
        calendar: Which days are working days.
        today: The day to count from.
    """
    made = [_todo(row, form_of(row.form), calendar, today) for row in rows if row.state in OPEN]
    return sorted(made, key=lambda todo: (todo.due or date.max, todo.row.updated_at))


def due_between(items: Iterable[Todo], first: date, last: date) -> list[Todo]:
    """The items whose limit ends from ``first`` to ``last``, both included."""
    return [item for item in items if item.due is not None and first <= item.due <= last]


def end_of_week(today: date) -> date:
    """The Sunday of the week of ``today``."""
    return today + timedelta(days=6 - today.weekday())


def _todo(row: RecordRow, form: Form | None, calendar: Calendar, today: date) -> Todo:
    due = row.urgent_by or _draft_due(row, form, calendar)
    left, tone = _left(due, calendar, today)
    basis = next((duty.basis for duty in form.duties if duty.until == "accepted"), "") if form else ""
    # A draft without a problem only waits to be submitted: rows of a workbook come in like that.
    ready = row.state is State.DRAFT and not row.hard_problems
    return Todo(row, "提交上报" if ready else _WHAT[row.state], due, left, tone, basis)


def _draft_due(row: RecordRow, form: Form | None, calendar: Calendar) -> date | None:
    # A draft has no limit in the store: it begins with the date of the act, which may still be a wrong text.
    from jgclient.deadlines.duties import urgent_by  # noqa: PLC0415 - the rule engine loads slowly

    if form is None or not form.date_field:
        return None
    try:
        day = date.fromisoformat(row.act_date)
    except ValueError:
        return None
    return urgent_by(form, {form.date_field: day.isoformat()}, calendar)


def _left(due: date | None, calendar: Calendar, today: date) -> tuple[str, ToneName]:
    if due is None:
        return "期限未定", "draft"
    if due < today:
        return f"逾期 {(today - due).days} 日", "danger"
    if due == today:
        return "今天", "warning"
    days = calendar.workdays_between(today, due)
    if days == 0:
        return f"还剩 {(due - today).days} 天", "warning"
    return f"还剩 {days} 个工作日", "warning" if days <= 1 else "waiting"
