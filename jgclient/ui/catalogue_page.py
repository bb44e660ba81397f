"""The reference registers: items, check lists, people, objects. Searched here, filled by import."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from jgclient.forms.definition import Field, Form
from jgclient.store import RegisterRow
from jgclient.ui.desk import Desk
from jgclient.ui.parts import Card, EmptyState, PageBase, Pill, SearchBox, button, page_column, primary_button
from jgclient.ui.tables import Column, ListStack, Order, RowsModel, RowTable

#: Registers that checks know even when no form describes their rows.
_PLAIN = {"item": "监管事项", "implementation": "检查实施清单", "person": "执法人员", "object": "监管对象"}
#: Columns shown of a register's form.
_COLUMNS = 7
#: Texts longer than so many characters get a flexible column.
_SHORT = 40


class CataloguePage(PageBase):
    """One list a register; its filter button shows how many rows there are."""

    title = "监管事项库"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.search: SearchBox = SearchBox("搜索　编码、名称")
        self.search.setAccessibleName("搜索监管事项库")
        self.search.settled.connect(lambda _text: self._show_list())
        self.import_button = primary_button("导入清单", on_click=lambda: desk.go("import"))
        forms = {f.register.name: f for f in desk.library.forms if f.register is not None}
        titles = {name: form.title for name, form in forms.items()} | {
            name: title for name, title in _PLAIN.items() if name not in forms
        }
        self.pills = {name: Pill(title, name) for name, title in titles.items()}
        self.lists = {name: self._list(name, forms.get(name)) for name in titles}
        self.register = next(iter(titles))
        self._lay_out()

    def head_note(self) -> str:
        """What it is good for."""
        return "录入时从这里选事项，不必逐字填写"

    def head_buttons(self) -> list[QWidget]:
        """Search, import."""
        return [self.search, self.import_button]

    def shown(self, **args: str) -> None:
        """Show the register asked for (``register``)."""
        if args.get("register") in self.pills:
            self._choose(args["register"])
        self.search.setFocus()

    def refresh(self) -> None:
        """Count and list again."""
        for name, pill in self.pills.items():
            pill.set_count(self.desk.store.registers.count(name))
        self._show_list()

    def _choose(self, register: str) -> None:
        self.register = register
        self._show_list()

    def _show_list(self) -> None:
        for name, pill in self.pills.items():
            pill.setChecked(name == self.register)
        self.stack.setCurrentWidget(self.lists[self.register])
        self.lists[self.register].reload()

    def _lay_out(self) -> None:
        column = page_column(self)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for name, pill in self.pills.items():
            pill.clicked.connect(partial(self._choose_clicked, name))
            bar.addWidget(pill)
        bar.addStretch(1)
        column.addLayout(bar)
        card = Card(flush=True)
        card.body.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        for listed in self.lists.values():
            self.stack.addWidget(listed)
        card.body.addWidget(self.stack)
        column.addWidget(card, 1)

    def _choose_clicked(self, register: str, _checked: bool) -> None:
        self._choose(register)

    def _list(self, register: str, form: Form | None) -> ListStack:
        def load(limit: int, offset: int, _order: Order) -> list[RegisterRow]:
            return self.desk.store.registers.list(register, self.search.text(), limit, offset)

        title = form.title if form else _PLAIN[register]
        table = RowTable(title, RowsModel(_columns(form), load), lambda row: row.key)
        door = button("去导入", on_click=lambda: self.desk.go("import"))
        hint = "把上级下发或本单位梳理的清单（Excel）导入；没有清单也能录入，只是不能核对编码。"
        return ListStack(table, EmptyState(f"没有找到{title}", hint, door))


def _columns(form: Form | None) -> list[Column[RegisterRow]]:
    if form is None:
        return [
            Column("编码", lambda row: row.key[0], 12),
            Column("内容", lambda row: "　".join(_words(value) for value in row.content.values())),
        ]
    return [_column(field) for field in form.fields[:_COLUMNS]]


def _column(field: Field) -> Column[RegisterRow]:
    width = 0 if not field.max_length or field.max_length > _SHORT else min(12, max(5, len(field.title) + 1))
    return Column(field.title, _reader(field.name), width)


def _reader(name: str) -> Callable[[RegisterRow], str]:
    return lambda row: _words(row.content.get(name))


def _words(value: object) -> str:
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return "" if value is None else str(value)
