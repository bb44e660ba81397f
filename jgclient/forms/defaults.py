"""First values for fields nobody has filled: from the unit, the chosen item or other fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from jgclient.forms import catalogue
from jgclient.forms.checker import Context
from jgclient.forms.cleaning import code as cleaned_code
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types.date_texts import parse_date
from jgclient.forms.findings import Refused
from jgclient.records import Json


def defaults(
    form: Form, texts: Mapping[str, str], context: Context, *, author: str, number: Callable[[], str]
) -> dict[str, str]:
    """``texts`` with empty fields filled where the form says from what.

    Nothing that was typed is changed, so it may be called again after each choice of an item.

    Args:
        form: The form.
        texts: What is there already.
        context: Registers, today and unit.
        author: Name of the person who types.
        number: Gives the next business number; called only when one is needed.
    """
    filled = {name: text for name, text in texts.items() if text.strip()}
    sources = _Sources(form, filled, context, author, number)
    pending = [field for field in form if field.default and field.name not in filled]
    for field in sorted(pending, key=lambda field: field.default.startswith("field.")):
        text = sources.text(field)
        if text:
            filled[field.name] = text
    return filled


@dataclass
class _Sources:
    form: Form
    filled: dict[str, str]
    context: Context
    author: str
    number: Callable[[], str]

    def text(self, field: Field) -> str:
        """What the default of ``field`` yields now; empty when its source is."""
        source, _, column = field.default.partition(".")
        if field.default.startswith("="):
            return field.default[1:]
        if source == "unit":
            return self.context.unit.get(column, "")
        if source == "field":
            return self.filled.get(column, "")
        if source in ("item", "implementation", "implementation_code"):
            return self._from_register(source, column)
        simple = {"author": lambda: self.author, "today": self.context.today.isoformat, "number": self.number}
        return simple[source]()

    def _from_register(self, source: str, column: str) -> str:
        if source == "item":
            row = self._item()
            return _shown((row or {}).get(column))
        row = self._implementation()
        if row is None:
            return ""
        if source == "implementation_code" or (column == "code" and "code" not in row):
            return catalogue.implementation_code(row)
        return _shown(row.get(column))

    def _item(self) -> catalogue.Row | None:
        rows = self._rows(catalogue.ITEM)
        valid = [row for row in rows if catalogue.in_force(row, self._day())]
        best = valid or rows
        return best[0] if best else None

    def _implementation(self) -> catalogue.Row | None:
        return catalogue.best_implementation(
            self._rows(catalogue.IMPLEMENTATION), self.context.unit, self._day()
        )

    def _rows(self, register: str) -> list[catalogue.Row]:
        item = cleaned_code(self.filled.get(self.form.item_field, ""))
        return self.context.registers.rows(register, item) if item else []

    def _day(self) -> date:
        try:
            return parse_date(self.filled.get(self.form.date_field, ""), self.context.today)
        except Refused:
            return self.context.today


def _shown(value: Json) -> str:
    """A register value as one would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
