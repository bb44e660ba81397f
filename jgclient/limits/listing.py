"""Open duties as people see them: what to do, how much is left, how urgent it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from jgclient.deadlines.duties import leads
from jgclient.forms.definition import Duty
from jgclient.forms.library import FormLibrary
from jgclient.limits.basis import Basis
from jgclient.records import State
from jgclient.store.duty_rows import DutyLine, DutyRow

Grade = Literal["overdue", "today", "soon", "later", "suspended", "undated"]
#: What to do about a record that is to be reported, by its state.
WHAT = {
    State.DRAFT: "完成录入",
    State.INVALID: "改正后上报",
    State.QUEUED: "联网上报",
    State.SENDING: "等待回执",
    State.PARKED: "处理后上报",
    State.RETURNED: "改正后重报",
    State.CONFLICT: "核对两个版本",
}


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """One open duty as it stands now.

    Attributes:
        what: What to do.
        left: How much time is left, in words.
        grade: How urgent it is.
        remaining: Working days until ``due``; None without a day.
        basis: Where the limit comes from.
        leads: How many working days before its end to remind of it.
    """

    line: DutyLine
    what: str
    left: str
    grade: Grade
    remaining: int | None
    basis: str
    leads: tuple[int, ...]

    @property
    def due(self) -> date | None:
        """The day to work towards."""
        return self.line.duty.due


def look(lines: Iterable[DutyLine], basis: Basis, now: datetime) -> list[OpenDuty]:
    """Lines of the index with what depends on the present."""
    local = now.replace(tzinfo=None)
    return [_look(line, basis, local) for line in lines]


def _look(line: DutyLine, basis: Basis, now: datetime) -> OpenDuty:
    duty = line.duty
    defined = definition(basis.library, line.form, duty.title)
    remaining = basis.calendar.workdays_between(now.date(), duty.due) if duty.due else None
    return OpenDuty(
        line=line,
        what=_what(line),
        left=_left(duty, now, remaining),
        grade=_grade(duty, now, remaining),
        remaining=remaining,
        basis=defined.basis if defined else "",
        leads=leads(defined) if defined else (),
    )


def _what(line: DutyLine) -> str:
    if not line.duty.reporting:
        return line.duty.title
    # A draft without a problem only waits to be submitted: rows of a workbook come in like that.
    ready = line.state is State.DRAFT and not line.hard_problems
    return "提交上报" if ready else WHAT.get(line.state, line.duty.title)


def definition(library: FormLibrary, form_id: str, title: str) -> Duty | None:
    """The duty of a form, None when the form or the duty is not installed."""
    try:
        form = library.get(form_id)
    except KeyError:
        return None
    return next((duty for duty in form.duties if duty.title == title), None)


def is_past(duty: DutyRow, now: datetime) -> bool:
    """Whether the last lawful moment is over, at the local time ``now``."""
    if duty.moment is not None and duty.latest == now.date():
        return now > duty.moment
    return duty.latest is not None and duty.latest < now.date()


def _grade(duty: DutyRow, now: datetime, remaining: int | None) -> Grade:
    if duty.suspended:
        return "suspended"
    if duty.due is None or remaining is None:
        return "undated"
    if is_past(duty, now):
        return "overdue"
    if duty.due <= now.date():
        return "today"
    return "soon" if remaining <= 1 else "later"


def _left(duty: DutyRow, now: datetime, remaining: int | None) -> str:
    today = now.date()
    if duty.due is None or duty.latest is None:
        return "暂停计算" if duty.suspended else "期限未定"
    if duty.moment is not None and duty.latest == today:
        return _hours_left(duty.moment, now)
    if duty.latest < today:
        return f"逾期 {(today - duty.latest).days} 日"
    if duty.due <= today:
        return "今天" if duty.due == today else "顺延期内"
    return f"还剩 {remaining} 个工作日" if remaining else f"还剩 {(duty.due - today).days} 天"


def _hours_left(moment: datetime, now: datetime) -> str:
    minutes = int(abs((moment - now).total_seconds()) // 60)
    length = f"{minutes // 60} 小时" if minutes >= 60 else f"{max(minutes, 1)} 分钟"
    return f"逾期 {length}" if now > moment else f"还剩 {length}"
