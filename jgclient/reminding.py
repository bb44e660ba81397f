"""What to remind of now: each step of each duty once, what is overdue once a day, a digest at the start.

Everything told is kept in the store before it is shown, under the duty's own day: neither a restart nor a
clock that was put back tells it again, and a clock that jumped ahead takes nothing from the days between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from jgclient.deadlines.reminders import HOURS_BEFORE, horizon, step_of
from jgclient.entering import EnteringError, author_of
from jgclient.limits.basis import Basis
from jgclient.limits.listing import OpenDuty, look
from jgclient.store import Store
from jgclient.store.duty_rows import DutyLine, DutyQuery
from jgclient.store.reminders import Told

#: Lead times go no further back than this, in working days.
_LONGEST_LEAD = 30
#: Records named in one reminder.
_NAMED = 3
#: Duties looked at in one round; what is less urgent has its turn when these are done.
_MOST = 2000
#: Longest time a duty may be put off.
MOST_DAYS = 30


@dataclass(slots=True)
class Round:
    """What to tell now.

    Attributes:
        due: Duties that have reached a new step, the most urgent first.
        overdue: How many are overdue, when that has not been said today; else 0.
        next_moment: When something in hours changes next today, local time; None for nothing.
    """

    due: list[OpenDuty] = field(default_factory=list)
    overdue: int = 0
    next_moment: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.due or self.overdue)

    def headline(self) -> str:
        """How much, in one line."""
        parts = [f"{self.overdue:,} 件已逾期"] if self.overdue else []
        counts: dict[str, int] = {}
        for duty in self.due:
            counts[duty.left] = counts.get(duty.left, 0) + 1
        parts += [f"{number} 件{'今天到期' if left == '今天' else left}" for left, number in counts.items()]
        return "，".join(parts)

    def lines(self) -> list[str]:
        """The most urgent ones by name."""
        named = [f"{duty.left}：{duty.what} {duty.line.party or duty.line.record_title}" for duty in self.due]
        more = [f"另有 {len(named) - _NAMED} 件，点开查看"] if len(named) > _NAMED else []
        return named[:_NAMED] + more


@dataclass(frozen=True, slots=True)
class Digest:
    """How things stand at the start of a day.

    Attributes:
        waiting: Revisions that wait to be reported.
        waiting_today: Those among them that must be online today or earlier.
    """

    overdue: int
    today: int
    soon: int
    waiting: int
    waiting_today: int

    def __str__(self) -> str:
        parts = [
            f"{self.overdue:,} 件已逾期" if self.overdue else "",
            f"{self.today:,} 件今天到期" if self.today else "",
            f"{self.soon:,} 件三个工作日内到期" if self.soon else "",
            waiting_words(self.waiting, self.waiting_today),
        ]
        return "；".join(part for part in parts if part) or "没有临近的期限"


def remind(store: Store, basis: Basis, *, now: datetime) -> Round:
    """Find what is to be told now, and keep that it was told. The index must be up to date."""
    local = now.replace(tzinfo=None)
    found = Round(next_moment=_next_moment(store, local))
    with store.atomic():
        steps = _steps(store, basis, local)
        new = set(store.reminders.untold(steps))
        found.due = [duty for told, duty in steps.items() if told in new]
        daily = ("", "overdue", "", local.date().isoformat())
        late = _overdue(store, local.date())
        if late and store.reminders.untold([daily]):
            found.overdue = late
            new.add(daily)
        store.reminders.tell(new)
    return found


def digest(store: Store, basis: Basis, *, now: datetime) -> Digest:
    """How things stand now."""
    today, duties = now.date(), store.duties
    soon = horizon(3, basis.calendar, today)
    return Digest(
        overdue=overdue_count(store, now),
        today=duties.count(DutyQuery(first=today, last=today)),
        soon=duties.count(DutyQuery(first=today + timedelta(days=1), last=soon)),
        waiting=store.outbox.count(),
        waiting_today=store.outbox.count_until(today),
    )


def overdue_count(store: Store, now: datetime, author: str | None = None) -> int:
    """How many open duties are overdue, to the minute."""
    query = DutyQuery(overdue_on=now.date(), author=author)
    return store.duties.count(query) + store.duties.passed_count(now.replace(tzinfo=None), author)


def first_today(store: Store, now: datetime) -> bool:
    """Whether nobody was greeted with a digest today; from now on somebody was."""
    told = ("", "digest", "", now.date().isoformat())
    with store.atomic():
        if not store.reminders.untold([told]):
            return False
        store.reminders.tell([told])
    return True


def waiting_words(waiting: int, until_today: int) -> str:
    """What must be online by when."""
    if not waiting:
        return ""
    if until_today:
        return f"最迟今天 24:00 前联网，{until_today:,} 条待上报"
    return f"{waiting:,} 条待上报"


def snooze(store: Store, record_id: str, title: str, until: date, reason: str, *, now: datetime) -> None:
    """Do not remind of a duty before ``until``; the duty itself runs on.

    Raises:
        EnteringError: no reason, or a day that is not ahead or too far.
    """
    today = now.date()
    if not reason.strip():
        raise EnteringError("推迟提醒要写明理由，例如“等待鉴定结果”。理由会和期限一起显示。")
    if not today < until <= today + timedelta(days=MOST_DAYS):
        raise EnteringError(f"推迟到的日期要在明天到 {MOST_DAYS} 天以内，请重新选择。期限本身不会因此延后。")
    store.reminders.snooze(record_id, title, until, reason.strip(), author_of(store))


def _steps(store: Store, basis: Basis, now: datetime) -> Mapping[Told, OpenDuty]:
    """Every duty that has reached a step, under what its being told is kept as."""
    last = horizon(_LONGEST_LEAD, basis.calendar, now.date())
    lines = store.duties.page(DutyQuery(first=_back(now.date()), last=last, limit=_MOST))
    steps: dict[Told, OpenDuty] = {}
    for duty in look(_awake(lines, now.date()), basis, now):
        step = _step(duty, basis, now)
        if step and duty.due is not None:
            steps[duty.line.record_id, duty.line.duty.title, duty.due.isoformat(), step] = duty
    return steps


def _step(duty: OpenDuty, basis: Basis, now: datetime) -> str:
    limit, until = duty.line.duty, duty.line.snoozed_until
    if limit.due is None or limit.latest is None:
        return ""
    step = step_of(limit.due, limit.latest, limit.moment, leads=duty.leads, calendar=basis.calendar, now=now)
    # What was put off is told when its time has come, even if the same step was told before.
    return f"{step} after {until}" if step and until is not None else step


def _awake(lines: Iterable[DutyLine], today: date) -> list[DutyLine]:
    return [line for line in lines if line.snoozed_until is None or line.snoozed_until <= today]


def _overdue(store: Store, today: date) -> int:
    """How many are overdue by whole days, without those that were put off."""
    total = store.duties.count(DutyQuery(overdue_on=today))
    if not total:
        return 0
    off = [snooze for snooze in store.reminders.snoozes() if snooze.until > today]
    return total - sum(_is_late(store, snooze.record_id, snooze.title, today) for snooze in off)


def _is_late(store: Store, record_id: str, title: str, today: date) -> bool:
    duties = (line.duty for line in store.duties.of_record(record_id))
    return any(d.title == title and d.latest is not None and d.latest < today for d in duties)


def _back(today: date) -> date:
    # A day may lie behind while its last lawful day, moved off a long holiday, still lies ahead.
    return today - timedelta(days=14)


def _next_moment(store: Store, now: datetime) -> datetime | None:
    ends = store.duties.moments(now, now + timedelta(days=1))
    marks = [
        mark for end in ends for mark in (end - timedelta(hours=HOURS_BEFORE), end + timedelta(minutes=1))
    ]
    return min((mark for mark in marks if mark > now), default=None)
