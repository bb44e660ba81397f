"""The reference registers: items, check lists, people, objects. Searched here, filled by import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from jgclient.forms import catalogue
from jgclient.store import RegisterRow
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, EmptyState, PageBase, Pill, SearchBox, button, page_column, primary_button
from jgclient.ui.tables import PAGE, Column, ListStack, Order, RowsModel, RowTable

if TYPE_CHECKING:
    from jgclient.forms.definition import Field, Form

#: Columns shown of a register.
_COLUMNS = 7
#: Types too long for a cell.
_LONG = frozenset({"long_text", "attachments"})
#: Width in Chinese characters by field type; other types share what is left.
_WIDTHS = {"identifier": 11, "reference": 11, "code": 6, "yes_no": 3, "date": 6, "integer": 4}
_EMPTY_HINT = "把上级下发或本单位梳理的清单（Excel）导入；没有清单也能录入，只是不能核对编码。"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a register, its values in words."""

    key: tuple[str, ...]
    texts: dict[str, str]


class CataloguePage(PageBase):
    """One list a register; its filter button shows how many rows there are."""

    title = "监管事项库"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search: SearchBox = SearchBox("搜索　编码、名称")
        self.search.setAccessibleName("搜索监管事项库")
        self.search.settled.connect(lambda _text: self._show_list())
        self.import_button = primary_button("导入清单", on_click=lambda: desk.go("import"))
        self.forms = {f.register.name: f for f in desk.library.forms if f.register is not None}
        self.pills = {name: Pill(form.title, name) for name, form in self.forms.items()}
        self.register = next(iter(self.forms), "")
        self.listed: ListStack | None = None
        self.missing_form, self._missing = "", tuple[str, ...]()
        self.missing_pill = Pill("", "missing")
        self._lay_out()

    def head_note(self) -> str:
        """What it is good for."""
        return "录入时从这里选事项，不必逐字填写"

    def head_buttons(self) -> list[QWidget]:
        """Search, import."""
        return [self.search, self.import_button]

    def shown(self, **args: str) -> None:
        """Show the register asked for, or the ``items`` ``missing`` a record of that form."""
        self._show_missing(args.get("missing", ""), tuple(filter(None, args.get("items", "").split(","))))
        if args.get("register") in self.pills:
            self._choose(args["register"])
        self.search.setFocus()

    def refresh(self) -> None:
        """Count again, and choose columns by what the rows hold now."""
        for name, pill in self.pills.items():
            pill.set_count(self.desk.store.registers.count(name))
        if self.register:
            self._choose(self.register)

    def _show_missing(self, form_id: str, codes: tuple[str, ...] = ()) -> None:
        """List only these items, which lack a record of a form; all for an empty id."""
        if (form_id, codes) == (self.missing_form, self._missing):
            return
        self.missing_form, self._missing = form_id, codes
        self.missing_pill.setVisible(bool(form_id))
        if form_id:
            words = f"本季度没有{self.desk.form_short(form_id)}记录的事项"
            self.missing_pill.words = words
            self.missing_pill.setAccessibleName(words)
            self.missing_pill.set_count(len(codes))
            self.missing_pill.setChecked(True)
            named = self.desk.store.registers.with_keys(catalogue.ITEM, codes)
            self.register = catalogue.ITEM if named else catalogue.IMPLEMENTATION
        self._choose(self.register)

    def _choose(self, register: str) -> None:
        self.register = register
        for name, pill in self.pills.items():
            pill.setChecked(name == register)
        if self.listed is not None:
            self.stack.removeWidget(self.listed)
            self.listed.deleteLater()
        self.listed = self._list(self.forms[register])
        self.stack.addWidget(self.listed)
        self._show_list()

    def _show_list(self) -> None:
        if self.listed is None:
            return
        if self.desk.store.registers.count(self.register):
            self.listed.empty.say("没有符合的", "换个词试试；编码和名称的任何一部分都能查。")
        else:
            self.listed.empty.say(f"还没有{self.forms[self.register].title}", _EMPTY_HINT)
        self.listed.reload()

    def _lay_out(self) -> None:
        column = page_column(self)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for name, pill in self.pills.items():
            pill.clicked.connect(partial(self._choose_clicked, name))
            bar.addWidget(pill)
        bar.addWidget(self.missing_pill)
        self.missing_pill.hide()
        self.missing_pill.clicked.connect(lambda _checked: self._show_missing(""))
        bar.addStretch(1)
        column.addLayout(bar)
        card = Card(flush=True)
        card.body.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        card.body.addWidget(self.stack)
        column.addWidget(card, 1)

    def _choose_clicked(self, register: str, _checked: bool) -> None:
        self._choose(register)

    def _list(self, form: Form) -> ListStack:
        columns = columns_of(form, self._entries(form, "", PAGE, 0))

        def load(limit: int, offset: int, _order: Order) -> list[Entry]:
            return self._entries(form, self.search.text(), limit, offset)

        table = RowTable(form.title, RowsModel(columns, load), lambda entry: entry.key)
        door = button("去导入", on_click=lambda: self.desk.go("import"))
        return ListStack(table, EmptyState("", "", door))

    def _entries(self, form: Form, text: str, limit: int, offset: int) -> list[Entry]:
        assert form.register is not None  # noqa: S101 - only such forms are here
        words = self.desk.library.checker(form).to_texts
        registers, name = self.desk.store.registers, form.register.name
        rows: list[RegisterRow]
        if self.missing_form and name in catalogue.ITEM_LISTS:
            rows = registers.with_keys(name, self._missing)[offset : offset + limit]
        else:
            rows = registers.list(name, text, limit, offset)
        return [Entry(row.key, words(row.content)) for row in rows]


def columns_of(form: Form, entries: Sequence[Entry]) -> list[Column[Entry]]:
    """What names a row first, then further fields that these rows fill; long texts do not fit a cell."""
    keys = form.register.fields if form.register else ()
    names = dict.fromkeys([*keys, form.title_field, *(field.name for field in form.fields)])
    fields = [form.by_name[name] for name in names if name in form.by_name]
    filled = [field for field in fields if field.type not in _LONG and _any_filled(field, entries)]
    return [_column(field, form) for field in (filled or fields)[:_COLUMNS]]


def _any_filled(field: Field, entries: Iterable[Entry]) -> bool:
    return any(entry.texts.get(field.name) for entry in entries)


def _column(field: Field, form: Form) -> Column[Entry]:
    width = _WIDTHS.get(field.type, 0)
    return Column(
        field.title, _reader(field.name), width and max(width, len(field.title)),
        share=2 if field.name == form.title_field else 1,
    )  # fmt: skip


def _reader(name: str) -> Callable[[Entry], str]:
    return lambda entry: entry.texts.get(name, "")
