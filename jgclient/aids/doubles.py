"""Keying twice: amounts and identifiers are typed a second time when the office wants it."""

from __future__ import annotations

from datetime import datetime

from jgclient import entering
from jgclient.forms.checker import Checker
from jgclient.forms.definition import Field
from jgclient.store import Store

#: Setting: amounts and identifiers are to be typed twice.
SETTING = "double_keying"
_TYPES = frozenset({"money", "identifier"})


class Doubles:
    """What of one record must still be typed a second time.

    Args:
        checker: Reads texts, so that “5000” and “5,000.00元” are the same.
    """

    def __init__(self, store: Store, checker: Checker) -> None:
        self._store, self._checker = store, checker
        self._wanted = bool(store.settings.get(SETTING))
        self.open: set[str] = set()

    def typed(self, field: Field, text: str) -> None:
        """The clerk typed into a field."""
        if self._wanted and field.type in _TYPES and text.strip():
            self.open.add(field.name)
        else:
            self.open.discard(field.name)

    def chosen(self, name: str) -> None:
        """The value came from a list, so there is nothing to mistype."""
        self.open.discard(name)

    def agrees(self, name: str, first: str, second: str, now: datetime) -> bool:
        """Whether the second typing says the same; then the field is done."""
        around = entering.context(self._store, record_id="", now=now)
        values = [self._checker.read_field(name, text, around)[0] for text in (first, second)]
        same = values[0] == values[1] if None not in values else first.strip() == second.strip()
        if same:
            self.open.discard(name)
        return same
