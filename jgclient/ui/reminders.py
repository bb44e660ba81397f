"""Looks once a minute at the clock on the wall and tells what is due: digest, lead times, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk

if TYPE_CHECKING:  # they bring the rule engine; the window is up before it
    from jgclient.limits import Basis
    from jgclient.reminding import Digest, Round

#: Setting: a closed window stays beside the clock and goes on reminding.
CLOSE_TO_TRAY = "close_to_tray"


@dataclass(frozen=True, slots=True)
class _News:
    """What was found; ``greets``: nobody has seen today's digest yet."""

    round: Round
    digest: Digest
    greets: bool


class Reminders(QObject):
    """What is told and when is decided by ``jgclient.reminding``; here only clock and data are watched.

    ``told`` carries title and text of a reminder, ``counted`` how many limits are overdue or end today.

    Attributes:
        busy: The worker is looking.
    """

    told = Signal(str, str)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._looked: datetime | None = None
        self._next: datetime | None = None
        self._changed = True
        self.busy = False
        desk.data_changed.connect(self._note_change)

    @Slot()
    def look(self) -> None:
        """A minute passed (or the computer slept for a month, or somebody set the clock): is there news?"""
        if self.busy or not self._desk.ready:
            return
        now = self._desk.clock()
        if not self._is_due(now):
            return
        self._desk.limits.bring_up()
        if self._desk.limits.busy:
            return  # it tells when it is done, and the next minute looks again
        self._looked, self._changed, self.busy = now, False, True
        basis = self._desk.basis
        self._desk.jobs.run(
            lambda store, progress: _news(store, progress, basis, now), done=self._tell, failed=self._failed
        )

    def _is_due(self, now: datetime) -> bool:
        last, local = self._looked, now.replace(tzinfo=None)
        if last is None or self._changed or now.date() != last.date() or now < last:
            return True
        return self._next is not None and local >= self._next

    @Slot(object)
    def _tell(self, news: _News) -> None:
        self.busy = False
        found, standing = news.round, news.digest
        self._next = found.next_moment
        if news.greets:
            if standing.overdue or standing.today or standing.soon or standing.waiting_today:
                self._say("今天的期限", "\n".join([str(standing), *found.lines()]))
        elif found:
            self._say(found.headline(), "\n".join(found.lines()) or "点开查看逾期的期限")
        near = standing.overdue + standing.today
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication) and application.desktopFileName():
            application.setBadgeNumber(near)  # on the task bar, where the system has such a thing
        self.counted.emit(near)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.busy, self._changed = False, True
        self._desk.say(f"期限没有核对完，一分钟后再试：{sentence}", "danger")

    def _say(self, title: str, text: str) -> None:
        self.told.emit(title, text)
        self._desk.say(f"{title}：{text.splitlines()[0]}" if text else title, "warning")

    @Slot()
    def _note_change(self) -> None:
        self._changed = True


def _news(store: Store, _progress: Progress, basis: Basis, now: datetime) -> _News:
    """Looks, in the worker: ten thousands of limits and another writer would hold the window up."""
    from jgclient import reminding  # noqa: PLC0415 - it brings the rule engine, which is loaded by now

    with store.atomic():  # what is kept as told is told
        found = reminding.remind(store, basis, now=now)
        return _News(found, reminding.digest(store, basis, now=now), reminding.first_today(store, now))
