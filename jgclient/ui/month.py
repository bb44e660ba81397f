"""A month at a glance: dots on the days on which limits end; a day is a door to what ends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from jgclient.ui import theme
from jgclient.ui.month_base import MonthBase
from jgclient.ui.theme import ToneName
from jgclient.ui.words import long_day

#: Height of a week, and the least it may be where the window is low.
_ROW, _LEAST_ROW = 32, 22


class Month(MonthBase):
    """One month, painted; arrow keys move, Enter or a click opens a day."""

    opened = Signal(date)

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._dots: Mapping[date, ToneName] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(_ROW * 7)
        self.name_day()

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
        self._dots, self.today, self.is_workday = dots, today, is_workday
        self.name_day()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the day."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.day)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the day under the pointer."""
        day = self.day_at(event)
        if day is not None:
            self.move_to(day)
            self.opened.emit(day)

    def head_height(self) -> float:
        """As high as a week."""
        return self.height() / 7

    def weeks(self) -> int:
        """Always six: the card keeps its size from month to month."""
        return 6

    def paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        """A number; a ring for today, a frame for the keyboard, a dot for limits."""
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
        works = self.is_workday(day)
        painter.setFont(theme.text_font(13, bold=day == self.today))
        ink = scheme.accent_text if day == self.today else scheme.text if works else scheme.muted
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if day in self._dots:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.tones[self._dots[day]].text))
            painter.drawEllipse(QPointF(box.center().x(), box.bottom() - 3), 3, 3)

    def name_day(self) -> None:
        """Tell screen readers the day and whether a limit ends on it."""
        ends = "有期限到期" if self.day in self._dots else "没有期限到期"
        self.setAccessibleName(f"期限月历，{long_day(self.day)}，{ends}")
