"""Keeps the index of open limits up to date: a few records at once, many beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from jgclient.store import Store
from jgclient.ui.background import Progress

if TYPE_CHECKING:  # they bring the rule engine; the window is up before it
    from jgclient.limits import Renewal
    from jgclient.ui.desk import Desk


class LimitsKeeper(QObject):
    """Brings the index up to date whenever it is asked to; asking often costs nothing.

    Attributes:
        busy: Many records are being looked at; ``desk.data_changed`` tells when that is done.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.busy = False

    def bring_up(self) -> None:
        """Bring the index up to date now, or begin to when that takes longer than a person notices."""
        if not self._desk.ready or self.busy:
            return
        from jgclient.limits import is_quick, renew  # noqa: PLC0415 - see above

        desk = self._desk
        if is_quick(desk.store, desk.basis):
            renew(desk.store, desk.basis, now=desk.clock())
        else:
            self.busy = True
            desk.jobs.run(self._renew, done=self._done, failed=self._failed, progressed=self._progressed)

    def _renew(self, store: Store, progress: Progress) -> Renewal:
        from jgclient.limits import renew  # noqa: PLC0415 - see above

        desk = self._desk
        return renew(
            store,
            desk.basis,
            now=desk.clock(),
            on_progress=progress.report,
            is_cancelled=progress.is_cancelled,
        )

    @Slot(int, int, object)
    def _progressed(self, done: int, total: int, _detail: object) -> None:
        self._desk.say(f"正在计算期限 {done:,}/{total:,}")

    @Slot(object)
    def _done(self, renewal: Renewal) -> None:
        self.busy = False
        lines = renewal.lines()
        self._desk.say(" ".join(lines), "warning" if renewal.moved else "draft")
        self._desk.data_changed.emit()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.busy = False
        self._desk.say(f"期限没有算完：{sentence}", "danger")
