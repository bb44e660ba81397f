"""Look-ups: what a field may hold, found by code, part of the words, pinyin or initials; most used first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice

from jgclient.aids import uses
from jgclient.forms import catalogue
from jgclient.forms.codes import Code, CodeList
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.records import Json
from jgclient.store import ListQuery, RegisterRow, Store
from jgclient.store.pinyin import initials, is_spelling, spells
from jgclient.store.search import is_meant

#: Choices of one list.
LIMIT = 50
OBJECT = "object"
#: What an item is about, in the item list and in the implementation list.
_SUPERVISED, _LIST_SUPERVISES = "supervise_object", "supervision_object"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose.

    Attributes:
        text: What is put into the field.
        note: What is said about it.
        fills: What is put into other fields with it, by field name.
    """

    text: str
    note: str = ""
    fills: Mapping[str, str] = field(default_factory=dict)


def codes(store: Store, known: CodeList, text: str, today: date) -> list[Choice]:
    """Entries of a code list in force."""
    times = uses.of_source(store, known.id)
    query = text.strip()
    found = [code for code in known.search(query, len(known.entries)) if code.valid(today)]
    if is_spelling(query):
        seen = {code.code for code in found}
        found += [one for one in _spelt(known, query.lower()) if one.code not in seen and one.valid(today)]
    found.sort(key=lambda code: -times.get(code.code, 0))  # stable: what is used alike keeps its order
    return [Choice(f"{code.code} {code.title}") for code in islice(found, LIMIT)]


def rows(store: Store, library: FormLibrary, register: str, text: str) -> list[Choice]:
    """Rows of a register; of items those too that only an implementation list gives a code."""
    title = title_field(library, register)
    found = _found(store, register, text)
    choices = [Choice(_key(register, row), _note(row, title)) for row in found]
    if register == catalogue.ITEM:
        choices += _of_lists(store, text, [row for row in found if not row.key[0]])
    by_text: dict[str, Choice] = {}
    for choice in choices:
        by_text.setdefault(choice.text, choice)
    return [choice for text, choice in by_text.items() if text][:LIMIT]


def meaning(store: Store, library: FormLibrary, register: str, key: str) -> str:
    """The words behind a reference, e.g. the name of an item; empty for none."""
    row: Mapping[str, Json] = next(iter(store.registers.rows(register, key)), {})
    words = str(row.get(title_field(library, register)) or "")
    if words or register != catalogue.ITEM:
        return words
    lists = store.registers.rows(catalogue.IMPLEMENTATION, key)
    return _item_name(store, lists[0]) if lists else ""


def records(store: Store, form_id: str, text: str) -> list[Choice]:
    """Records of another form, by their business number; none while an import is not searchable yet."""
    if store.records.search_is_behind():
        return []
    found = store.records.list(ListQuery(form=form_id, text=text, limit=LIMIT))
    return [Choice(row.number, f"{row.title} {row.act_date}".strip()) for row in found if row.number]


def parties(store: Store, form: Form, text: str, *, by_code: bool) -> list[Choice]:
    """Known objects for the fields of a form that name the party; choosing one fills name and code."""
    made = []
    for row in _found(store, OBJECT, text):
        name, code = str(row.content.get("object_name") or ""), row.key[0]
        if name and code:
            here, there = (code, name) if by_code else (name, code)
            other = form.party_field if by_code else form.party_code_field
            made.append(Choice(here, there, {other: there} if other else {}))
    return made


def title_field(library: FormLibrary, register: str) -> str:
    """Name of the field that names a row of ``register`` for people; empty when no form describes it."""
    forms = (form for form in library.forms if form.register and form.register.name == register)
    return next((form.title_field for form in forms), "")


def _found(store: Store, register: str, text: str) -> list[RegisterRow]:
    """What is used most and fits comes first, then the rest by key."""
    often = uses.of_source(store, register)
    first = [row for row in _of_keys(store, register, often) if _fits(row, text)]
    keys = {row.key for row in first}
    rest = [row for row in store.registers.find(register, text, LIMIT) if row.key not in keys]
    return (first + rest)[:LIMIT]


def _of_lists(store: Store, text: str, without_code: list[RegisterRow]) -> list[Choice]:
    """Items known from implementation lists: such as fit the text, and those of items that have no code.

    Item lists in the layout of the annex name items without codes; what is supervised joins the two.
    """
    lists = _found(store, catalogue.IMPLEMENTATION, text)
    for row in without_code:
        supervised = str(row.content.get(_SUPERVISED) or "")
        same = store.registers.list(catalogue.IMPLEMENTATION, supervised, limit=LIMIT) if supervised else []
        lists += [one for one in same if one.content.get(_LIST_SUPERVISES) == supervised]
    return [Choice(row.key[0], _item_name(store, row.content)) for row in lists]


def _item_name(store: Store, row: Mapping[str, Json]) -> str:
    supervised = str(row.get(_LIST_SUPERVISES) or "")
    named = store.registers.list(catalogue.ITEM, supervised, limit=LIMIT) if supervised else []
    names = (str(one.content.get("matter_name") or "") for one in named if _supervises(one, supervised))
    return next(names, supervised)


def _supervises(row: RegisterRow, supervised: str) -> bool:
    return row.content.get(_SUPERVISED) == supervised


def _of_keys(store: Store, register: str, often: Iterable[str]) -> list[RegisterRow]:
    return store.registers.with_keys(register, list(islice(often, LIMIT)))


def _fits(row: RegisterRow, text: str) -> bool:
    texts = [*row.key, *(str(value) for value in row.content.values() if value is not None)]
    return is_meant(text, texts)


def _spelt(known: CodeList, query: str) -> list[Code]:
    """The entries that a query spells in pinyin, those whose words begin with it first."""
    begins: list[Code] = []
    inside: list[Code] = []
    for code, names, first_letters in _spelling_of(known):
        if query[0] in first_letters and any(spells(name, query) for name in names):
            begun = any(spells(name, query, at_start=True) for name in names)
            (begins if begun else inside).append(code)
    return begins + inside


@lru_cache(maxsize=8)
def _spelling_of(known: CodeList) -> list[tuple[Code, tuple[str, ...], frozenset[str]]]:
    """Entries with their names and the letters any character of a name may begin with."""
    named = [(code, (code.title, *code.aliases)) for code in known]
    return [
        (code, names, frozenset(letter for name in names for one in initials(name) for letter in one))
        for code, names in named
    ]


def _note(row: RegisterRow, title: str) -> str:
    """What tells a row from others: its name, or the rest of its key where the name is the key."""
    name = str(row.content.get(title) or "")
    return name if name != row.key[0] else " ".join(row.key[1:])


def _key(register: str, row: RegisterRow) -> str:
    """What a record holds of a register row: its leading key; of an implementation list its own code."""
    if register != catalogue.IMPLEMENTATION:
        return row.key[0]
    return str(row.content.get("code") or catalogue.implementation_code(row.content))
