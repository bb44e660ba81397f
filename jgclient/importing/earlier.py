"""What the checker may ask while one import runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jgclient.entering import listed_fields
from jgclient.forms.bulk import Block
from jgclient.forms.crossing import duplicate_rules
from jgclient.forms.definition import Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.registers import Days, Registers
from jgclient.records import Json
from jgclient.store import Store

_REMEMBERED = 20_000
Names = tuple[str, ...]
Key = tuple[Hashable, ...]


class Earlier:
    """What the checker may ask: the store's registers, and the rows of the same import that come before.

    Rows of an import are kept in portions, and then the store knows them too. Still they count once, because
    the store is asked once for what a row says, and that is before the row itself counts.

    Args:
        kept: What the store knows.
        form: The form of the import.
        known: For some fields all values that are kept; for others the store need not be asked.
    """

    def __init__(
        self, kept: Registers, form: Form, known: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._kept, self._form, self._known = kept, form, known or {}
        # A ledger names the same few items and people in thousands of rows.
        self.rows = lru_cache(_REMEMBERED)(kept.rows)
        self.has_any = lru_cache(_REMEMBERED)(kept.has_any)
        self._numbers: set[Json] = set()
        self._in_store: dict[tuple[Names, Key, Days | None], int] = {}
        # What must not be there twice → what rows say of it → days of their acts.
        self._days: dict[Names, dict[Key, tuple[str, ...]]] = {
            rule.fields: {} for rule in duplicate_rules(form)
        }
        self._keyed: tuple[Block | None, dict[Names, list[Key]]] = (None, {})

    def suspects(self, block: Block) -> set[int]:
        """Records of a block that may have a twin; there is no need to look for one of the others."""
        found: set[int] = set()
        for names, days in self._days.items():
            keys = self._keys(block, names)
            known = [self._known.get(name) for name in names]
            if not any(values is not None and not values for values in known):
                found.update(n for n, key in enumerate(keys) if key and _may_be(key, known))
            if len(set(keys)) < len(keys):
                often = Counter(keys)
                found.update(n for n, key in enumerate(keys) if key and often[key] > 1)
            if not days.keys().isdisjoint(keys):
                found.update(n for n, key in enumerate(keys) if key in days)
        return found

    def add(self, block: Block, places: Collection[int]) -> None:
        """Let records of a block count for the ones after them."""
        acts = block.column(self._form.date_field)
        for names, days in self._days.items():
            keys = self._keys(block, names)
            for place in places:
                if key := keys[place]:
                    day, known = str(acts[place] or ""), days.get(key)
                    days[key] = (*known, day) if known else (day,)
        if numbers := block.fields.get(self._form.number_field):
            self._numbers.update(numbers.data[place] for place in places)

    def record_exists(self, form: str, number: str) -> bool | None:
        """Whether a record with this number is kept or stood further up in the file."""
        if form == self._form.id and number in self._numbers:
            return True
        return self._kept.record_exists(form, number)

    def same_acts(self, form: str, fields: Mapping[str, Json], *, within: Days | None = None) -> int:
        """Number of records, kept or further up in the file, that agree in all ``fields``."""
        names, key = tuple(fields), _key(list(fields.values()))
        if form != self._form.id or names not in self._days:
            return self._kept.same_acts(form, fields, within=within)
        first, last = within or ("", "9999")
        earlier = sum(first <= day <= last for day in self._days[names].get(key, ()))
        if not _may_be(key, [self._known.get(name) for name in names]):
            return earlier
        asked = (names, key, within)
        if asked not in self._in_store:
            self._in_store[asked] = self._kept.same_acts(form, fields, within=within)
        return self._in_store[asked] + earlier

    def _keys(self, block: Block, names: Names) -> list[Key]:
        """What each record says in some fields; empty where one of them is."""
        if self._keyed[0] is not block:
            self._keyed = (block, {})
        known = self._keyed[1]
        if names not in known:
            known[names] = _keys(block, names)
        return known[names]


def _may_be(key: Key, known: Sequence[frozenset[str] | None]) -> bool:
    """Whether no field of a key rules out that it is kept."""
    return all(values is None or value in values for value, values in zip(key, known, strict=True))


def known_values(store: Store, form: Form) -> dict[str, frozenset[str]]:
    """For fields that lists show letter for letter: all their values in records of the form."""
    shown = listed_fields(form)
    return {shown[column]: values for column, values in store.bulk.values(form.id, list(shown)).items()}


def _keys(block: Block, names: Names) -> list[Key]:
    """What each record says in some fields; empty where one of them is."""
    if any(name not in block.fields for name in names):
        return [()] * block.size
    rows = zip(*(block.fields[name].data for name in names), strict=True)
    plural = any(FIELD_TYPES[block.form.field(name).type].plural for name in names)
    return [() if None in row else _key(row) if plural else row for row in rows]


def _key(values: Sequence[Any]) -> Key:
    return tuple([tuple(value) if isinstance(value, list) else value for value in values])
