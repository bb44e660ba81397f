"""Equal mistakes of an import that was kept: counted, mended together, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from jgclient.importing import ImportReport
from jgclient.mending import Mended, Mistake
from jgclient.store import Store
from jgclient.ui import import_work
from jgclient.ui.background import Progress, Task
from jgclient.ui.desk import Desk
from jgclient.ui.import_groups import GroupsCard

#: Runs a task of the page in the background and hands over what it gave; nothing while another one runs.
Run = Callable[[Task[Any], Callable[[Any], None]], None]


class Mending(QObject):
    """Carries out what the card of equal mistakes asks for."""

    def __init__(self, desk: Desk, groups: GroupsCard, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._groups, self._run = desk, groups, run
        self._report: ImportReport | None = None
        groups.mend.connect(self._mend)
        groups.undo.connect(self._undo)

    def count(self, report: ImportReport) -> None:
        """Show the mistakes of what an import kept."""
        self._report = report
        self._count()

    def _count(self) -> None:
        report, library = self._report, self._desk.library
        if report is not None and report.count("draft"):
            self._run(lambda store, _: import_work.mistakes(store, library, report), self._counted)
        else:
            self._groups.show_mistakes([], 0)

    def _counted(self, found: tuple[list[Mistake], int]) -> None:
        self._groups.show_mistakes(*found)
        self._groups.focus_first()

    @Slot(object, str)
    def _mend(self, mistake: Mistake, text: str) -> None:
        library, clock = self._desk.library, self._desk.clock

        def task(store: Store, progress: Progress) -> Mended:
            return import_work.mend(store, library, mistake, text, progress, now=clock())

        self._run(task, self._mended)

    def _mended(self, mended: Mended) -> None:
        if mended.cancelled:
            self._desk.say("已取消，没有改动。", "warning")
        else:
            left = f"，{len(mended.left)} 条没有改：{mended.left[0][1]}" if mended.left else ""
            self._desk.say(
                f"已改 {mended.changed} 条：{mended.right} 条已无错，{mended.wrong} 条还有别的错{left}",
                "accepted",
            )
        self._desk.data_changed.emit()
        self._count()

    @Slot()
    def _undo(self) -> None:
        library, clock = self._desk.library, self._desk.clock
        self._run(lambda store, _: import_work.undo(store, library, now=clock()), self._undone)

    def _undone(self, back: int) -> None:
        self._desk.say(f"已把 {back} 条改回原来的内容。", "accepted")
        self._desk.data_changed.emit()
        self._count()
