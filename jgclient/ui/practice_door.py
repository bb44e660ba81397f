"""The way into the practice profile: made in the background, opened as a window of its own."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, Slot

from jgclient.store import Store
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk
from jgclient.ui.workbar import WorkBar


class PracticeDoor(QObject):
    """Makes the profile once, then opens it as often as she likes.

    Args:
        work: Shows that it is being made; it takes some seconds the first time.
    """

    def __init__(self, desk: Desk, work: WorkBar) -> None:
        super().__init__(work)
        self._desk, self._work = desk, work

    def open(self) -> None:
        """Make and open."""
        desk, folder = self._desk, self._desk.store.folder

        def task(_store: Store, _progress: Progress) -> str:
            from jgclient import practice  # noqa: PLC0415 - it brings workbooks and sync

            return str(practice.make(folder, desk.library, desk.calendar, now=desk.clock))

        self._work.follow(desk.jobs.run(task, done=self._made, failed=self._failed), "正在准备练习数据")

    @Slot(object)
    def _made(self, folder: str) -> None:
        started = start_window(folder)
        words = (
            "练习窗口已打开。练习的数据是另外一份，不会上报。"
            if started
            else "练习窗口没有打开，请再试一次。"
        )
        self._desk.say(words, "accepted" if started else "warning")

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._desk.say(sentence, "danger")


def start_window(folder: str) -> bool:
    """Open a window on a data folder; it lives on when this one is closed."""
    return bool(QProcess.startDetached(sys.executable, ["-m", "jgclient", "--data", folder])[0])
