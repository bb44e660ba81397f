"""The line above a page: its title, the state of the thing at hand, its actions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jgclient.ui import theme
from jgclient.ui.parts import Chip, PageBase, ShortLabel, label


class Head(QWidget):
    """Shows what one page says of itself and asks again when it changes."""

    def __init__(self, page: PageBase) -> None:
        super().__init__()
        self.setObjectName("head")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(theme.HEAD)
        self._page = page
        self._title = label(role="title")
        self._note: QLabel = ShortLabel("muted")
        self._chip = Chip()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(12)
        for widget in (self._title, self._chip, self._note, *page.head_left()):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in page.head_buttons():
            row.addWidget(widget)
        page.head_changed.connect(self.update_words)
        self.update_words()

    @Slot()
    def update_words(self) -> None:
        """Ask the page for its title and note."""
        self._title.setText(self._page.title)
        note, tone = self._page.head_note(), self._page.head_tone()
        _show(self._note, note if tone is None else "")
        _show(self._chip, note if tone is not None else "")
        if tone is not None:
            self._chip.show_state(note, tone)


class Leaf(QWidget):
    """A page under its head, as one leaf of the stack."""

    def __init__(self, page: PageBase) -> None:
        super().__init__()
        self.page = page
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Head(page))
        column.addWidget(page, 1)


def _show(words: QLabel, text: str) -> None:
    words.setText(text)
    words.setVisible(bool(text))
