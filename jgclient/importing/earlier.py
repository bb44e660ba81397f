"""What the checker may ask while one import runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from jgclient.forms.definition import Form
from jgclient.forms.registers import Registers
from jgclient.records import Content, Json, canonical_json

_REMEMBERED = 20_000


class Earlier:
    """What the checker may ask: the store's registers, and the rows of the same import that come before."""

    def __init__(self, kept: Registers, form: Form) -> None:
        self._kept, self._form = kept, form
        # A ledger names the same few items and people in thousands of rows.
        self.rows = lru_cache(_REMEMBERED)(kept.rows)
        self.has_any = lru_cache(_REMEMBERED)(kept.has_any)
        self._numbers: set[str] = set()
        self._contents: list[Content] = []
        self._counted: dict[tuple[str, ...], Counter[str]] = {}

    def add(self, content: Content) -> None:
        """Let a row count for the ones after it."""
        self._numbers.add(str(content.get(self._form.number_field, "")))
        self._contents.append(content)
        for names, counter in self._counted.items():
            counter[_said(content, names)] += 1

    def record_exists(self, form: str, number: str) -> bool | None:
        """Whether a record with this number is kept or stood further up in the file."""
        if form == self._form.id and number in self._numbers:
            return True
        return self._kept.record_exists(form, number)

    def same_acts(self, form: str, fields: Mapping[str, Json]) -> int:
        """Number of records, kept or further up in the file, that agree in all ``fields``."""
        kept = self._kept.same_acts(form, fields)
        if form != self._form.id:
            return kept
        names = tuple(sorted(fields))
        if names not in self._counted:
            self._counted[names] = Counter(_said(content, names) for content in self._contents)
        return kept + self._counted[names][_said(fields, names)]


def _said(content: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return canonical_json([content.get(name) for name in names])
