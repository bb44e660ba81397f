"""What the checker may ask while one import runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from jgclient.forms.definition import Form
from jgclient.forms.registers import Days, Registers
from jgclient.records import Content, Json, canonical_json

_REMEMBERED = 20_000


class _Count(NamedTuple):
    """What is counted: fields that must agree, and the days of the act."""

    names: tuple[str, ...]
    within: Days | None


class Earlier:
    """What the checker may ask: the store's registers, and the rows of the same import that come before."""

    def __init__(self, kept: Registers, form: Form) -> None:
        self._kept, self._form = kept, form
        # A ledger names the same few items and people in thousands of rows.
        self.rows = lru_cache(_REMEMBERED)(kept.rows)
        self.has_any = lru_cache(_REMEMBERED)(kept.has_any)
        self._numbers: set[str] = set()
        self._contents: list[Content] = []
        self._counted: dict[_Count, Counter[str]] = {}

    def add(self, content: Content) -> None:
        """Let a row count for the ones after it."""
        self._numbers.add(str(content.get(self._form.number_field, "")))
        self._contents.append(content)
        for count, counter in self._counted.items():
            if self._in_time(content, count.within):
                counter[_said(content, count.names)] += 1

    def record_exists(self, form: str, number: str) -> bool | None:
        """Whether a record with this number is kept or stood further up in the file."""
        if form == self._form.id and number in self._numbers:
            return True
        return self._kept.record_exists(form, number)

    def same_acts(self, form: str, fields: Mapping[str, Json], *, within: Days | None = None) -> int:
        """Number of records, kept or further up in the file, that agree in all ``fields``."""
        kept = self._kept.same_acts(form, fields, within=within)
        if form != self._form.id:
            return kept
        count = _Count(tuple(sorted(fields)), within)
        if count not in self._counted:
            rows = (content for content in self._contents if self._in_time(content, within))
            self._counted[count] = Counter(_said(content, count.names) for content in rows)
        return kept + self._counted[count][_said(fields, count.names)]

    def _in_time(self, content: Content, within: Days | None) -> bool:
        return not within or within[0] <= str(content.get(self._form.date_field, "")) <= within[1]


def _said(content: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return canonical_json([content.get(name) for name in names])
