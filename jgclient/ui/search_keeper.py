"""Makes what an import left unsearchable findable, beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from jgclient.store import Store
from jgclient.ui.background import Progress

if TYPE_CHECKING:
    from jgclient.ui.desk import Desk

#: Milliseconds after a change, so that the window has shown it before the worker takes the processor.
_PAUSE = 500
#: What a list shows instead of a search's result meanwhile.
WAITS = "正在为新导入的记录编检索"


class SearchKeeper(QObject):
    """Begins whenever data changed and there is much to make; a little is made by whoever searches."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._busy = False
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self.bring_up)
        desk.data_changed.connect(self._soon.start)

    @property
    def behind(self) -> bool:
        """Whether a search would hold the window up; ``desk.data_changed`` tells when that is over."""
        return self._desk.store.records.search_is_behind()

    @Slot()
    def bring_up(self) -> None:
        """Begin, if there is much to make and it has not begun."""
        if not self._desk.jobs.closed and not self._busy and self.behind:
            self._busy = True
            self._desk.jobs.run(self._make, done=self._done, failed=self._failed, progressed=self._progressed)

    def _make(self, store: Store, progress: Progress) -> None:
        store.records.make_findable(progress.report, progress.is_cancelled)

    @Slot(int, int, object)
    def _progressed(self, done: int, total: int, _detail: object) -> None:
        self._desk.say(f"{WAITS} {done:,}/{total:,}")

    @Slot(object)
    def _done(self, _nothing: None) -> None:
        self._busy = False
        self._desk.say("")
        self._desk.data_changed.emit()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._busy = False
        self._desk.say(f"检索没有编完：{sentence}", "danger")
