"""Backs up every half hour of work, beside the window."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer, Slot

from jgclient.store import Made, Store, StoreError
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk

log = logging.getLogger(__name__)
#: A timer sleeps with the computer; so the clock is asked once a minute.
_LOOK_MS = 60_000


class BackupKeeper(QObject):
    """Looks once a minute whether a backup is due; one that fails is tried again, and said once a fault."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._busy = False
        self._said = ""
        timer = QTimer(self)
        timer.timeout.connect(self.look)
        timer.start(_LOOK_MS)

    @Slot()
    def look(self) -> None:
        """Begin a backup when one is due and none is under way."""
        if self._busy or self._desk.store.is_read_only:
            return
        try:
            due = self._desk.store.backups.is_due()
        except (StoreError, OSError) as error:
            log.warning("cannot tell whether a backup is due: %s", error)
            return
        if due:
            self._busy = True
            self._desk.jobs.run(_back_up, done=self._done, failed=self._failed)

    @Slot(object)
    def _done(self, made: Made) -> None:
        self._busy = False
        self._tell(made.second_fault)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._busy = False
        self._tell(f"自动备份没有做成：{sentence}")

    def _tell(self, fault: str) -> None:
        if fault and fault != self._said:
            self._desk.say(fault, "warning")
        self._said = fault


def _back_up(store: Store, _progress: Progress) -> Made:
    return store.backups.make("work")
