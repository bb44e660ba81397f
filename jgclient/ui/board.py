"""The lower half of the workbench: what has to be done until when, the month, how far the platform is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.store.duty_rows import DutyQuery
from jgclient.ui.coverage_card import CoverageCard
from jgclient.ui.desk import Desk
from jgclient.ui.month import Month
from jgclient.ui.parts import (
    Button,
    Card,
    Choice,
    EmptyState,
    InTurns,
    button,
    label,
    link,
    primary_button,
)
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.todo import day_tone, key_of, todos, tone_of, who_of
from jgclient.ui.words import day_words, long_day

if TYPE_CHECKING:
    from jgclient.forms.definition import Form
    from jgclient.limits import OpenDuty

_TITLE = "待办 · 按最迟时间排列"
#: Limits further away or longer ago than this are not dotted in the month.
_SPAN = timedelta(days=800)
#: Width of the cards beside the table, in Chinese characters.
_SIDE = 19
#: Height of the board below which the month stands alone beside the table.
_ROOMY = 400
#: Height from which the progress of reporting stands below the coverage of items.
_SPACIOUS = 640


class MonthCard(Card):
    """The month with its name and the two ways to turn it."""

    opened = Signal(date)

    def __init__(self, desk: Desk) -> None:
        super().__init__("月历")
        self.month = Month(desk.today())
        for word, name, step in (("‹", "上个月", -1), ("›", "下个月", 1)):
            self.head.addWidget(self._turner(word, name, step))
        self.body.addWidget(self.month)
        self.month.turned.connect(self._show_name)
        self.month.opened.connect(self.opened)
        self._show_name()

    def _turner(self, word: str, name: str, step: int) -> QWidget:
        made = link(word, on_click=lambda: self.month.turn(step))
        made.setAccessibleName(name)
        made.setToolTip(name)
        return made

    @Slot()
    def _show_name(self) -> None:
        self.title.setText(f"{self.month.day.year}年{self.month.day.month}月")


class ProgressCard(Card):
    """Per kind of record: how many of those entered the platform has accepted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("接收进度")
        self._desk = desk
        self.note.setText("已接收 / 已录入")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance("汉") * 7)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self._lines: dict[str, tuple[QLabel, QProgressBar, Button]] = {}
        self._allowed = True
        self.hide()

    def allow(self, allowed: bool) -> None:
        """Whether there is room for the card."""
        self._allowed = allowed
        self._show()

    def refresh(self) -> None:
        """Count again."""
        for form in self._desk.record_forms():
            if form.id not in self._lines:
                self._lines[form.id] = self._line(len(self._lines), form)
        for form_id, (name, bar, door) in self._lines.items():
            counts = self._desk.store.records.counts_by_state(form_id)
            entered, accepted = sum(counts.values()), counts.get(State.ACCEPTED, 0)
            for widget in (name, bar, door):
                widget.setVisible(entered > 0)
            bar.setRange(0, max(entered, 1))
            bar.setValue(accepted)
            door.setText(f"{accepted:,}/{entered:,}")
        self._show()

    def _show(self) -> None:
        filled = any(not door.isHidden() for _, _, door in self._lines.values())
        self.setVisible(self._allowed and filled)

    def _line(self, number: int, form: Form) -> tuple[QLabel, QProgressBar, Button]:
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setProperty("thin", True)
        bar.setAccessibleName(f"{form.title}接收进度")
        door = link("", on_click=lambda: self._desk.go("records", form=form.id))
        door.setAccessibleName(f"查看{form.title}")
        name = label(form.title.removesuffix("行为"), wraps=True)
        self._grid.addWidget(name, number, 0)
        self._grid.addWidget(bar, number, 1)
        self._grid.addWidget(door, number, 2, Qt.AlignmentFlag.AlignRight)
        return name, bar, door


class Board(QWidget):
    """To-do table, month and progress; made when the forms are loaded.

    Attributes:
        total: How many limits the table lists on all its pages.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.total = 0
        self._only: tuple[str, DutyQuery] | None = None
        self.model = RowsModel(self._columns(), self._load)
        self.table = RowTable("待办", self.model, key_of)
        self.month = MonthCard(desk)
        self.coverage = CoverageCard(desk)
        self.coverage.counted.connect(self._fit)
        self.progress = ProgressCard(desk)
        self.table.opened.connect(self._open)
        self.month.opened.connect(self._open_day)
        self._lay_out()
        self._beside = InTurns(self, self._refresh_beside)

    def refresh(self) -> None:
        """Show what has to be done now, what stands beside it at the next turn; a narrowed view stays so."""
        self._offer_filters()
        self._show_table()
        self._beside.begin()

    def _refresh_beside(self) -> None:
        self.month.month.show_dots(self._dots(), self.desk.today(), self.desk.calendar.is_workday)
        self.coverage.refresh()
        self.progress.refresh()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the month comes first, then the items."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        roomy = self.height() >= _ROOMY
        self.coverage.setVisible(roomy and self.coverage.has_items)
        self.progress.allow(self.height() >= _SPACIOUS if self.coverage.has_items else roomy)

    def narrow(self, title: str, query: DutyQuery) -> None:
        """Show only some of the limits, under their own title."""
        self._only = (title, query)
        self._show_table()
        self.table.setFocus()

    def first_step(self) -> QWidget | None:
        """Where the keyboard begins: the first thing to do, None when there is nothing."""
        if self.total:
            return self.table
        return self.import_button if self.stack.currentWidget() is self.steps else None

    def show_all(self) -> None:
        """Show every item again."""
        self._only = None
        self._show_table()
        self.table.setFocus()

    def _open(self, item: OpenDuty) -> None:
        self.desk.go("entry", record_id=item.line.record_id)

    @Slot(date)
    def _open_day(self, day: date) -> None:
        self.narrow(f"{long_day(day)}到期", DutyQuery(first=day, last=day))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._todo_card(), 1)
        side = QVBoxLayout()
        side.setSpacing(12)
        for beside in (self.month, self.coverage, self.progress):
            beside.setFixedWidth(self.fontMetrics().horizontalAdvance("汉") * _SIDE)
            side.addWidget(beside)
        side.addStretch(1)
        row.addLayout(side)

    def _todo_card(self) -> Card:
        self.card = Card(_TITLE, flush=True)
        self.all_button = link("看全部待办", on_click=self.show_all)
        self.titles, self.persons = Choice("只看哪种期限"), Choice("只看谁的")
        for widget in (self.all_button, self.titles, self.persons):
            self.card.head.addWidget(widget)
        for choice in (self.titles, self.persons):
            choice.currentIndexChanged.connect(self._show_table)
        self.empty = EmptyState("没有待办", "该报的都报了。新的检查、处罚按 Ctrl+N 录入。")
        self.import_button = primary_button("导入清单或台账", on_click=lambda: self.desk.go("import"))
        self.steps = EmptyState(
            "从这里开始",
            "先导入监管事项清单，以后选事项时不用逐字填写；再录入第一条，或把科室台账整本导入。",
            self.import_button,
            button("新录入", "Ctrl+N", bind=False, on_click=self.desk.new_entry),
        )
        self.stack = QStackedWidget()
        for page in (self.table, self.empty, self.steps):
            self.stack.addWidget(page)
        self.card.body.addWidget(self.stack)
        return self.card

    def _columns(self) -> list[Column[OpenDuty]]:
        return [
            Column("还剩", lambda item: item.left, 8, tone=tone_of, chip=True),
            Column("要做什么", lambda item: item.what, 7),
            Column("类别", lambda item: self.desk.form_short(item.line.form), 6, spare=True),
            Column("对象", who_of),
            Column("最迟", self._due_words, 4),
            Column("依据", lambda item: item.basis, muted=True, spare=True),
            Column("经办", lambda item: item.line.author, 4, spare=True),
        ]

    def _due_words(self, item: OpenDuty) -> str:
        if item.due is None:
            return "—"
        guess = "（暂）" if item.line.duty.provisional else ""
        return day_words(item.due, self.desk.today()) + guess

    def _query(self) -> DutyQuery:
        _, query = self._only or ("", DutyQuery())
        return replace(query, title=self.titles.currentData() or "", author=self.persons.currentData())

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[OpenDuty]:
        lines = self.desk.store.duties.page(replace(self._query(), limit=limit, offset=offset))
        return todos(lines, self.desk.basis, self.desk.clock())

    def _offer_filters(self) -> None:
        """The kinds of limits and the persons there are; what was chosen stays chosen."""
        duties = self.desk.store.duties
        persons = [
            (f"{p.author or '（未填）'}（{p.open:,}）", p.author) for p in duties.persons(self.desk.today())
        ]
        _offer(self.persons, "全部人员", persons)
        _offer(self.titles, "全部期限", [(title, title) for title in duties.titles()])

    def _dots(self) -> dict[date, ToneName]:
        today = self.desk.today()
        following = self.desk.calendar.next_workday(today)
        ending = self.desk.store.duties.days(today - _SPAN, today + _SPAN)
        return {day: day_tone(day, today, following) for day in ending if ending[day]}

    @Slot()
    def _show_table(self) -> None:
        title, _ = self._only or (_TITLE, None)
        self.total = self.desk.store.duties.count(self._query())
        self.card.title.setText(title)
        self.card.note.setText(f"{self.total:,} 件" if self.total else "")
        self.all_button.setVisible(self._only is not None)
        self.table.reload()
        self.table.choose_first()
        self.stack.setCurrentWidget(self.table if self.total else self._nothing())

    def _nothing(self) -> EmptyState:
        return self.empty if self.desk.store.records.count(ListQuery()) else self.steps


def _offer(choice: Choice, every: str, entries: list[tuple[str, str]]) -> None:
    """Fill a filter; it is only there when there is something to choose from."""
    chosen = choice.currentData()
    choice.blockSignals(True)
    choice.clear()
    choice.addItem(every, None)
    for words, value in entries:
        choice.addItem(words, value)
    choice.setCurrentIndex(max(choice.findData(chosen), 0) if chosen is not None else 0)
    choice.blockSignals(False)
    choice.setVisible(len(entries) > 1)
