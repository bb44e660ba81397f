"""What can be chosen in a field, and the list under the field that offers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from jgclient.forms import catalogue
from jgclient.forms.definition import Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.store import ListQuery, RegisterRow
from jgclient.ui.desk import Desk
from jgclient.ui.entry_session import title_field
from jgclient.ui.field_widgets import LineField

_ROWS = 8
_LIMIT = 50
_LAST_PART = re.compile(r"^(.*[；;、，,\n])?([^；;、，,\n]*)$", re.DOTALL)
_PICK = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list: what is put into the field, and what is said about it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where a field's choices come from.

    Attributes:
        find: Choices for a part of a word; all (the first ones) for an empty text.
        several: The field takes several entries; the last one is looked up.
        strict: Only choices are right, so the first one is marked at once.
    """

    find: Callable[[str], list[Choice]]
    several: bool = False
    strict: bool = False


def lookup_for(field: Field, desk: Desk) -> Lookup | None:
    """The look-up of a field: code list, 是/否, register or earlier records; None for free fields."""
    several = FIELD_TYPES[field.type].plural
    if field.codes:
        return Lookup(lambda text: _codes(field, desk, text), several, strict=True)
    if field.type == "yes_no":
        return Lookup(lambda text: [Choice(word) for word in ("是", "否") if text in ("", word)], strict=True)
    if field.register.startswith("record:"):
        form_id = field.register.removeprefix("record:")
        return Lookup(lambda text: _records(desk, form_id, text), several)
    if field.register == "region":
        return Lookup(lambda text: _codes(field, desk, text, list_id="region"), several)
    if field.register:
        return Lookup(lambda text: _rows(desk, field.register, text), several)
    return None


class ChoiceList(QListWidget):
    """The one list of a page. It never takes the focus, so an input method goes on undisturbed.

    Signals:
        picked: The clerk took a choice for the field.
    """

    picked = Signal(object, str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("choices")
        self.setAccessibleName("可选内容")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.line: LineField | None = None
        self._lookup: Lookup | None = None
        self.itemClicked.connect(self._clicked)
        self.hide()

    def offer(self, line: LineField, lookup: Lookup, text: str, within: str = "") -> None:
        """Show what fits the text, or hide when nothing does.

        Args:
            line: The field the list belongs to.
            lookup: Where its choices come from.
            text: What stands in the field.
            within: A word that must occur as well, such as the item an implementation list belongs to.
        """
        before, part = _split(text) if lookup.several else ("", text)
        choices = lookup.find(f"{part.strip()} {within}".strip())
        if not choices or (len(choices) == 1 and choices[0].text == part.strip()):
            self.close_list()
            return
        self.line, self._lookup = line, lookup
        self.clear()
        for choice in choices:
            item = QListWidgetItem(f"{choice.text}　{choice.note}" if choice.note else choice.text, self)
            item.setData(Qt.ItemDataRole.UserRole, before + choice.text)
        self.setCurrentRow(0 if lookup.strict and part.strip() else -1)
        self._place(line)

    def offer_words(self, line: LineField, words: tuple[str, ...]) -> None:
        """Show a few words to choose from, e.g. the candidates of a problem."""
        choices = [Choice(word) for word in words]
        self.offer(line, Lookup(lambda _text: choices), "")
        self.setCurrentRow(0)

    def is_open_for(self, line: LineField) -> bool:
        """Whether the list is shown under this field."""
        return self.isVisible() and self.line is line

    def press(self, key: Qt.Key) -> bool:
        """Move, take or close; True when the key was used."""
        if key in _MOVES:
            row = self.currentRow()
            self.setCurrentRow(max(0, min(self.count() - 1, row + _MOVES[key])))
            return True
        if key == Qt.Key.Key_Escape:
            self.close_list()
            return True
        if key in _PICK:
            taken = self.currentItem()
            self.close_list()
            if taken is not None:
                self._take(taken)
        return False

    def close_list(self) -> None:
        """Hide the list."""
        self.hide()

    @Slot(QListWidgetItem)
    def _clicked(self, item: QListWidgetItem) -> None:
        self.close_list()
        self._take(item)

    def _take(self, item: QListWidgetItem) -> None:
        if self.line is not None:
            self.picked.emit(self.line, item.data(Qt.ItemDataRole.UserRole))

    def _place(self, line: LineField) -> None:
        page = self._page
        wanted = self.sizeHintForColumn(0) + 28
        left_top = line.mapTo(page, QPoint(0, line.height() + 2))
        width = max(line.width(), min(wanted, page.width() - 24))
        height = self.sizeHintForRow(0) * min(self.count(), _ROWS) + 8
        left = min(left_top.x(), page.width() - width - 12)
        above = left_top.y() + height > page.height()
        top = left_top.y() - line.height() - 4 - height if above else left_top.y()
        self.setGeometry(left, max(0, top), width, height)
        self.show()
        self.raise_()


def _split(text: str) -> tuple[str, str]:
    found = _LAST_PART.match(text)
    return (found[1] or "", found[2]) if found else ("", text)


def _codes(field: Field, desk: Desk, text: str, list_id: str = "") -> list[Choice]:
    codes = desk.library.codes.get(list_id or field.codes)
    today = desk.today()
    return [Choice(f"{c.code} {c.title}") for c in codes.search(text, _LIMIT) if c.valid(today)]


def _rows(desk: Desk, register: str, text: str) -> list[Choice]:
    found = desk.store.registers.list(register, text, limit=_LIMIT)
    title = title_field(desk.library, register)
    return [Choice(_key(register, row), _note(row, title)) for row in found]


def _records(desk: Desk, form_id: str, text: str) -> list[Choice]:
    rows = desk.store.records.list(ListQuery(form=form_id, text=text, limit=_LIMIT))
    return [Choice(row.number, f"{row.title} {row.act_date}".strip()) for row in rows if row.number]


def _note(row: RegisterRow, title: str) -> str:
    """What tells a row from others: its name, or the rest of its key where the name is the key."""
    name = str(row.content.get(title) or "")
    return name if name != row.key[0] else " ".join(row.key[1:])


def _key(register: str, row: RegisterRow) -> str:
    """What a record holds of a register row: its leading key; of an implementation list its own code."""
    if register != catalogue.IMPLEMENTATION:
        return row.key[0]
    return str(row.content.get("code") or catalogue.implementation_code(row.content))
