"""The opening page: what is due, returned, waiting, and the month's limits. Every number is a door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.ui import theme
from jgclient.ui.desk import Desk
from jgclient.ui.month import Month
from jgclient.ui.parts import (
    Button,
    Card,
    EmptyState,
    PageBase,
    SearchBox,
    button,
    label,
    link,
    new_entry_button,
    page_column,
    primary_button,
)
from jgclient.ui.tables import Column, Order, RowsModel, RowTable
from jgclient.ui.theme import ToneName
from jgclient.ui.todo import OPEN, Todo, due_between, end_of_week, todos
from jgclient.ui.words import day_words, long_day, moment_words

if TYPE_CHECKING:
    from jgclient.forms.definition import Form

#: Open records looked at; beyond it the numbers of limits are shown as “at least”.
_MOST = 2000
_LONG_AGO = date(1949, 10, 1)
_URGENCY: tuple[ToneName, ...] = ("danger", "warning", "waiting", "draft")


class NumberCard(QAbstractButton):
    """A number with its meaning: a door to the list behind it.

    Args:
        title: What is counted.
        tone: Colour of the number while it is not 0.
    """

    def __init__(self, title: str, unit: str, tone: ToneName | None) -> None:
        super().__init__()
        self._unit, self._tone = unit, tone
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.number = label("0", "number")
        self._note = label("", "note")
        self._lay_out(title)

    def _lay_out(self, title: str) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        figures = QHBoxLayout()
        figures.setSpacing(4)
        figures.addWidget(self.number)
        figures.addWidget(label(self._unit, "small"), 0, Qt.AlignmentFlag.AlignBottom)
        figures.addStretch(1)
        column.addWidget(label(title, "muted"))
        column.addLayout(figures)
        column.addWidget(self._note)

    def show_number(self, words: str, note: str) -> None:
        """Show a number (already in words) and the line below it."""
        self.number.setText(words)
        theme.restyle(self.number, "tone", (self._tone or "") if words != "0" else "")
        self._note.setText(note)
        self.setAccessibleName(f"{self.text()} {words} {self._unit}")
        self.setAccessibleDescription(note)

    def sizeHint(self) -> QSize:
        """As large as its words."""
        return self._column.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card; its outline answers to pointer and focus."""
        scheme = theme.roles()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        line = scheme.accent if self.hasFocus() else scheme.edge_strong if self.underMouse() else scheme.line
        painter.setPen(QPen(QColor(line), width))
        painter.setBrush(QColor(scheme.card))
        edge = width / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(edge, edge, -edge, -edge), 6, 6)


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
        self._grid.setColumnStretch(0, 5)
        self._grid.setColumnStretch(1, 4)
        self.body.addLayout(self._grid)
        self._lines: dict[str, tuple[QLabel, QProgressBar, Button]] = {}
        self.hide()

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
        self.setVisible(any(not door.isHidden() for _, _, door in self._lines.values()))

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


class Workbench(PageBase):
    """Cards, to-do table, month."""

    title = "工作台"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search = SearchBox()
        self.search.setAccessibleName("搜索全部记录")
        self.search.returnPressed.connect(self._search_records)
        self._todos: list[Todo] = []
        self._shown: list[Todo] = []
        self._only: tuple[str, Callable[[], Sequence[Todo]]] | None = None
        self.cards = {name: NumberCard(title, unit, tone) for name, title, unit, tone in _CARDS}
        self.model = RowsModel(self._columns(), self._load)
        self.table = RowTable("待办", self.model, lambda item: item.row.id)
        self.month = MonthCard(desk)
        self.progress = ProgressCard(desk)
        self._lay_out()
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
        assert self.search is not None  # noqa: S101 - made above
        return [self.search, new_entry_button(self.desk)]

    def shown(self, **_args: str) -> None:
        """The table gets the focus: the first thing to do is one key away."""
        (self.table if self._shown else self.cards["drafts"]).setFocus()

    def refresh(self) -> None:
        """Count and list again; what needs the forms waits until they are loaded."""
        self._show_counts()
        if not self.desk.ready:
            return
        query = ListQuery(states=OPEN, sort="urgent_by", descending=False, limit=_MOST)
        rows = self.desk.store.records.list(query)
        self._todos = todos(rows, self._form_of, self.desk.calendar, self.desk.today())
        self._show_limits(complete=len(rows) < _MOST)
        self.month.month.show_dots(_dots(self._todos), self.desk.today(), self.desk.calendar.is_workday)
        self.progress.refresh()
        self._show_table()
        self.head_changed.emit()

    # -- doors -----------------------------------------------------------------------------------

    def _search_records(self) -> None:
        assert self.search is not None  # noqa: S101 - made above
        self.desk.go("records", text=self.search.text())

    def _open(self, item: Todo) -> None:
        self.desk.go("entry", record_id=item.row.id)

    @Slot(date)
    def _open_day(self, day: date) -> None:
        self._narrow(f"{long_day(day)}到期", lambda: due_between(self._todos, day, day))

    def _narrow(self, title: str, choose: Callable[[], Sequence[Todo]]) -> None:
        self._only = (title, choose)
        self._show_table()
        self.table.setFocus()

    def _show_all(self) -> None:
        self._only = None
        self._show_table()
        self.table.setFocus()

    def _go_states(self, *states: State) -> None:
        self.desk.go("records", states=",".join(state.value for state in states))

    # -- showing ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = page_column(self)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in self.cards.values():
            cards.addWidget(card, 1)
        column.addLayout(cards)
        lower = QHBoxLayout()
        lower.setSpacing(12)
        lower.addWidget(self._todo_card(), 1)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self.month)
        side.addWidget(self.progress)
        side.addStretch(1)
        for beside in (self.month, self.progress):
            beside.setFixedWidth(self.fontMetrics().horizontalAdvance("汉") * 19)
        lower.addLayout(side)
        column.addLayout(lower, 1)

    def _todo_card(self) -> Card:
        self.card = Card("待办 · 按最迟时间排列", flush=True)
        self.all_button = link("看全部待办", on_click=self._show_all)
        self.card.head.addWidget(self.all_button)
        self.empty = EmptyState("", "")
        self.steps = EmptyState(
            "从这里开始",
            "先导入监管事项清单，以后选事项时不用逐字填写；再录入第一条，或把科室台账整本导入。",
            primary_button("导入清单或台账", on_click=lambda: self.desk.go("import")),
            button("新录入", "Ctrl+N", bind=False, on_click=self.desk.new_entry),
        )
        self.stack = QStackedWidget()
        for page in (self.table, self.empty, self.steps):
            self.stack.addWidget(page)
        self.card.body.addWidget(self.stack)
        return self.card

    def _connect(self) -> None:
        self.table.opened.connect(self._open)
        self.month.opened.connect(self._open_day)
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

    def _columns(self) -> list[Column[Todo]]:
        return [
            Column("还剩", lambda item: item.left, 8, tone=lambda item: item.tone, chip=True),
            Column("要做什么", lambda item: item.what, 6),
            Column("类别", lambda item: self.desk.form_short(item.row.form), 6),
            Column("对象", lambda item: item.row.party or item.row.title),
            Column("最迟", lambda item: day_words(item.due, self.desk.today()) if item.due else "—", 4),
            Column("依据", lambda item: item.basis, muted=True),
            Column("经办", lambda item: item.row.author, 4),
        ]

    def _load(self, limit: int, offset: int, _order: Order) -> Sequence[Todo]:
        return self._shown[offset : offset + limit]

    def _show_limits(self, *, complete: bool) -> None:
        least = "" if complete else "≥"
        for name, items in (("overdue", self._overdue()), ("today", self._today()), ("week", self._week())):
            words = f"{least}{len(items):,}" if items else "0"
            self.cards[name].show_number(words, self._limit_note(name, items))

    def _show_counts(self) -> None:
        counts = self.desk.store.records.counts_by_state()
        returned = counts.get(State.RETURNED, 0) + counts.get(State.CONFLICT, 0)
        self.cards["returned"].show_number(f"{returned:,}", "改正后重报" if returned else "没有被退回的")
        waiting = self.desk.store.outbox.count()
        self.cards["waiting"].show_number(f"{waiting:,}", "按 F9 立即上报" if waiting else "都已报完")
        drafts = counts.get(State.DRAFT, 0) + counts.get(State.INVALID, 0)
        self.cards["drafts"].show_number(f"{drafts:,}", self._draft_note())

    def _limit_note(self, name: str, items: Sequence[Todo]) -> str:
        if not items:
            return {"overdue": "没有逾期", "today": "今天没有到期", "week": "本周没有到期"}[name]
        if name == "overdue":
            return f"最早的{items[0].left}"
        if name == "today":
            return "24:00 前须报出"
        return f"其中今天 {len(self._today())} 件"

    def _draft_note(self) -> str:
        query = ListQuery(states=frozenset({State.DRAFT, State.INVALID}), limit=1)
        newest = self.desk.store.records.list(query)
        if not newest:
            return "没有未完成的"
        return f"最近：{moment_words(newest[0].updated_at, self.desk.clock())}"

    def _show_table(self) -> None:
        title, choose = self._only or ("待办 · 按最迟时间排列", lambda: self._todos)
        self._shown = list(choose())
        self.card.title.setText(title)
        self.card.note.setText(f"{len(self._shown):,} 件" if self._shown else "")
        self.all_button.setVisible(self._only is not None)
        self.table.reload()
        if self._shown:
            self.stack.setCurrentWidget(self.table)
            if self.table.current() is None:
                self.table.choose(0)
        elif self.desk.store.records.count(ListQuery()):
            self.empty.say("没有待办", "该报的都报了。新的检查、处罚按 Ctrl+N 录入。")
            self.stack.setCurrentWidget(self.empty)
        else:
            self.stack.setCurrentWidget(self.steps)

    def _form_of(self, form_id: str) -> Form | None:
        try:
            return self.desk.library.get(form_id)
        except KeyError:
            return None

    def _overdue(self) -> list[Todo]:
        return due_between(self._todos, _LONG_AGO, self.desk.today() - timedelta(days=1))

    def _today(self) -> list[Todo]:
        return due_between(self._todos, self.desk.today(), self.desk.today())

    def _week(self) -> list[Todo]:
        return due_between(self._todos, self.desk.today(), end_of_week(self.desk.today()))


_CARDS: tuple[tuple[str, str, str, ToneName | None], ...] = (
    ("overdue", "逾期", "件", "danger"),
    ("today", "今天到期", "件", "warning"),
    ("week", "本周到期", "件", "warning"),
    ("returned", "被退回", "件", "danger"),
    ("waiting", "待联网上报", "条", "waiting"),
    ("drafts", "草稿", "条", None),
)


def _dots(items: Sequence[Todo]) -> dict[date, ToneName]:
    dots: dict[date, ToneName] = {}
    for item in items:
        if item.due is not None:
            known = dots.get(item.due, item.tone)
            dots[item.due] = min(known, item.tone, key=_URGENCY.index)
    return dots
