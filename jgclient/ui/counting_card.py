"""How this unit counts and is reminded; what the last calendar has moved."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox

from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, Choice, label, link
from jgclient.ui.reminders import CLOSE_TO_TRAY

_FIRST_DAYS = (("次日起算（默认）", "next"), ("当日起算", "same"))
_NOTE = "适用于录入上报、双公示；默认依民法典第二百零一条"
_WHY = (
    "郑法政办〔2020〕2号、发改办财金〔2018〕424号只写“7个工作日”，没有写怎样起算。\n"
    "默认当日不计入，自次日起算（民法典第二百零一条）；平台从当日起算的选“当日起算”，期限早一个工作日。"
)


class CountingCard(Card):
    """Two choices with their reasons."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("计数与提醒")
        self._desk = desk
        self.first_day = Choice("“7个工作日”从哪天起算")
        for words, value in _FIRST_DAYS:
            self.first_day.addItem(words, value)
        self.tray = QCheckBox("关窗后留在右下角提醒")
        self.moved = label("", wraps=True, tone="warning")
        self.seen = link("知道了", on_click=self._forget_moved)
        self.body.addWidget(label("“7个工作日”从哪天起算"))
        self.body.addWidget(self.first_day)
        note = label(_NOTE, "note", wraps=True)
        for widget in (note, self.first_day):
            widget.setToolTip(_WHY)
        self.body.addWidget(note)
        self.body.addWidget(self.tray)
        self.body.addWidget(self.moved)
        self.body.addWidget(self.seen)
        self.body.addStretch(1)
        self.first_day.activated.connect(self._choose)
        self.tray.toggled.connect(self._stay)

    def refresh(self) -> None:
        """Show the settings as they are."""
        from jgclient.limits.renewing import MOVED  # noqa: PLC0415 - it brings the rule engine

        self.first_day.setCurrentIndex(self.first_day.findData(self._desk.calendar.first_day))
        self.tray.blockSignals(True)
        self.tray.setChecked(bool(self._desk.store.settings.get(CLOSE_TO_TRAY)))
        self.tray.blockSignals(False)
        moved = self._desk.store.settings.get(MOVED) or {}
        lines = moved.get("lines", [])
        self.moved.setText("".join(lines[:1]))
        self.moved.setToolTip("\n".join(lines))
        for widget in (self.moved, self.seen):
            widget.setVisible(bool(lines))

    @Slot(int)
    def _choose(self, _index: int) -> None:
        from jgclient.limits import profile_calendar  # noqa: PLC0415 - it brings the rule engine
        from jgclient.limits.basis import FIRST_DAY  # noqa: PLC0415 - see above

        chosen = self.first_day.currentData()
        if chosen != self._desk.calendar.first_day:
            self._desk.store.settings.set(FIRST_DAY, chosen)
            self._desk.take_calendar(profile_calendar(self._desk.store.folder, chosen))

    @Slot(bool)
    def _stay(self, stay: bool) -> None:
        self._desk.store.settings.set(CLOSE_TO_TRAY, stay)
        self._desk.data_changed.emit()
        words = "关闭窗口后留在任务栏右侧，继续提醒" if stay else "关闭窗口即退出程序"
        self._desk.say(words, "accepted")

    def _forget_moved(self) -> None:
        from jgclient.limits.renewing import MOVED  # noqa: PLC0415 - it brings the rule engine

        self._desk.store.settings.set(MOVED, None)
        self.refresh()
