"""A month as large as a page: days off, moved working days, how many limits end on each day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from jgclient.ui import theme
from jgclient.ui.theme import ToneName
from jgclient.ui.words import WEEKDAYS, long_day

_HEAD = 28
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
Ending = Mapping[date, tuple[int, ToneName]]


class MonthGrid(QWidget):
    """One month; arrow keys move the day, page keys the month, a click chooses.

    ``chosen`` carries the day that was chosen, ``turned`` tells that another month is shown.
    """

    chosen = Signal(date)
    turned = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = self.day = today
        self.ending: Ending = {}
        self._works: Callable[[date], bool] = lambda day: day.weekday() < 5
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._name()

    def sizeHint(self) -> QSize:
        """Seven columns of a few words, a line of weekdays and six weeks."""
        return QSize(480, _HEAD + 6 * 52)

    def minimumSizeHint(self) -> QSize:
        """As small as words still fit."""
        return QSize(380, _HEAD + 6 * 44)

    def show_limits(self, ending: Ending, today: date, works: Callable[[date], bool]) -> None:
        """Show how many limits end on each day, in the tone of their urgency."""
        self.ending, self.today, self._works = ending, today, works
        self._name()
        self.update()

    def first(self) -> date:
        """The first day of the month shown."""
        return self.day.replace(day=1)

    def last(self) -> date:
        """The last day of the month shown."""
        return (self.first() + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def turn(self, months: int) -> None:
        """Show another month; in the present one today is chosen."""
        count = self.day.year * 12 + self.day.month - 1 + months
        first = date(count // 12, count % 12 + 1, 1)
        self.choose(self.today if (first.year, first.month) == (self.today.year, self.today.month) else first)

    def choose(self, day: date) -> None:
        """Choose a day and show its month."""
        other = (day.year, day.month) != (self.day.year, self.day.month)
        self.day = day
        if other:
            self.turned.emit()
        self._name()
        self.update()
        self.chosen.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the day, page keys the month, Home goes to today."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.choose(self.day + timedelta(days=_STEPS[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_Home:
            self.choose(self.today)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the day under the pointer."""
        for day, box in self.boxes():
            if box.contains(event.position()):
                self.choose(day)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Weekdays, then the days."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.text_font(13, bold=True))
        painter.setPen(QColor(theme.roles().tones["draft"].text))
        for number, word in enumerate(WEEKDAYS):
            painter.drawText(self._box(-1, number), Qt.AlignmentFlag.AlignCenter, word)
        for day, box in self.boxes():
            self._paint_day(painter, day, box.adjusted(2, 2, -2, -2))

    def boxes(self) -> list[tuple[date, QRectF]]:
        """Every day of the month with its place."""
        first, number = self.first(), (self.last() - self.first()).days + 1
        cells = enumerate((first + timedelta(days=n) for n in range(number)), start=first.weekday())
        return [(day, self._box(cell // 7, cell % 7)) for cell, day in cells]

    def _paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        scheme, works = theme.roles(), self._works(day)
        chosen = day == self.day
        painter.setPen(QPen(QColor(scheme.accent if chosen else scheme.line), 2 if chosen else 1))
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

    def _name(self) -> None:
        count = self.ending[self.day][0] if self.day in self.ending else 0
        self.setAccessibleName(
            f"期限日历，{long_day(self.day)}，{f'{count} 件到期' if count else '没有期限到期'}"
        )

    def _box(self, line: int, column: int) -> QRectF:
        weeks = (self.first().weekday() + (self.last() - self.first()).days) // 7 + 1
        width, height = self.width() / 7, (self.height() - _HEAD) / weeks
        if line < 0:
            return QRectF(column * width, 0, width, _HEAD)
        return QRectF(column * width, _HEAD + line * height, width, height)
