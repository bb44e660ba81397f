"""Reconciliation (对账): what both sides hold, compared day by day, and what to do about each difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Literal

from jgclient.contract import (
    DayCount,
    Mark,
    Platform,
    Reconciliation,
    Result,
    TransportError,
    in_period,
    marks_hash,
)
from jgclient.forms.library import FormLibrary
from jgclient.records import State
from jgclient.store import Store
from jgclient.sync.dialogue import IDS_AT_ONCE, Dialogue

Kind = Literal["missing", "extra", "different"]
Remedy = Literal["requeue", "fetch", "show"]
#: What the three kinds are called in an office.
TITLES: dict[str, str] = {"missing": "平台缺", "extra": "平台多", "different": "内容不同"}
#: What each remedy does, as a button says it.
REMEDIES: dict[Remedy, str] = {"requeue": "重新上报", "fetch": "取回", "show": "两版对照"}
#: Asked for records without a date of the act; they belong to every period (contract).
_NO_DAY = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """One record on which both sides disagree.

    Attributes:
        day: Date of the act as ISO text, empty when there is none.
        ours: Newest accepted revision kept here, None when there is none.
        theirs: Newest accepted revision on the platform, None when there is none.
        remedy: What mends it: send again, fetch, or show both to a person.
        shown: Both versions lie here already; the record's page shows them.
    """

    kind: Kind
    form: str
    day: str
    record_id: str
    ours: Mark | None
    theirs: Mark | None
    remedy: Remedy
    shown: bool = False


@dataclass(slots=True)
class Comparison:
    """What came of a comparison.

    Attributes:
        forms: Forms that were compared.
        agreed: Number of records on which both sides agree.
        receipts: Receipts that were missing here and have been brought home.
        underway: Number of records that differ, but whose remedy waits in the outbox to be sent.
        differences: What is left, by form, day and record.
    """

    forms: list[str] = field(default_factory=list)
    agreed: int = 0
    receipts: int = 0
    underway: int = 0
    differences: list[Difference] = field(default_factory=list)

    def open(self) -> list[Difference]:
        """Differences about which nothing was done yet; those shown to a person are settled by sending."""
        return [difference for difference in self.differences if not difference.shown]

    def counts(self) -> dict[str, int]:
        """Number of differences of each kind."""
        kinds: tuple[Kind, ...] = ("missing", "extra", "different")
        return {kind: sum(d.kind == kind for d in self.differences) for kind in kinds}


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the acts that are compared; None for no limit."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: str) -> bool:
        """Whether a record of that day is compared."""
        return in_period(day, self.first, self.last)


class Comparing:
    """Compares the records of one unit with one platform."""

    def __init__(
        self, store: Store, platform: Platform, talk: Dialogue, library: FormLibrary, unit: str
    ) -> None:
        self._store = store
        self._platform = platform
        self._talk = talk
        self._library = library
        self._unit = unit

    def compare(self, form: str = "", period: Period | None = None) -> Comparison:
        """Compare one form or all; receipts that are missing here are brought home at once.

        Raises:
            Ended: the platform does not answer, or cancelled.
        """
        period = period or Period()
        told = self._talk.ask(
            lambda: self._platform.reconciliation(self._unit, form, period.first, period.last)
        )
        days: dict[str, list[DayCount]] = {}
        for day in told.days:
            days.setdefault(day.form, []).append(day)
        records = [known.id for known in self._library.forms if known.kind == "record"]
        comparison = Comparison([form] if form else sorted({*records, *days}))
        for name in comparison.forms:
            self._compare_form(comparison, name, days.get(name, []), period)
        return comparison

    # -- one form --------------------------------------------------------------------------------------

    def _compare_form(
        self, comparison: Comparison, form: str, told: Sequence[DayCount], period: Period
    ) -> None:
        ours = self._store.counterparts.marks(form, self._date_field(form))
        here: dict[str, list[Mark]] = {}
        for day, mark in ours:
            if period.holds(day):
                here.setdefault(day, []).append(mark)
        there = {count.day: count for count in told}
        doubtful: set[str] = set()
        theirs: dict[str, tuple[str, Mark]] = {}
        for day in sorted({*here, *there}):
            self._talk.stop_if_cancelled()
            marks, count = here.get(day, []), there.get(day)
            if count is not None and (count.count, count.sha256) == (len(marks), marks_hash(marks)):
                comparison.agreed += len(marks)
                continue
            doubtful |= {mark.id for mark in marks}
            theirs |= {mark.id: (day, mark) for mark in self._marks(form, day)} if count else {}
        mine = {mark.id: (day, mark) for day, mark in ours}
        self._compare_records(comparison, form, sorted(doubtful | theirs.keys()), mine, theirs)

    def _date_field(self, form: str) -> str:
        try:
            return self._library.get(form).date_field
        except KeyError:
            return ""

    def _marks(self, form: str, day: str) -> Sequence[Mark]:
        """The platform's records of a day, as their own hash proves them."""
        on = date.fromisoformat(day) if day else _NO_DAY

        def question() -> Reconciliation:
            found = self._platform.reconciliation(self._unit, form, on, on, detail=True)
            if not all(_proven(count) for count in found.days):
                raise TransportError("unknown", "平台的对账明细与它自己的汇总不符：稍后再对一次账")
            return found

        counts = self._talk.ask(question).days
        return [mark for count in counts if (count.form, count.day) == (form, day) for mark in count.records]

    def _compare_records(
        self,
        comparison: Comparison,
        form: str,
        ids: Sequence[str],
        ours: dict[str, tuple[str, Mark]],
        theirs: dict[str, tuple[str, Mark]],
    ) -> None:
        """Look at the records of the days that differ; a record may stand under two days."""
        nothing = ("", None)
        theirs = theirs | self._elsewhere({i: ours[i] for i in ids if i in ours and i not in theirs})
        unreceipted = self._unreceipted([mark for _, mark in theirs.values()], ours)
        comparison.receipts += self._bring_receipts(unreceipted)
        for record_id in ids:
            day, mine = ours.get(record_id, nothing)
            their_day, other = theirs.get(record_id, nothing)
            if record_id in unreceipted or _same(mine, other):
                comparison.agreed += 1
            elif is_underway(self._store, record_id, mine, other):
                comparison.underway += 1
            else:
                found = self._difference(form, day or their_day, record_id, mine, other)
                comparison.differences.append(found)
        comparison.differences.sort(key=lambda d: (d.form, d.day, d.record_id))

    def _elsewhere(self, lacking: dict[str, tuple[str, Mark]]) -> dict[str, tuple[str, Mark]]:
        """What the platform has of records it did not name: with another date, beyond the period."""
        newest: dict[str, tuple[str, Mark]] = {}
        for result in self._receipts(sorted(lacking)):
            known = newest.get(result.id)
            if result.id in lacking and (known is None or known[1].revision < result.revision):
                mark = Mark(result.id, result.revision, result.sha256, "", result.receipt_no)
                newest[result.id] = (lacking[result.id][0], mark)
        return newest

    def _difference(
        self, form: str, day: str, record_id: str, mine: Mark | None, other: Mark | None
    ) -> Difference:
        """What kind of difference it is, and its remedy."""
        kind: Kind
        remedy: Remedy
        if _lacks(mine, other):
            kind, remedy = "missing", "requeue"
        else:
            assert other is not None  # noqa: S101 - one of the two sides has it
            against = self._store.counterparts.stands_against(record_id, other.revision)
            kind = "different" if mine is not None or against else "extra"
            remedy = "show" if against else "fetch"
        shown = remedy == "show" and self._store.counterparts.get(record_id) is not None
        return Difference(kind, form, day, record_id, mine, other, remedy, shown)

    # -- receipts that were lost here ------------------------------------------------------------------

    def _unreceipted(self, theirs: Iterable[Mark], ours: dict[str, tuple[str, Mark]]) -> set[str]:
        """Records whose revision on the platform is kept here word for word, but without its receipt."""
        return {
            mark.id
            for mark in theirs
            if (mark.id not in ours or ours[mark.id][1].revision < mark.revision)
            and any(
                (revision.revision, revision.sha256) == (mark.revision, mark.sha256)
                for revision in self._store.records.revisions(mark.id)
            )
        }

    def _bring_receipts(self, ids: Iterable[str]) -> int:
        found = self._receipts(sorted(ids))
        brought = self._store.outbox.take_receipts(found, "") if found else 0
        self._talk.count(receipts=brought)
        return brought

    def _receipts(self, ids: Sequence[str]) -> list[Result]:
        found: list[Result] = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            self._talk.stop_if_cancelled()
            found += self._talk.ask(partial(self._platform.receipts, ids[start : start + IDS_AT_ONCE]))
        return found


def is_underway(store: Store, record_id: str, mine: Mark | None, other: Mark | None) -> bool:
    """Whether the remedy was chosen and waits to be sent: once more, or the version decided on."""
    if _lacks(mine, other):
        return store.outbox.is_requeued(record_id)
    counterpart = store.counterparts.get(record_id)
    row = store.records.row(record_id)
    decided = counterpart is not None and counterpart.decided
    return decided and row is not None and row.state in (State.QUEUED, State.SENDING)


def _lacks(mine: Mark | None, other: Mark | None) -> bool:
    """Whether the platform has not got what it once gave a receipt for."""
    return mine is not None and (other is None or other.revision < mine.revision)


def _same(mine: Mark | None, other: Mark | None) -> bool:
    if mine is None or other is None:
        return False
    return (mine.revision, mine.sha256) == (other.revision, other.sha256)


def _proven(count: DayCount) -> bool:
    return (count.count, count.sha256) == (len(count.records), marks_hash(count.records))
