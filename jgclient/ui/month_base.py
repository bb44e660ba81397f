"""What the two calendars share: the day the keyboard is on, its month, the boxes of its days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from jgclient.ui import theme
from jgclient.ui.words import WEEKDAYS

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}


class MonthBase(QWidget):
    """One month; arrow keys move the day, page keys the month, a click goes to a day.

    ``turned`` tells that another month is shown.
    """

    turned = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = self.day = today
        self.is_workday: Callable[[date], bool] = lambda day: day.weekday() < 5
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def name_day(self) -> None:
        """Tell screen readers what the day is."""
        raise NotImplementedError

    def head_height(self) -> float:
        """Height of the line of weekdays."""
        raise NotImplementedError

    def weeks(self) -> int:
        """Number of weeks there is room for."""
        raise NotImplementedError

    def paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        """Paint one day."""
        raise NotImplementedError

    def first(self) -> date:
        """The first day of the month shown."""
        return self.day.replace(day=1)

    def last(self) -> date:
        """The last day of the month shown."""
        return (self.first() + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def move_to(self, day: date) -> None:
        """Go to a day and show its month."""
        other = (day.year, day.month) != (self.day.year, self.day.month)
        self.day = day
        if other:
            self.turned.emit()
        self.name_day()
        self.update()

    def turn(self, months: int) -> None:
        """Show another month; in the present one go to today."""
        count = self.day.year * 12 + self.day.month - 1 + months
        first = date(count // 12, count % 12 + 1, 1)
        is_present = (first.year, first.month) == (self.today.year, self.today.month)
        self.move_to(self.today if is_present else first)

    def boxes(self) -> list[tuple[date, QRectF]]:
        """Every day of the month with its place."""
        days = (self.first() + timedelta(days=n) for n in range(self.last().day))
        cells = enumerate(days, start=self.first().weekday())
        return [(day, self._box(cell // 7, cell % 7)) for cell, day in cells]

    def day_at(self, event: QMouseEvent) -> date | None:
        """The day under the pointer."""
        return next((day for day, box in self.boxes() if box.contains(event.position())), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the day, page keys the month."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.move_to(self.day + timedelta(days=_STEPS[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Weekdays, then the days."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.text_font(13, bold=True))
        painter.setPen(QColor(theme.roles().tones["draft"].text))
        width = self.width() / 7
        for number, word in enumerate(WEEKDAYS):
            head = QRectF(number * width, 0, width, self.head_height())
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, word)
        for day, box in self.boxes():
            self.paint_day(painter, day, box)

    def _box(self, line: int, column: int) -> QRectF:
        width, head = self.width() / 7, self.head_height()
        height = (self.height() - head) / self.weeks()
        return QRectF(column * width, head + line * height, width, height)
