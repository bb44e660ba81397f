"""Keeping the index of open duties right: after changes of records, forms, terms or the calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from jgclient.deadlines.judging import target
from jgclient.deadlines.started import Facts
from jgclient.entering import unit_of
from jgclient.limits.basis import Basis
from jgclient.limits.deriving import Deriver
from jgclient.store import Store
from jgclient.store.duty_rows import DutyGroup

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

#: Up to so many records are derived while the window waits (about 0.1 ms each).
FEW = 200
#: Records derived, and groups of equal facts counted, in one transaction.
_PORTION = 500
_MADE_WITH = "limits_made_with"
#: Setting: what the last change of the calendar has moved.
MOVED = "limits_moved"
#: Records named as examples of what moved.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """Limits that a changed calendar gave another last day.

    Attributes:
        before: The day to work towards as it was.
        after: The same as it is now.
        duties: How many they are.
        examples: Titles of some of the records.
    """

    before: date
    after: date
    duties: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = (
            f"（{'；'.join(self.examples)}{'等' if self.duties > len(self.examples) else ''}）"
            if self.examples
            else ""
        )
        return f"{self.duties} 件由 {self.before} 改为 {self.after}{names}"


@dataclass(slots=True)
class Renewal:
    """What was done.

    Attributes:
        records: Records whose duties were derived again.
        changed: Those among them whose index had differed.
        moved: What a changed calendar has moved, the earliest day first.
        settled: Limits that were provisional and are certain now.
    """

    records: int = 0
    changed: int = 0
    moved: list[Moved] = field(default_factory=list)
    settled: int = 0

    def lines(self) -> list[str]:
        """What the clerk is told, empty when nothing moved."""
        total = sum(moved.duties for moved in self.moved)
        if not total and not self.settled:
            return []
        head = f"节假日安排已更新：{total} 件期限有变动" if total else "节假日安排已更新：没有期限变动"
        sure = f"，{self.settled} 件不再是暂按周末推算" if self.settled else ""
        return [head + sure, *map(str, self.moved)]


def is_quick(store: Store, basis: Basis) -> bool:
    """Whether :func:`renew` takes no longer than a person notices."""
    return store.duties.few_are_stale(FEW) and _made_with(store) == _wanted(basis)


def renew(
    store: Store,
    basis: Basis,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Renewal:
    """Bring the index up to date. Cancelled or interrupted, the next call goes on where this one stopped."""
    made, wanted, renewal = _made_with(store), _wanted(basis), Renewal()
    if made.get("duties") != wanted["duties"]:
        store.duties.mark_all_stale()
        _remember(store, made | {"duties": wanted["duties"]})
    deriver = Deriver(basis, unit_of(store), now.date())
    if not _derive(store, deriver, renewal, on_progress, is_cancelled):
        return renewal
    if made.get("calendar") != wanted["calendar"]:
        with store.atomic():
            _count_again(store, basis, renewal, on_progress)
            if made.get("calendar") and renewal.lines():
                store.settings.set(MOVED, {"at": now.isoformat(), "lines": renewal.lines()})
            _remember(store, wanted)
    return renewal


def _derive(
    store: Store, deriver: Deriver, renewal: Renewal, on_progress: Progress, is_cancelled: Cancelled
) -> bool:
    """Derive every stale record again; False when it was cancelled."""
    total = store.duties.stale_count()
    if not total:
        return True
    while portion := store.duties.stale(_PORTION):
        if is_cancelled():
            return False
        renewal.changed += store.duties.put([(record, deriver.rows(record)) for record in portion])
        renewal.records += len(portion)
        on_progress(min(renewal.records, total), total)
    return True


def _count_again(store: Store, basis: Basis, renewal: Renewal, on_progress: Progress) -> None:
    groups = store.duties.groups()
    moves: list[tuple[DutyGroup, DutyGroup]] = []
    for done, group in enumerate(groups):
        if done % _PORTION == 0:
            on_progress(done, len(groups) * 2)
        now_due = _counted(group, basis)
        if now_due != group:
            moves.append((group, now_due))
    renewal.settled = sum(old.duties for old, new in moves if old.provisional and not new.provisional)
    renewal.moved = _report(store, moves)
    store.duties.move([new for _, new in moves])
    on_progress(len(groups), max(len(groups), 1))


def _counted(group: DutyGroup, basis: Basis) -> DutyGroup:
    facts = Facts.from_text(group.facts)
    end = None if facts.pause else facts.end(basis.calendar)
    if end is None:
        return replace(group, due=None, latest=None, provisional=False)
    return replace(group, due=target(end), latest=end.date, provisional=end.provisional)


def _report(store: Store, moves: Sequence[tuple[DutyGroup, DutyGroup]]) -> list[Moved]:
    days: dict[tuple[date, date], list[DutyGroup]] = {}
    for old, new in moves:
        if old.due and new.due and old.due != new.due:
            days.setdefault((old.due, new.due), []).append(old)
    return [
        Moved(
            before,
            after,
            sum(group.duties for group in groups),
            tuple(store.duties.records_of((group.facts for group in groups), _NAMED)),
        )
        for (before, after), groups in sorted(days.items(), key=lambda entry: entry[0])
    ]


def _made_with(store: Store) -> dict[str, str]:
    return dict(store.settings.get(_MADE_WITH) or {})


def _wanted(basis: Basis) -> dict[str, str]:
    return {"duties": basis.duties_hash, "calendar": basis.calendar_hash}


def _remember(store: Store, made: dict[str, str]) -> None:
    store.settings.set(_MADE_WITH, made)
