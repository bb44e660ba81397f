"""期限日历: the month with what ends on each day, the limits of a day, putting off, files, calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from jgclient.store import Store
from jgclient.store.duty_rows import DutyQuery
from jgclient.ui import messages
from jgclient.ui.background import Progress
from jgclient.ui.counting_card import CountingCard
from jgclient.ui.desk import Desk
from jgclient.ui.month_grid import MonthGrid
from jgclient.ui.parts import Card, EmptyState, PageBase, button, link, page_column
from jgclient.ui.persons_card import PersonsCard
from jgclient.ui.snooze_bar import SnoozeBar
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.todo import day_tone, key_of, todos, tone_of, who_of
from jgclient.ui.words import day_words, long_day

if TYPE_CHECKING:
    from jgclient.limits import OpenDuty
    from jgclient.limits.calendars import Imported

_BOOKS = "Excel 工作簿 (*.xlsx)"
_EVENTS = "日历文件 (*.ics)"
_CSV = "节假日安排 (*.csv)"
#: Height of the page below which month and list stand alone.
_ROOMY = 520


class DeadlinesPage(PageBase):
    """Month and list; what is chosen in one is shown in the other.

    Attributes:
        day: The day whose limits are listed, None for all.
    """

    title = "期限日历"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.day: date | None = None
        self.grid = MonthGrid(desk.today())
        self.model = RowsModel(self._columns(), self._load)
        self.table = RowTable("期限", self.model, key_of)
        self.persons = PersonsCard(desk)
        self.snooze = SnoozeBar(desk)
        self.counting = CountingCard(desk)
        self._xlsx = button("导出 Excel", on_click=self._export_xlsx)
        self._ics = button("导出日历", on_click=self._export_ics)
        self._import = button("导入节假日安排", on_click=self._import_calendar)
        self._lay_out()
        self._connect()

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """How much is open, and until when the holidays are known."""
        if not self.desk.ready:
            return ""
        known = max(self.desk.calendar.years, default=0)
        unknown = f" · {known + 1} 年起暂按周末推算" if known else ""
        return f"未办结 {self.desk.store.duties.count(DutyQuery()):,} 件{unknown}"

    def head_buttons(self) -> list[QWidget]:
        """Files out, calendars in."""
        return [self._import, self._ics, self._xlsx]

    def shown(self, **args: str) -> None:
        """The month gets the focus; ``day`` chooses a day."""
        if args.get("day"):
            self.grid.move_to(date.fromisoformat(args["day"]))
        self.grid.setFocus()

    def refresh(self) -> None:
        """Show what the index holds now."""
        for widget in (self._xlsx, self._ics, self._import):
            widget.setEnabled(self.desk.ready)
        if not self.desk.ready:
            return
        self.desk.limits.bring_up()
        self._show_month()
        self.persons.refresh()
        self.counting.refresh()
        self._show_list()
        self.head_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the month and the list come first; the settings page counts as well."""
        super().resizeEvent(event)
        for card in (self.persons, self.counting):
            card.setVisible(self.height() >= _ROOMY)

    # -- doors -----------------------------------------------------------------------------------

    @Slot(date)
    def _choose(self, day: date) -> None:
        self.day = day
        self._show_list()

    @Slot()
    def _show_all(self) -> None:
        self.day = None
        self._show_list()

    @Slot()
    def _select(self) -> None:
        self.snooze.show_duty(self.table.current())

    def _open(self, item: OpenDuty) -> None:
        self.desk.go("entry", record_id=item.line.record_id)

    # -- files -----------------------------------------------------------------------------------

    def _export_xlsx(self) -> None:
        self._export("未办结期限.xlsx", _BOOKS)

    def _export_ics(self) -> None:
        self._export("未办结期限.ics", _EVENTS)

    def _export(self, name: str, kinds: str) -> None:
        path = messages.gate.save_file(self, "导出期限", suggested=Path.home() / name, kinds=kinds)
        if path is None:
            return
        from jgclient.limits import exporting  # noqa: PLC0415 - the workbook writer loads slowly

        basis, clock, query = self.desk.basis, self.desk.clock, DutyQuery(author=self.persons.author)
        write = exporting.export_ics if path.suffix.lower() == ".ics" else exporting.export_xlsx

        def task(store: Store, _progress: Progress) -> str:
            return f"已导出 {write(store, basis, query, path, now=clock()):,} 件期限到 {path}"

        self.desk.jobs.run(task, done=self._tell, failed=self._refused)

    def _import_calendar(self) -> None:
        path = messages.gate.open_file(self, "选择一年的节假日安排", folder=Path.home(), kinds=_CSV)
        if path is None:
            return
        from jgclient.limits.calendars import import_calendar  # noqa: PLC0415 - seldom needed

        library, clock = self.desk.library, self.desk.clock

        def task(store: Store, progress: Progress) -> Imported:
            return import_calendar(
                store, library, path, now=clock(), on_progress=progress.report,
                is_cancelled=progress.is_cancelled,
            )  # fmt: skip

        self._import.setEnabled(False)
        self.desk.jobs.run(task, done=self._imported, failed=self._refused, progressed=self._progressed)

    @Slot(object)
    def _imported(self, done: Imported) -> None:
        self.desk.take_calendar(done.basis.calendar)
        self.desk.say(" ".join(done.lines()), "warning" if done.renewal.moved else "accepted")

    @Slot(int, int, object)
    def _progressed(self, done: int, total: int, _detail: object) -> None:
        self.desk.say(f"正在重新计算期限 {done:,}/{total:,}")

    @Slot(object)
    def _tell(self, sentence: str) -> None:
        self.desk.say(sentence, "accepted")

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._import.setEnabled(True)
        self.desk.say(sentence, "danger")

    # -- showing ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        left, below = QVBoxLayout(), QHBoxLayout()
        for layout in (row, left, below):
            layout.setSpacing(12)
        left.addWidget(self._month_card(), 1)
        for card in (self.persons, self.counting):
            below.addWidget(card, 1)
        left.addLayout(below)
        row.addLayout(left, 2)
        row.addWidget(self._list_card(), 3)
        page_column(self).addLayout(row, 1)

    def _month_card(self) -> Card:
        self.month_card = Card("月历")
        for word, name, act in (
            ("‹", "上个月", lambda: self.grid.turn(-1)),
            ("今天", "回到今天", lambda: self.grid.move_to(self.desk.today())),
            ("›", "下个月", lambda: self.grid.turn(1)),
        ):
            made = link(word, on_click=act)
            made.setAccessibleName(name)
            made.setToolTip(name)
            self.month_card.head.addWidget(made)
        self.month_card.body.addWidget(self.grid)
        return self.month_card

    def _list_card(self) -> Card:
        self.card = Card("未办结的期限", flush=True)
        self.all_button = link("看全部", on_click=self._show_all)
        self.card.head.addWidget(self.all_button)
        self.empty = EmptyState("没有期限", "这一天没有期限到期。")
        self.stack = QStackedWidget()
        for page in (self.table, self.empty):
            self.stack.addWidget(page)
        self.card.body.addWidget(self.stack)
        self.card.body.addWidget(self.snooze)
        return self.card

    def _connect(self) -> None:
        self.grid.chosen.connect(self._choose)
        self.grid.turned.connect(self._show_month)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._select)
        self.persons.chosen.connect(self.refresh)
        self.snooze.changed.connect(self.refresh)

    def _columns(self) -> list[Column[OpenDuty]]:
        return [
            Column("还剩", lambda item: item.left, 8, tone=tone_of, chip=True),
            Column("要做什么", lambda item: item.what, 6),
            Column("对象", who_of, share=3),
            Column("最迟", self._due_words, 6, spare=True),
            Column("推迟提醒", self._snoozed_words, muted=True, share=2, spare=True),
            Column("经办", lambda item: item.line.author, 4, spare=True),
        ]

    def _due_words(self, item: OpenDuty) -> str:
        if item.due is None:
            return "—"
        limit = item.line.duty
        words = day_words(item.due, self.desk.today()) + (f" {limit.moment:%H:%M}" if limit.moment else "")
        if limit.provisional:
            return f"{words}（暂）"
        if limit.latest and limit.latest != limit.due:
            return f"{words} 可顺延"
        return words

    def _snoozed_words(self, item: OpenDuty) -> str:
        until = item.line.snoozed_until
        if until is None or until <= self.desk.today():
            return ""
        return f"{day_words(until, self.desk.today())} 起：{item.line.snooze_reason}"

    def _query(self) -> DutyQuery:
        return DutyQuery(first=self.day, last=self.day, author=self.persons.author)

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[OpenDuty]:
        if not self.desk.ready:
            return []
        lines = self.desk.store.duties.page(replace(self._query(), limit=limit, offset=offset))
        return todos(lines, self.desk.basis, self.desk.clock())

    @Slot()
    def _show_month(self) -> None:
        if not self.desk.ready:
            return
        today, calendar = self.desk.today(), self.desk.calendar
        following = calendar.next_workday(today)
        ending = self.desk.store.duties.days(self.grid.first(), self.grid.last(), self.persons.author)
        shown = {day: (count, day_tone(day, today, following)) for day, count in ending.items() if count}
        self.grid.show_limits(shown, today, calendar.is_workday)
        self.month_card.title.setText(f"{self.grid.day.year}年{self.grid.day.month}月")
        known = calendar.is_known(self.grid.day.year)
        self.month_card.note.setText("" if known else "节假日安排尚未公布，暂按周末推算")

    def _show_list(self) -> None:
        total = self.desk.store.duties.count(self._query())
        self.card.title.setText(f"{long_day(self.day)}到期" if self.day else "未办结的期限 · 按最迟时间排列")
        self.card.note.setText(f"{total:,} 件" if total else "")
        self.all_button.setVisible(self.day is not None)
        self.table.reload()
        self.table.choose_first()
        self.stack.setCurrentWidget(self.table if total else self.empty)
        self.snooze.setVisible(bool(total))
        self._select()
