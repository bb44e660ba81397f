"""A number with its meaning: a door to the list behind it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout

from jgclient.ui import theme
from jgclient.ui.parts import label
from jgclient.ui.theme import ToneName


class NumberCard(QAbstractButton):
    """A number with its meaning: a door to the list behind it.

    Args:
        title: What is counted.
        tone: Colour of the number while it is not 0.
    """

    def __init__(self, title: str, unit: str, tone: ToneName | None) -> None:
        super().__init__()
        self._unit, self._tone = unit, tone
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.number = label("…", "number")
        self._note = label("", "note")
        self._lay_out(title)

    def _lay_out(self, title: str) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        figures = QHBoxLayout()
        figures.setSpacing(4)
        figures.addWidget(self.number)
        figures.addWidget(label(self._unit, "small"), 0, Qt.AlignmentFlag.AlignBottom)
        figures.addStretch(1)
        column.addWidget(label(title, "muted"))
        column.addLayout(figures)
        column.addWidget(self._note)

    def show_number(self, words: str, note: str) -> None:
        """Show a number (already in words) and the line below it."""
        self.number.setText(words)
        theme.restyle(self.number, "tone", (self._tone or "") if words != "0" else "")
        self._note.setText(note)
        self.setAccessibleName(f"{self.text()} {words} {self._unit}")
        self.setAccessibleDescription(note)

    def sizeHint(self) -> QSize:
        """As large as its words."""
        return self._column.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card; its outline answers to pointer and focus."""
        scheme = theme.roles()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        line = scheme.accent if self.hasFocus() else scheme.edge_strong if self.underMouse() else scheme.line
        painter.setPen(QPen(QColor(line), width))
        painter.setBrush(QColor(scheme.card))
        edge = width / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(edge, edge, -edge, -edge), 6, 6)
