"""The section index at the left of the entry window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from jgclient.forms.definition import Form, Section
from jgclient.ui import theme
from jgclient.ui.entry_session import Mark

_WIDTH, _HEIGHT, _FONT = 148, 32, 13


class SectionButton(QPushButton):
    """One section: its title, ✓ when it is done, the number of places to mend."""

    def __init__(self, section: Section, number: int) -> None:
        super().__init__()
        self.section = section
        self._mark = Mark()
        self.setProperty("kind", "section")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(section.title)
        self.setToolTip(f"{section.title}（Alt+{number}）" if number < 10 else section.title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """All sections are equally wide."""
        return QSize(_WIDTH, _HEIGHT)

    def show_mark(self, mark: Mark) -> None:
        """Say how far the section is."""
        self._mark = mark
        words = "已完成" if mark.done else f"{mark.must_mend} 处必须改正" if mark.must_mend else "未完成"
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - always painted whole
        """Title left, mark right."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        scheme = theme.roles()
        room = self.rect().adjusted(10, 0, -10, 0)
        painter.setFont(theme.text_font(_FONT, bold=self.isChecked()))
        painter.setPen(QColor(scheme.accent_text if self.isChecked() else scheme.text))
        words = self.section.title.split("（")[0]
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        self._paint_mark(painter)

    def _paint_mark(self, painter: QPainter) -> None:
        tones = theme.roles().tones
        right = self.rect().adjusted(0, 0, -10, 0)
        if self._mark.must_mend:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.text_font(theme.SMALL))
            count = str(self._mark.must_mend)
            width = max(18, painter.fontMetrics().horizontalAdvance(count) + 10)
            pill = QRectF(right.right() - width + 1, (self.height() - 18) / 2, width, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones["danger" if self._mark.hard else "warning"].text))
            painter.drawRoundedRect(pill, 9, 9)
            painter.setPen(QColor(theme.roles().on_accent))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, count)
        elif self._mark.done:
            painter.setPen(QColor(tones["accepted"].text))
            painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "✓")


class SectionIndex(QWidget):
    """All sections of a form, top to bottom.

    Signals:
        wanted: The section to go to.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[SectionButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setFixedWidth(_WIDTH)

    def show_form(self, form: Form) -> None:
        """List the sections of another form."""
        for button in self.buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [SectionButton(section, n) for n, section in enumerate(form.sections, start=1)]
        for place, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked, s=button.section: self.wanted.emit(s))
            self._column.insertWidget(place, button)

    def light(self, section: Section) -> None:
        """Mark the section the clerk is in."""
        for button in self.buttons:
            button.setChecked(button.section is section)
