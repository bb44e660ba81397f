"""What can be chosen in a field, and the list under the field that offers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from jgclient.aids import finding
from jgclient.aids.finding import Choice
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.store.pinyin import is_spelling
from jgclient.ui.desk import Desk
from jgclient.ui.field_widgets import InputField

_ROWS = 8
_LAST_PART = re.compile(r"^(.*[；;、，,\n])?([^；;、，,\n]*)$", re.DOTALL)
_SEPARATORS = re.compile(r"[；;、，,\n]")
_TEXT, _FILLS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_PICK = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}


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


def lookup_for(field: Field, form: Form, desk: Desk) -> Lookup | None:
    """The look-up of a field: code list, 是/否, register, party or earlier records; None for free fields."""
    several = FIELD_TYPES[field.type].plural
    store = desk.store
    if field.codes or field.register == "region":
        known = desk.library.codes.get(field.codes or "region")
        return Lookup(
            lambda text: finding.codes(store, known, text, desk.today()), several, bool(field.codes)
        )
    if field.type == "yes_no":
        return Lookup(lambda text: [Choice(word) for word in ("是", "否") if text in ("", word)], strict=True)
    if field.register.startswith("record:"):
        form_id = field.register.removeprefix("record:")
        return Lookup(lambda text: finding.records(store, form_id, text), several, strict=True)
    if field.register:
        strict = field.type == "reference"
        return Lookup(lambda text: finding.rows(store, desk.library, field.register, text), several, strict)
    if field.name in (form.party_field, form.party_code_field):
        by_code = field.name == form.party_code_field
        return Lookup(lambda text: finding.parties(store, form, text, by_code=by_code))
    return None


class ChoiceList(QListWidget):
    """A list under a field. It never takes the focus, so an input method goes on undisturbed.

    Args:
        page: What it is drawn on.
        stays: After a choice the cursor stays in the field.

    Signals:
        picked: The clerk took a choice for the field: field, its text, texts for other fields by name.
    """

    picked = Signal(object, str, object)

    def __init__(self, page: QWidget, *, stays: bool = False) -> None:
        super().__init__(page)
        self._always_stays = stays
        self._page = page
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("choices")
        self.setAccessibleName("可选内容")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.line: InputField | None = None
        self._lookup: Lookup | None = None
        self._stays = False
        self.itemClicked.connect(self._clicked)
        self.hide()

    def offer(self, line: InputField, lookup: Lookup, text: str, within: str = "") -> None:
        """Show what fits the text, or hide when nothing does.

        Args:
            line: The field the list belongs to.
            lookup: Where its choices come from.
            text: What stands in the field.
            within: A word that must occur as well, such as the item an implementation list belongs to.
        """
        before, part = _split(text) if lookup.several else ("", text)
        taken = set(map(str.strip, _SEPARATORS.split(before)))
        found = lookup.find(f"{part.strip()} {within}".strip())
        choices = [choice for choice in found if choice.text not in taken]
        if not choices or (len(choices) == 1 and choices[0].text == part.strip()):
            self.close_list()
            return
        self.line, self._lookup = line, lookup
        self._stays = self._always_stays
        self.clear()
        for choice in choices:
            words = " ".join(choice.text.split())
            item = QListWidgetItem(f"{words}　{choice.note}" if choice.note else words, self)
            item.setData(_TEXT, before + choice.text)
            item.setData(_FILLS, dict(choice.fills))
        # Nobody is called “wygl”: letters are a way to find, so what they find first is what she means.
        marked = is_spelling(part.strip()) or (lookup.strict and part.strip())
        self.setCurrentRow(0 if marked else -1)
        self._place(line)

    def offer_phrases(self, line: InputField, words: Sequence[str]) -> None:
        """Show phrases; taking one leaves the cursor in the field, for there may be more to write."""
        self.offer(line, Lookup(lambda _text: [Choice(one) for one in words]), "")
        self.setCurrentRow(0)
        self._stays = True

    def offer_words(self, line: InputField, words: tuple[str, ...]) -> None:
        """Show a few words to choose from, e.g. the candidates of a problem."""
        choices = [Choice(word) for word in words]
        self.offer(line, Lookup(lambda _text: choices), "")
        self.setCurrentRow(0)

    @property
    def shows_phrases(self) -> bool:
        """Whether what is chosen goes where the cursor is, and the cursor stays."""
        return self._stays

    def is_open_for(self, line: InputField) -> bool:
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
                return self._stays
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
            self.picked.emit(self.line, item.data(_TEXT), item.data(_FILLS))

    def _place(self, line: InputField) -> None:
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
