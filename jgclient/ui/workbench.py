"""The opening page: what is due, returned, waiting, and the month's limits. Every number is a door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.ui.desk import Desk
from jgclient.ui.number_card import NumberCard
from jgclient.ui.parts import PageBase, SearchBox, new_entry_button, page_column
from jgclient.ui.theme import ToneName
from jgclient.ui.todo import OPEN, Todo, due_between, end_of_week, todos
from jgclient.ui.words import long_day, moment_words

if TYPE_CHECKING:
    from jgclient.forms.definition import Form
    from jgclient.ui.board import Board

#: Open records looked at; beyond it the numbers of limits are shown as “at least”.
_MOST = 2000
_LONG_AGO = date(1949, 10, 1)
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
        query = ListQuery(states=OPEN, sort="urgent_by", descending=False, limit=_MOST)
        rows = self.desk.store.records.list(query)
        items = todos(rows, self._form_of, self.desk.calendar, self.desk.today())
        self._show_limits(items, least="" if len(rows) < _MOST else "≥")
        first = self.board is None
        self._board().show_todos(items)
        if first and self.focusWidget() in (None, self.cards["drafts"]):
            self.shown()
        self.head_changed.emit()

    # -- doors -----------------------------------------------------------------------------------

    def _search_records(self) -> None:
        self.desk.go("records", text=self.search.text())

    def _go_states(self, *states: State) -> None:
        self.desk.go("records", states=",".join(state.value for state in states))

    def _narrow(self, title: str, choose: Callable[[Sequence[Todo]], list[Todo]]) -> None:
        if self.board is not None:
            self.board.narrow(title, choose)

    def _connect(self) -> None:
        doors: dict[str, Callable[[], object]] = {
            "overdue": lambda: self._narrow("已逾期", self._overdue),
            "today": lambda: self._narrow("今天到期", self._today),
            "week": lambda: self._narrow("本周到期", self._week),
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

    def _show_limits(self, items: Sequence[Todo], *, least: str) -> None:
        today = self._today(items)
        notes = {"today": "24:00 前须报出", "week": f"其中今天 {len(today)} 件"}
        none = {"overdue": "没有逾期", "today": "今天没有到期", "week": "本周没有到期"}
        counted = {"overdue": self._overdue(items), "today": today, "week": self._week(items)}
        for name, due in counted.items():
            note = notes.get(name, f"最早的{due[0].left}") if due else none[name]
            self.cards[name].show_number(f"{least}{len(due):,}" if due else "0", note)

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

    def _form_of(self, form_id: str) -> Form | None:
        try:
            return self.desk.library.get(form_id)
        except KeyError:
            return None

    def _overdue(self, items: Sequence[Todo]) -> list[Todo]:
        return due_between(items, _LONG_AGO, self.desk.today() - timedelta(days=1))

    def _today(self, items: Sequence[Todo]) -> list[Todo]:
        return due_between(items, self.desk.today(), self.desk.today())

    def _week(self, items: Sequence[Todo]) -> list[Todo]:
        return due_between(items, self.desk.today(), end_of_week(self.desk.today()))
