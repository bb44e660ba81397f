"""What was just done, in place, with a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from jgclient.ui import theme
from jgclient.ui.parts import button, label
from jgclient.ui.theme import ToneName


class NoticeBar(QFrame):
    """One sentence on its colour, a button that takes it back, and one that puts it away."""

    def __init__(self) -> None:
        super().__init__()
        self._undo: Callable[[], None] | None = None
        self.words = label("", wraps=True)
        self.undo_button = button("撤销", on_click=self._take_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo_button)
        row.addWidget(button("知道了", on_click=self.hide))
        self.hide()

    def say(self, words: str, tone: ToneName, undo: Callable[[], None] | None = None) -> None:
        """Show a sentence; with ``undo`` there is a way back."""
        self.words.setText(words)
        theme.restyle(self, "notice", tone)
        self._undo = undo
        self.undo_button.setVisible(undo is not None)
        self.show()

    def _take_back(self) -> None:
        self.hide()
        if self._undo is not None:
            self._undo()
