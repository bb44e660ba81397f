"""What the list of records lets through: state, kind, days, words; combinations can be kept under a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.ui.desk import Desk
from jgclient.ui.flow import FlowRow
from jgclient.ui.parts import Choice, Pill, SearchBox, button, label, line_edit, menu_button, primary_button
from jgclient.ui.periods import PERIODS, days_of

#: States that always have their filter; the others get theirs when there are records in them.
_ALWAYS = (State.DRAFT, State.INVALID, State.QUEUED, State.RETURNED, State.ACCEPTED)
_ORDER = (
    State.DRAFT, State.INVALID, State.QUEUED, State.SENDING, State.RETURNED, State.PARKED, State.CONFLICT,
    State.ACCEPTED, State.WITHDRAWN,
)  # fmt: skip
_ALL = "all"
_SETTING = "records.filters"


@dataclass(frozen=True, slots=True)
class Named:
    """A filter under a name.

    Attributes:
        states: Values of states with commas, empty for all.
        period: Key of :data:`jgclient.ui.periods.PERIODS`; counted from today whenever it is used.
    """

    name: str
    states: str = ""
    form: str = ""
    period: str = ""
    text: str = ""


class FilterBar(QWidget):
    """Pills for states, choices for kind and days, named filters.

    Args:
        search: The box for words, which stands in the head of the page.
    """

    changed = Signal()

    def __init__(self, desk: Desk, search: SearchBox) -> None:
        super().__init__()
        self._desk, self._search = desk, search
        self.states: frozenset[State] = frozenset()
        self.pills = {_ALL: Pill("全部", _ALL)} | {s.value: Pill(s.title, s.value) for s in _ORDER}
        self.form_choice = Choice("类别")
        self.form_choice.addItem("全部类别", "")
        for form in desk.record_forms():
            self.form_choice.addItem(desk.form_short(form.id), form.id)
        self.period_choice = Choice("日期")
        for key, words in PERIODS.items():
            self.period_choice.addItem(words, key)
        self.named_menu = QMenu(self)
        self.named_button = menu_button("常用筛选", self.named_menu)
        self.naming = _Naming(self._keep_as)
        self.row = FlowRow()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self.row)
        column.addWidget(self.naming)
        self._fill_row()
        self.named_menu.aboutToShow.connect(self._fill_menu)
        search.settled.connect(lambda _text: self.changed.emit())

    # -- what is asked of it ---------------------------------------------------------------------

    @property
    def form(self) -> str:
        """Id of the form chosen, empty for all."""
        return str(self.form_choice.currentData() or "")

    @property
    def is_open(self) -> bool:
        """Whether everything is let through."""
        return not (self.states or self.form or self.period_choice.currentData() or self._search.text())

    def query(self, *, states: frozenset[State] | None = None) -> ListQuery:
        """The query of the list; ``states`` instead of those chosen here."""
        since, until = days_of(self.period_choice.currentData(), self._desk.today())
        return ListQuery(
            form=self.form, states=self.states if states is None else states, text=self._search.text(),
            since=since, until=until,
        )  # fmt: skip

    def set(self, named: Named) -> None:
        """Filter as asked."""
        self.states = frozenset(State(value) for value in named.states.split(",") if value)
        for choice, value in ((self.form_choice, named.form), (self.period_choice, named.period)):
            choice.blockSignals(True)
            choice.setCurrentIndex(max(0, choice.findData(value)))
            choice.blockSignals(False)
        self._search.setText(named.text)
        self.changed.emit()

    def refresh(self) -> None:
        """Count again."""
        counts = self._counts()
        self.pills[_ALL].set_count(sum(counts.values()))
        self.pills[_ALL].setChecked(not self.states)
        for state in _ORDER:
            pill = self.pills[state.value]
            pill.set_count(counts.get(state, 0))
            pill.setChecked(state in self.states)
            pill.setVisible(state in _ALWAYS or bool(counts.get(state)) or state in self.states)

    # -- named filters ---------------------------------------------------------------------------

    def named(self) -> list[Named]:
        """The filters kept under a name."""
        return [Named(**kept) for kept in self._desk.store.settings.get(_SETTING, [])]

    def _keep_as(self, name: str) -> None:
        states = ",".join(sorted(state.value for state in self.states))
        period = self.period_choice.currentData()
        made = Named(name, states, self.form, period, self._search.text())
        self._write([*(one for one in self.named() if one.name != name), made])
        self._desk.say(f"已保存为“{name}”，在“常用筛选”里。", "accepted")

    def _forget(self, name: str) -> None:
        self._write([one for one in self.named() if one.name != name])
        self._desk.say(f"已删除常用筛选“{name}”，记录不受影响。")

    def _write(self, named: list[Named]) -> None:
        self._desk.store.settings.set(_SETTING, [asdict(one) for one in named])

    def _fill_menu(self) -> None:
        menu = self.named_menu
        menu.clear()
        for one in self.named():
            menu.addAction(one.name).triggered.connect(partial(self._use, one))
        menu.addSeparator()
        keep = menu.addAction("把现在的筛选存为……")
        keep.triggered.connect(self.naming.ask)
        keep.setEnabled(not self.is_open)
        for one in self.named():
            menu.addAction(f"删除“{one.name}”").triggered.connect(partial(self._forget_clicked, one.name))

    def _use(self, named: Named, _checked: bool = False) -> None:
        self.set(named)

    def _forget_clicked(self, name: str, _checked: bool = False) -> None:
        self._forget(name)

    # -- inside ----------------------------------------------------------------------------------

    def _fill_row(self) -> None:
        for key, pill in self.pills.items():
            pill.clicked.connect(partial(self._filter, key))
            self.row.addWidget(pill)
        self.row.push_right()
        for choice in (self.form_choice, self.period_choice):
            choice.currentIndexChanged.connect(lambda _index: self.changed.emit())
            self.row.addWidget(choice)
        self.row.addWidget(self.named_button)

    def _filter(self, key: str, _checked: bool = False) -> None:
        self.states = frozenset() if key == _ALL else frozenset({State(key)})
        self.changed.emit()

    def _counts(self) -> dict[State, int]:
        records, query = self._desk.store.records, self.query()
        if not query.since:
            return records.counts_by_state(self.form)
        days = ListQuery(form=query.form, since=query.since, until=query.until)
        if not records.count(days):
            return {}
        return {
            s: records.count(ListQuery(days.form, frozenset({s}), since=days.since, until=days.until))
            for s in _ORDER
        }


class _Naming(QWidget):
    """Asks for a name in place."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._keep = keep
        self.box = line_edit("常用筛选的名称", "例如：本季度被退回的处罚")
        self.keep_button = primary_button("保存", on_click=self._done)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label("把现在的筛选存为"))
        row.addWidget(self.box, 1)
        row.addWidget(self.keep_button)
        row.addWidget(button("取消", on_click=self.hide))
        self.box.returnPressed.connect(self._done)
        self.hide()

    def ask(self) -> None:
        """Show and take the focus."""
        self.show()
        self.box.clear()
        self.box.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes away without keeping."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _done(self) -> None:
        name = self.box.text().strip()
        if name:
            self.hide()
            self._keep(name)
