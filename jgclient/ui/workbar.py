"""Progress and cancel of long work, in place."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from jgclient.ui.background import Job
from jgclient.ui.parts import button, label


class WorkBar(QWidget):
    """Words, a bar and a way to stop; hidden while nothing runs.

    Args:
        stop_words: What the button that stops the work says.
    """

    def __init__(self, stop_words: str = "停下") -> None:
        super().__init__()
        self._job: Job | None = None
        self._words = label("", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = button(stop_words, on_click=self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addWidget(self._bar, 1)
        row.addWidget(self._stop)
        self.hide()

    def follow(self, job: Job, words: str) -> None:
        """Show the progress of a job until it ends."""
        self._job = job
        self._words.setText(words)
        self._bar.setAccessibleName(words)
        self._bar.setRange(0, 0)
        self._stop.setEnabled(True)
        job.progressed.connect(self._progressed)
        job.ended.connect(self._ended)
        self.show()

    @Slot(int, int)
    def _progressed(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._bar.setAccessibleDescription(f"{done} / {total}")

    @Slot()
    def _ended(self) -> None:
        self._job = None
        self.hide()

    def _cancel(self) -> None:
        if self._job is not None:
            self._stop.setEnabled(False)
            self._job.cancel()
