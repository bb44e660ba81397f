"""A month at a glance: dots on the days on which limits end; a day is a door to what ends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from jgclient.ui import theme
from jgclient.ui.theme import ToneName
from jgclient.ui.words import WEEKDAYS, long_day

#: Height of a week, and the least it may be where the window is low.
_ROW, _LEAST_ROW = 32, 22
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}


class Month(QWidget):
    """One month, painted; arrow keys move, Enter or a click opens a day."""

    opened = Signal(date)
    turned = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = self.day = today
        self._is_workday: Callable[[date], bool] = lambda day: day.weekday() < 5
        self._dots: Mapping[date, ToneName] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(_ROW * 7)
        self._name()

    def sizeHint(self) -> QSize:
        """A line of weekdays and six weeks."""
        return QSize(236, _ROW * 7)

    def minimumSizeHint(self) -> QSize:
        """Seven narrow columns of low weeks."""
        return QSize(200, _LEAST_ROW * 7)

    def show_dots(
        self, dots: Mapping[date, ToneName], today: date, is_workday: Callable[[date], bool]
    ) -> None:
        """Mark days, each in the tone of its most urgent limit; days off are quieter."""
        self._dots, self.today, self._is_workday = dots, today, is_workday
        self._name()
        self.update()

    def turn(self, months: int) -> None:
        """Show another month."""
        count = self.day.year * 12 + self.day.month - 1 + months
        first = date(count // 12, count % 12 + 1, 1)
        self._move(self.today if (first.year, first.month) == (self.today.year, self.today.month) else first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the day, page keys the month, Enter opens."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._move(self.day + timedelta(days=_STEPS[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.day)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the day under the pointer."""
        for day, box in self._boxes():
            if box.contains(event.position()):
                self._move(day)
                self.opened.emit(day)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Weekdays, then the days."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.text_font(13, bold=True))
        painter.setPen(QColor(theme.roles().tones["draft"].text))
        for number, word in enumerate(WEEKDAYS):
            painter.drawText(self._box(0, number), Qt.AlignmentFlag.AlignCenter, word)
        for day, box in self._boxes():
            self._paint_day(painter, day, box)

    def _paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        scheme = theme.roles()
        side = min(28, box.height())
        ring = QRectF(0, 0, side, side)
        ring.moveCenter(box.center())
        if day == self.today:
            painter.setPen(QPen(QColor(scheme.accent), 1))
            painter.setBrush(QColor(scheme.accent_tint))
            painter.drawEllipse(ring)
        if day == self.day and self.hasFocus():
            painter.setPen(QPen(QColor(scheme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring.adjusted(-1, -1, 1, 1), 4, 4)
        works = self._is_workday(day)
        painter.setFont(theme.text_font(13, bold=day == self.today))
        ink = scheme.accent_text if day == self.today else scheme.text if works else scheme.muted
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if day in self._dots:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.tones[self._dots[day]].text))
            painter.drawEllipse(QPointF(box.center().x(), box.bottom() - 3), 3, 3)

    def _move(self, day: date) -> None:
        other = (day.year, day.month) != (self.day.year, self.day.month)
        self.day = day
        if other:
            self.turned.emit()
        self._name()
        self.update()

    def _name(self) -> None:
        ends = "有期限到期" if self.day in self._dots else "没有期限到期"
        self.setAccessibleName(f"期限月历，{long_day(self.day)}，{ends}")

    def _boxes(self) -> list[tuple[date, QRectF]]:
        first = self.day.replace(day=1)
        month = [day for n in range(31) if (day := first + timedelta(days=n)).month == first.month]
        cells = enumerate(month, start=first.weekday())
        return [(day, self._box(1 + cell // 7, cell % 7)) for cell, day in cells]

    def _box(self, line: int, column: int) -> QRectF:
        width, height = self.width() / 7, self.height() / 7
        return QRectF(column * width, line * height, width, height)
