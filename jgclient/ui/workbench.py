"""The opening page: what is due, returned, waiting, and the month's limits. Every number is a door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.store.duty_rows import DutyQuery
from jgclient.ui.desk import Desk
from jgclient.ui.number_card import NumberCard
from jgclient.ui.parts import PageBase, SearchBox, new_entry_button, page_column
from jgclient.ui.theme import ToneName
from jgclient.ui.todo import end_of_week
from jgclient.ui.words import long_day, moment_words

if TYPE_CHECKING:
    from jgclient.ui.board import Board

_CARDS: tuple[tuple[str, str, str, ToneName | None], ...] = (
    ("overdue", "逾期", "件", "danger"),
    ("today", "今天到期", "件", "warning"),
    ("week", "本周到期", "件", "warning"),
    ("returned", "被退回", "件", "danger"),
    ("waiting", "待联网上报", "条", "waiting"),
    ("drafts", "草稿", "条", None),
)


class Workbench(PageBase):
    """Number cards above the board, which comes with the forms; what the store counts is there at once."""

    title = "工作台"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search: SearchBox = SearchBox()
        self.search.setAccessibleName("搜索全部记录")
        self.search.returnPressed.connect(self._search_records)
        self.cards = {name: NumberCard(title, unit, tone) for name, title, unit, tone in _CARDS}
        self.board: Board | None = None
        self._column = page_column(self)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in self.cards.values():
            cards.addWidget(card, 1)
        self._column.addLayout(cards)
        self._blank = QWidget()
        self._column.addWidget(self._blank, 1)
        self._connect()

    # -- what the frame asks ---------------------------------------------------------------------

    def head_note(self) -> str:
        """Today, and the next working day when nobody works today."""
        today = self.desk.today()
        if not self.desk.ready:
            return long_day(today)
        calendar = self.desk.calendar
        rest = "" if calendar.is_workday(today) else "（休息日）"
        following = calendar.next_workday(today)
        return f"{long_day(today)}{rest} · 下一个工作日 {following.month}月{following.day}日"

    def head_buttons(self) -> list[QWidget]:
        """Search everywhere, begin a record."""
        return [self.search, new_entry_button(self.desk)]

    def shown(self, **_args: str) -> None:
        """The first thing to do is one key away."""
        first = self.board.first_step() if self.board is not None else None
        (first or self.cards["drafts"]).setFocus()

    def refresh(self) -> None:
        """Count and list again; what needs the forms waits until they are loaded."""
        self._show_counts()
        if not self.desk.ready:
            return
        self.desk.limits.bring_up()
        self._show_limits()
        first = self.board is None
        self._board().refresh()
        if first and self.focusWidget() in (None, self.cards["drafts"]):
            self.shown()
        self.head_changed.emit()

    # -- doors -----------------------------------------------------------------------------------

    def _search_records(self) -> None:
        self.desk.go("records", text=self.search.text())

    def _go_states(self, *states: State) -> None:
        self.desk.go("records", states=",".join(state.value for state in states))

    def _narrow(self, title: str, query: DutyQuery) -> None:
        if self.board is not None:
            self.board.narrow(title, query)

    def _connect(self) -> None:
        doors: dict[str, Callable[[], object]] = {
            "overdue": lambda: self._narrow("已逾期", self._overdue()),
            "today": lambda: self._narrow("今天到期", self._today()),
            "week": lambda: self._narrow("本周到期", self._week()),
            "returned": lambda: self._go_states(State.RETURNED, State.CONFLICT),
            "waiting": lambda: self.desk.go("queue"),
            "drafts": lambda: self._go_states(State.DRAFT, State.INVALID),
        }
        for name, act in doors.items():
            self.cards[name].clicked.connect(lambda _checked, act=act: act())

    # -- showing ---------------------------------------------------------------------------------

    def _board(self) -> Board:
        if self.board is None:
            from jgclient.ui.board import Board  # noqa: PLC0415 - the window is up before it

            self.board = Board(self.desk)
            self._column.replaceWidget(self._blank, self.board)
            self._blank.deleteLater()
        return self.board

    def _show_limits(self) -> None:
        from jgclient.reminding import overdue_count  # noqa: PLC0415 - it brings the rule engine

        duties, today = self.desk.store.duties, self.desk.today()
        counts = {
            "overdue": overdue_count(self.desk.store, self.desk.clock()),
            "today": duties.count(self._today()),
            "week": duties.count(self._week()),
        }
        none = {"overdue": "没有逾期", "today": "今天没有到期", "week": "本周没有到期"}
        notes = {"today": "24:00 前须办完", "week": f"其中今天 {counts['today']:,} 件"}
        if counts["overdue"]:
            earliest = duties.page(replace(self._overdue(), limit=1))
            days = (today - earliest[0].duty.latest).days if earliest and earliest[0].duty.latest else 0
            notes["overdue"] = f"最早的逾期 {days} 日" if days else "今天刚过时限"
        for name, count in counts.items():
            self.cards[name].show_number(f"{count:,}", notes[name] if count else none[name])

    def _show_counts(self) -> None:
        counts = self.desk.store.records.counts_by_state()
        returned = counts.get(State.RETURNED, 0) + counts.get(State.CONFLICT, 0)
        self.cards["returned"].show_number(f"{returned:,}", "改正后重报" if returned else "没有被退回的")
        waiting = self.desk.store.outbox.count()
        self.cards["waiting"].show_number(f"{waiting:,}", "按 F9 立即上报" if waiting else "都已报完")
        drafts = counts.get(State.DRAFT, 0) + counts.get(State.INVALID, 0)
        self.cards["drafts"].show_number(f"{drafts:,}", self._draft_note(counts.get(State.INVALID, 0)))

    def _draft_note(self, wrong: int) -> str:
        if wrong:
            return f"其中 {wrong:,} 条有错"
        query = ListQuery(states=frozenset({State.DRAFT, State.INVALID}), limit=1)
        newest = self.desk.store.records.list(query)
        if not newest:
            return "没有未完成的"
        return f"最近：{moment_words(newest[0].updated_at, self.desk.clock())}"

    def _overdue(self) -> DutyQuery:
        return DutyQuery(overdue_on=self.desk.today())

    def _today(self) -> DutyQuery:
        return DutyQuery(first=self.desk.today(), last=self.desk.today())

    def _week(self) -> DutyQuery:
        return DutyQuery(first=self.desk.today(), last=end_of_week(self.desk.today()))
