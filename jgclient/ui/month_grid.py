"""A month as large as a page: days off, moved working days, how many limits end on each day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from jgclient.ui import theme
from jgclient.ui.month_base import MonthBase
from jgclient.ui.theme import ToneName
from jgclient.ui.words import long_day

_HEAD = 28
Ending = Mapping[date, tuple[int, ToneName]]


class MonthGrid(MonthBase):
    """The month of the calendar page; ``chosen`` carries the day that was chosen."""

    chosen = Signal(date)

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self.ending: Ending = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.name_day()

    def sizeHint(self) -> QSize:
        """Seven columns of a few words, a line of weekdays and six weeks."""
        return QSize(480, _HEAD + 6 * 52)

    def minimumSizeHint(self) -> QSize:
        """As small as words still fit."""
        return QSize(380, _HEAD + 6 * 44)

    def show_limits(self, ending: Ending, today: date, works: Callable[[date], bool]) -> None:
        """Show how many limits end on each day, in the tone of their urgency."""
        self.ending, self.today, self.is_workday = ending, today, works
        self.name_day()
        self.update()

    def move_to(self, day: date) -> None:
        """Choose a day and show its month."""
        super().move_to(day)
        self.chosen.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home goes to today."""
        if event.key() == Qt.Key.Key_Home:
            self.move_to(self.today)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the day under the pointer."""
        day = self.day_at(event)
        if day is not None:
            self.move_to(day)

    def head_height(self) -> float:
        """A line of words."""
        return _HEAD

    def weeks(self) -> int:
        """As many as the month has: its days share the room."""
        return (self.first().weekday() + self.last().day - 1) // 7 + 1

    def paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        """A field with the number, what kind of day it is, and how many limits end."""
        box = box.adjusted(2, 2, -2, -2)
        scheme, works = theme.roles(), self.is_workday(day)
        chosen = day == self.day
        focused = chosen and self.hasFocus()
        painter.setPen(QPen(QColor(scheme.accent if chosen else scheme.line), 3 if focused else 1))
        painter.setBrush(QColor(scheme.accent_tint if chosen else scheme.card if works else scheme.band))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(theme.text_font(14, bold=day == self.today))
        ink = scheme.accent_text if day == self.today else scheme.text if works else scheme.muted
        painter.setPen(QColor(ink))
        painter.drawText(box.adjusted(8, 2, 0, 0), Qt.AlignmentFlag.AlignLeft, str(day.day))
        self._paint_note(painter, day, box, works=works)
        if day in self.ending:
            self._paint_count(painter, *self.ending[day], box)

    def _paint_note(self, painter: QPainter, day: date, box: QRectF, *, works: bool) -> None:
        words = (
            "今天"
            if day == self.today
            else "上班"
            if works and day.weekday() > 4
            else "休"
            if not works
            else ""
        )
        painter.setFont(theme.text_font(theme.SMALL))
        painter.setPen(QColor(theme.roles().accent_text if words == "今天" else theme.roles().muted))
        painter.drawText(box.adjusted(0, 3, -7, 0), Qt.AlignmentFlag.AlignRight, words)

    def _paint_count(self, painter: QPainter, count: int, tone: ToneName, box: QRectF) -> None:
        colours = theme.roles().tones[tone]
        width = min(box.width() - 12, 46)
        chip = QRectF(box.right() - width - 5, box.bottom() - 21, width, 17)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.fill))
        painter.drawRoundedRect(chip, 4, 4)
        painter.setPen(QColor(colours.text))
        painter.setFont(theme.text_font(theme.SMALL, bold=True))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, f"{count:,} 件")

    def name_day(self) -> None:
        """Tell screen readers the day and how many limits end on it."""
        count = self.ending[self.day][0] if self.day in self.ending else 0
        self.setAccessibleName(
            f"期限日历，{long_day(self.day)}，{f'{count} 件到期' if count else '没有期限到期'}"
        )
