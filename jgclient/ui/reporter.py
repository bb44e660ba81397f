"""Reporting for the whole window: by hand, when the network appears, at set hours; one line that says it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from jgclient.records import State
from jgclient.store import ListQuery, Store
from jgclient.ui.background import Job, Progress

if TYPE_CHECKING:  # the network library loads slowly; the window is up before it
    from jgclient.contract import Platform, TransportError
    from jgclient.sync.report import SyncReport
    from jgclient.sync.schedule import Schedule
    from jgclient.ui.desk import Desk

#: What waits and is the first to be late.
_MOST_URGENT = ListQuery(states=frozenset({State.QUEUED}), sort="urgent_by", descending=False, limit=1)


class Reporter(QObject):
    """Begins runs and tells how they go; one at a time.

    ``progressed`` carries items done, items in all and the report so far; ``ended`` a report, a
    ``TransportError`` when nobody could log in, or the sentence of a failure.

    ``closing`` comes once a day while a quarter closes and both sides were not compared.

    Attributes:
        job: The run under way, None while nothing runs.
        line: What can truthfully be said of it; empty while nothing runs.
    """

    started = Signal()
    progressed = Signal(int, int, object)
    ended = Signal(object)
    line_changed = Signal()
    closing = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._schedule: Schedule | None = None
        self._settings: tuple[object, ...] = ()
        self._probing = False
        self._locked_out = False
        self._by_itself = False
        self._said_closing: date | None = None
        self.job: Job | None = None
        self.line = ""

    def start(self, password: str = "") -> None:
        """Report what waits now; with a password log in first."""
        self._locked_out = False
        self._begin(password, by_itself=False)

    def cancel(self) -> None:
        """Stop after the batch under way; the rest stays in the queue."""
        if self.job is not None:
            self.job.cancel()

    # -- by itself -------------------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """A minute passed: is the platform in reach, and is there a reason to begin?"""
        desk = self._desk
        if self._probing or self._locked_out or desk.jobs.busy or desk.store.is_read_only:
            return
        if not desk.setting("gateway_url") or desk.store.settings.get("practice"):
            return
        self._probing = True
        desk.jobs.run(_in_reach, done=self._probed, failed=self._not_probed)

    @Slot(object)
    def _probed(self, online: bool) -> None:
        from jgclient.sync.schedule import CAUSES, Situation  # noqa: PLC0415 - loads the network's side

        self._probing = False
        store = self._desk.store
        first = next(iter(store.records.list(_MOST_URGENT)), None)
        situation = Situation(
            self._desk.clock(), online, store.outbox.count(), first.urgent_by if first else None
        )
        cause = self._current_schedule().tick(situation)
        if cause is not None and self.job is None:
            self._desk.say(f"自动上报（{CAUSES[cause]}）", "waiting")
            self._begin("", by_itself=True)
        if online:
            self._look_at_quarter()

    @Slot(str)
    def _not_probed(self, _sentence: str) -> None:
        self._probing = False

    def _look_at_quarter(self) -> None:
        from jgclient.sync.schedule import reconciliation_due  # noqa: PLC0415 - see above

        today = self._desk.today()
        at = (self._desk.store.settings.get("last_reconciliation") or {}).get("at", "")
        last = datetime.fromisoformat(at).date() if at else None
        if self._said_closing != today and reconciliation_due(today, last):
            self._said_closing = today
            self.closing.emit()

    def _current_schedule(self) -> Schedule:
        """The schedule of the settings as they are now; changed settings begin a new one."""
        from jgclient.sync.schedule import AUTOMATIC, HOURS, Schedule  # noqa: PLC0415 - see above

        settings = self._desk.store.settings
        chosen = (settings.get(AUTOMATIC, True), tuple(settings.get(HOURS) or ()))
        if self._schedule is None or chosen != self._settings:
            self._schedule, self._settings = Schedule.of(self._desk.store), chosen
        return self._schedule

    # -- a run -----------------------------------------------------------------------------------

    def _begin(self, password: str, *, by_itself: bool) -> None:
        if self.job is not None:
            return
        self._by_itself = by_itself
        task = _Run(self._desk.clock, password)
        self._say("正在连接平台")
        self.job = self._desk.jobs.run(
            task, done=self._done, failed=self._failed, progressed=self._progressed
        )
        self.started.emit()

    @Slot(int, int, object)
    def _progressed(self, done: int, total: int, report: SyncReport) -> None:
        self._say(report.line())
        self.progressed.emit(done, total, report)

    @Slot(object)
    def _done(self, outcome: SyncReport | TransportError) -> None:
        from jgclient.contract import TransportError  # noqa: PLC0415 - see above

        if isinstance(outcome, TransportError):
            self._finish(outcome, "没有登录", stopped=True)
            return
        if outcome.reload:
            self._desk.reload()
        self._locked_out = outcome.note == "等待登录"
        self._finish(outcome, outcome.line(), stopped=bool(outcome.stopped))

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._finish(sentence, f"没有报完：{sentence}", stopped=True)

    def _finish(self, outcome: object, words: str, *, stopped: bool) -> None:
        self.job = None
        self._say("")
        self._current_schedule().ended(self._desk.clock(), stopped=stopped)
        self._desk.data_changed.emit()
        trouble = stopped or any(getattr(outcome, name, 0) for name in ("rejected", "conflict", "parked"))
        began = "自动上报：" if self._by_itself else ""
        unread = self._desk.store.changes.unread(self._desk.today())
        news = f" · 平台消息 {unread:,} 条未读" if unread else ""
        self._desk.say(f"{began}{words}{news}", "warning" if trouble else "accepted")
        self.ended.emit(outcome)

    def _say(self, line: str) -> None:
        self.line = line
        self.line_changed.emit()


class _Run:
    """The background work of one run."""

    def __init__(self, clock: Callable[[], datetime], password: str) -> None:
        self._clock = clock
        self._password = password

    def __call__(self, store: Store, progress: Progress) -> SyncReport | TransportError:
        from jgclient import entering, sync  # noqa: PLC0415 - the network library loads slowly
        from jgclient.contract import TransportError  # noqa: PLC0415 - see above

        try:
            platform = platform_of(store, self._clock, self._password)
        except TransportError as error:
            return error
        return sync.run(
            store, platform, device_id=sync.device_id(store), unit_code=entering.unit_of(store)["code"],
            now=self._clock, on_progress=progress.report, is_cancelled=progress.is_cancelled,
        )  # fmt: skip


def platform_of(store: Store, clock: Callable[[], datetime], password: str = "") -> Platform:
    """The platform a profile reports to, logged in anew when a password is given.

    Raises:
        TransportError: no address or user is set, or the log-in failed.
    """
    from jgclient import practice, sync  # noqa: PLC0415 - the network library loads slowly

    pretended = practice.platform(store, clock)
    if pretended is not None:
        return pretended
    platform = sync.connect(store)
    if password:
        sync.log_in(store, platform, password)
    return platform


def _in_reach(store: Store, _progress: Progress) -> bool:
    from jgclient.platform_api import reachable  # noqa: PLC0415 - see above

    settings = store.settings
    return reachable(str(settings.get("gateway_url") or ""), proxy=str(settings.get("gateway_proxy") or ""))
