"""How often each value was chosen on this computer: what is used most is offered first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from jgclient.forms.definition import Field, Form
from jgclient.records import Content, Json
from jgclient.store import Store

#: Setting: number of uses by value, by source of the values.
SETTING = "uses"
#: Values remembered of each source; the least used go first.
MOST = 300
Uses = Mapping[str, int]


def source_of(field: Field) -> str:
    """The list a field's values come from: register or code list; empty for free texts."""
    return field.register or field.codes


def of_source(store: Store, source: str) -> dict[str, int]:
    """Number of uses by value, the most used first."""
    kept = store.settings.get(SETTING, {})
    found = kept.get(source, {}) if isinstance(kept, dict) else {}
    return dict(sorted(found.items(), key=lambda pair: -pair[1])) if isinstance(found, dict) else {}


def count(store: Store, form: Form, content: Content) -> None:
    """Note what a finished record has used."""
    kept = store.settings.get(SETTING, {})
    every: dict[str, dict[str, int]] = dict(kept) if isinstance(kept, dict) else {}
    for source, value in used(form, content):
        every[source] = _one_more(every.get(source, {}), value)
    store.settings.set(SETTING, every)


def used(form: Form, content: Content) -> Iterable[tuple[str, str]]:
    """Source and value of every chosen value of a record; the party counts as an object."""
    for field in form:
        source = source_of(field)
        if source and not source.startswith("record:"):
            yield from ((source, str(value)) for value in _values(content.get(field.name)))
    party = content.get(form.party_code_field) if form.party_code_field else None
    if party:
        yield "object", str(party)


def _values(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _one_more(known: Mapping[str, int], value: str) -> dict[str, int]:
    more = {**known, value: known.get(value, 0) + 1}
    if len(more) <= MOST:
        return more
    best = sorted(more.items(), key=lambda pair: (pair[0] != value, -pair[1]))
    return dict(islice(best, MOST))
