"""Putting a reminder off: until when, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jgclient.ui.desk import Desk
from jgclient.ui.parts import Choice, button, label, line_edit

if TYPE_CHECKING:
    from jgclient.limits import OpenDuty

#: Words and working days ahead.
_AHEAD = (("下一个工作日", 1), ("3 个工作日后", 3), ("5 个工作日后", 5), ("10 个工作日后", 10))


class SnoozeBar(QWidget):
    """One line below the list, about the limit that is chosen there."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._duty: OpenDuty | None = None
        self.until = Choice("推迟到")
        for words, ahead in _AHEAD:
            self.until.addItem(words, ahead)
        self.reason = line_edit("推迟提醒的理由", "理由，例如：等待鉴定结果")
        self.put_off = button("推迟提醒", on_click=self._put_off)
        self.wake = button("恢复提醒", on_click=self._wake)
        self.said = label("", tone="danger", wraps=True)
        self.basis = label("", "note", wraps=True)
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(12, 4, 12, 8)
        for layout in (column, row):
            layout.setSpacing(8)
        column.addWidget(self.basis)
        column.addWidget(self.said)
        column.addLayout(row)
        row.addWidget(self.until)
        row.addWidget(self.reason, 2)
        row.addWidget(self.put_off)
        row.addWidget(self.wake)
        self.reason.returnPressed.connect(self._put_off)

    def show_duty(self, duty: OpenDuty | None) -> None:
        """Offer to put this limit off, or to be reminded of it again."""
        if duty is not None and duty == self._duty:
            return  # the list was only fetched again; what is being typed stays
        self._duty = duty
        until = duty.line.snoozed_until if duty else None
        asleep = until is not None and until > self._desk.today()
        self.wake.setVisible(asleep)
        self.put_off.setEnabled(duty is not None)
        self.reason.setText(duty.line.snooze_reason if duty and asleep else "")
        self.basis.setText(_explained(duty) if duty else "")
        self._complain("")

    def _complain(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _put_off(self) -> None:
        from jgclient import reminding  # noqa: PLC0415 - it brings the rule engine
        from jgclient.entering import EnteringError  # noqa: PLC0415 - see above

        if self._duty is None:
            return
        line, now = self._duty.line, self._desk.clock()
        try:
            reminding.snooze(
                self._desk.store, line.record_id, line.duty.title, self._day(), self.reason.text(), now=now
            )
        except EnteringError as error:
            self._complain(str(error))
            self.reason.setFocus()
            return
        self.changed.emit()

    def _wake(self) -> None:
        if self._duty is not None:
            self._desk.store.reminders.wake(self._duty.line.record_id, self._duty.line.duty.title)
            self.changed.emit()

    def _day(self) -> date:
        ahead = self._desk.calendar.workday_after(self._desk.today(), int(self.until.currentData()))
        # Over a long holiday ten working days can be more than the longest time allowed.
        return min(ahead, self._desk.today() + timedelta(days=30))


def _explained(duty: OpenDuty) -> str:
    """Where the limit comes from, and what is special about its day."""
    limit = duty.line.duty
    words = [f"{limit.title}：{duty.basis}"]
    if limit.latest != limit.due and limit.latest:
        words.append(f"最后一日是休息日，可顺延至 {limit.latest:%m-%d}")
    if limit.provisional:
        words.append("节假日安排尚未公布，暂按周末推算")
    return "　".join(words)
