"""First values for the empty cells of many rows, as :mod:`jgclient.forms.defaults` gives them to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from jgclient.forms.catalogue import ITEM_LISTS
from jgclient.forms.checker import Context
from jgclient.forms.cleaning import code as cleaned_code
from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Form
from jgclient.forms.field_types import FIELD_TYPES

_REMEMBERED = 20_000


class Filler:
    """Fills what is empty.

    Args:
        form: The form.
        context: Registers, today and unit.
        author: Name of the person who imports.
        numbers: Gives that many new business numbers.
    """

    def __init__(
        self, form: Form, context: Context, *, author: str, numbers: Callable[[int], Sequence[str]]
    ) -> None:
        self._form, self._context, self._author, self._numbers = form, context, author, numbers
        filled = [field for field in form if field.default]
        # What is copied from another field comes last, as that one may have been empty itself.
        self._fields = sorted(filled, key=lambda field: field.default.startswith("field."))
        self._from_item = lru_cache(_REMEMBERED)(self._looked_up)
        self._is_listed = lru_cache(_REMEMBERED)(self._listed)

    def filled(self, texts: Mapping[str, Sequence[str]], size: int) -> dict[str, Sequence[str]]:
        """The texts of ``size`` rows, column by column, with their empty cells filled."""
        full: dict[str, Sequence[str]] = dict(texts)
        for field in self._fields:
            column = full.get(field.name) or [""] * size
            # A dash, or whatever else the checker reads as nothing, is as good as empty.
            blank = set(filter(FIELD_TYPES[field.type].is_blank, set(column)))
            empty = [place for place, text in enumerate(column) if text in blank] if blank else []
            if empty:
                new = list(column)
                for place, text in zip(
                    empty, self._values(field.name, field.default, full, empty), strict=True
                ):
                    new[place] = text
                full[field.name] = new
        return {name: column for name, column in full.items() if any(column)}

    def _values(
        self, name: str, default: str, texts: Mapping[str, Sequence[str]], places: Sequence[int]
    ) -> Sequence[str]:
        """The first value of a field for some rows."""
        if default == "number":
            return self._numbers(len(places))
        if default.startswith("field."):
            source = texts.get(default.removeprefix("field."))
            return [source[place] if source else "" for place in places]
        items, days = texts.get(self._form.item_field), texts.get(self._form.date_field)
        found = []
        for place in places:
            item = items[place] if items else ""
            day = days[place] if days and self._is_listed(item) else ""
            found.append(self._from_item(item, day).get(name, ""))
        return found

    def _listed(self, item: str) -> bool:
        """Whether a register knows the item, so that the day of the act matters."""
        code = cleaned_code(item)
        return any(self._context.registers.rows(name, code) for name in ITEM_LISTS)

    def _looked_up(self, item: str, day: str) -> dict[str, str]:
        """First values that follow from the item and the day of an act, or from the office alone."""
        known = {self._form.item_field: item, self._form.date_field: day}
        texts = {name: text for name, text in known.items() if name}
        return defaults(self._form, texts, self._context, author=self._author, number=lambda: "")
