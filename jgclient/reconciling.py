"""Reconciliation (对账) as a job: compare both sides, and mend the differences somebody chose."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from jgclient.contract import Platform
from jgclient.forms.library import FormLibrary
from jgclient.records import Json
from jgclient.store import Store
from jgclient.sync.comparing import TITLES, Comparing, Comparison, Difference, Period
from jgclient.sync.dialogue import Dialogue, Ended, Surroundings
from jgclient.sync.lock import only_run
from jgclient.sync.mending import Mended, Mending
from jgclient.sync.report import SyncReport
from jgclient.sync.running import RECONCILE_FIRST

#: Setting with time and counts of the last complete comparison.
LAST = "last_reconciliation"


@dataclass(slots=True)
class Reconciled:
    """What came of it.

    Attributes:
        comparison: What was compared; the differences are those found before anything was mended.
        mended: What was done about them.
        stopped: Sentence with the remedy when it ended early, else empty.
        note: The same in two words (:class:`jgclient.sync.dialogue.Ended`).
    """

    comparison: Comparison = field(default_factory=Comparison)
    mended: Mended = field(default_factory=Mended)
    stopped: str = ""
    note: str = ""

    def line(self) -> str:
        """The outcome in one line, e.g. “一致 1204 · 平台缺 2 · 内容不同 1”."""
        counts = self.comparison.counts()
        parts = [f"一致 {self.comparison.agreed}"]
        parts += [f"{TITLES[kind]} {count}" for kind, count in counts.items() if count]
        parts += [f"待重新上报 {self.comparison.underway}"] if self.comparison.underway else []
        parts += [f"补回执 {self.comparison.receipts}"] if self.comparison.receipts else []
        return " · ".join(parts)


class Reconciling:
    """Comparisons of one profile with its platform.

    Args:
        store: This thread's store.
        platform: The platform, logged in.
        library: The forms.
        unit_code: Credit code of the unit.
        now: The clock; aware.
        on_progress: Called with items done, items in all and a report, as in a run.
        is_cancelled: Asked between questions and while waiting.
    """

    def __init__(
        self,
        store: Store,
        platform: Platform,
        library: FormLibrary,
        *,
        unit_code: str,
        now: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        on_progress: Callable[[int, int, SyncReport], None] = lambda _done, _total, _report: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._platform = platform
        self._library = library
        self._unit = unit_code
        self._around = Surroundings(now, pause, jitter, on_progress, is_cancelled)

    def compare(self, form: str = "", first: date | None = None, last: date | None = None) -> Reconciled:
        """Compare one form or all, over a period of the acts or all time; nothing of ours is changed.

        Receipts that are missing here are brought home.

        Raises:
            SyncBusy: a run is going on in this profile.
        """
        report = Reconciled()
        with only_run(self._store.folder):
            try:
                comparing = Comparing(
                    self._store, self._platform, Dialogue(self._around), self._library, self._unit
                )
                report.comparison = comparing.compare(form, Period(first, last))
            except Ended as end:
                report.stopped, report.note = str(end), end.note
                return report
            self._remember(report.comparison, whole=not (form or first or last))
        return report

    def mend(self, differences: Sequence[Difference]) -> Reconciled:
        """Apply the remedy of each difference: send again, fetch, or lay both versions side by side.

        After a restore records are sent again once a comparison of everything has left nothing open.

        Raises:
            SyncBusy: a run is going on in this profile.
        """
        report = Reconciled()
        with only_run(self._store.folder):
            mending = Mending(self._store, self._platform, Dialogue(self._around), self._library)
            report.mended = mending.done
            try:
                mending.mend(differences)
            except Ended as end:
                report.stopped, report.note = str(end), end.note
        return report

    def _remember(self, comparison: Comparison, *, whole: bool) -> None:
        at = self._around.now().isoformat(timespec="seconds")
        counts: dict[str, Json] = {
            "at": at, "agreed": comparison.agreed, "underway": comparison.underway, **comparison.counts(),
        }  # fmt: skip
        with self._store.atomic():
            if whole:
                self._store.settings.set(LAST, counts)
            if whole and not comparison.open():
                self._store.settings.set(RECONCILE_FIRST, False)
