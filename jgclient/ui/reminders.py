"""Looks once a minute at the clock on the wall and tells what is due: digest, lead times, what is overdue."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from jgclient.ui.desk import Desk

#: Setting: a closed window stays beside the clock and goes on reminding.
CLOSE_TO_TRAY = "close_to_tray"


class Reminders(QObject):
    """What is told and when is decided by ``jgclient.reminding``; here only clock and data are watched.

    ``told`` carries title and text of a reminder, ``counted`` how many limits are overdue or end today.
    """

    told = Signal(str, str)
    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._looked: datetime | None = None
        self._next: datetime | None = None
        self._changed = True
        desk.data_changed.connect(self._note_change)

    @Slot()
    def look(self) -> None:
        """A minute passed (or the computer slept for a month, or somebody set the clock): is there news?"""
        if not self._desk.ready:
            return
        now = self._desk.clock()
        if not self._is_due(now):
            return
        self._desk.limits.bring_up()
        if self._desk.limits.busy:
            return  # it tells when it is done, and the next minute looks again
        self._looked, self._changed = now, False
        self._tell(now)

    def _is_due(self, now: datetime) -> bool:
        last, local = self._looked, now.replace(tzinfo=None)
        if last is None or self._changed or now.date() != last.date() or now < last:
            return True
        return self._next is not None and local >= self._next

    def _tell(self, now: datetime) -> None:
        from jgclient import reminding  # noqa: PLC0415 - it brings the rule engine, which is loaded by now

        store, basis = self._desk.store, self._desk.basis
        found = reminding.remind(store, basis, now=now)
        self._next = found.next_moment
        standing = reminding.digest(store, basis, now=now)
        if reminding.first_today(store, now):
            if standing.overdue or standing.today or standing.soon or standing.waiting_today:
                self._say("今天的期限", "\n".join([str(standing), *found.lines()]))
        elif found:
            self._say(found.headline(), "\n".join(found.lines()) or "点开查看逾期的期限")
        near = standing.overdue + standing.today
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication) and application.desktopFileName():
            application.setBadgeNumber(near)  # on the task bar, where the system has such a thing
        self.counted.emit(near)

    def _say(self, title: str, text: str) -> None:
        self.told.emit(title, text)
        self._desk.say(f"{title}：{text.splitlines()[0]}" if text else title, "warning")

    @Slot()
    def _note_change(self) -> None:
        self._changed = True
