"""Phrases of a person: sentences she writes again and again, by field."""

from __future__ import annotations

from jgclient import entering
from jgclient.forms.definition import Field, Form
from jgclient.forms.library import FormLibrary
from jgclient.store import ListQuery, Store

#: Setting: phrases, newest first, by field name, by person.
SETTING = "phrases"
#: Phrases remembered of a field; the oldest go first.
MOST = 30
#: Earlier records whose words are offered as well.
_RECENT = 12
#: Types that hold words of one's own.
TYPES = frozenset({"text", "long_text"})


def takes(field: Field) -> bool:
    """Whether phrases make sense in a field: free words, no numbers and no choices."""
    return field.type in TYPES and not field.register


def of_field(store: Store, name: str) -> list[str]:
    """What the person who is typing has remembered for a field."""
    found = _mine(store).get(name, [])
    return list(found)


def recent(store: Store, library: FormLibrary, form: Form, name: str) -> list[str]:
    """What the last records of a form say in a field, newest first, each once."""
    rows = store.records.list(ListQuery(form=form.id, limit=_RECENT))
    checker = library.checker(form)
    said: list[str] = []
    for row in rows:
        draft = store.records.draft(row.id)
        revision = None if draft is not None else store.records.last_revision(row.id)
        texts = draft.texts if draft is not None else checker.to_texts(revision.content if revision else {})
        said.append(texts.get(name, ""))
    return [text for text in dict.fromkeys(said) if text]


def remember(store: Store, name: str, text: str) -> bool:
    """Keep a phrase for a field; False when there is nothing to keep."""
    phrase = text.strip()
    if not phrase:
        return False
    kept = [one for one in of_field(store, name) if one != phrase]
    _put(store, name, [phrase, *kept][:MOST])
    return True


def forget(store: Store, name: str, text: str) -> bool:
    """Drop a phrase; False when it was none."""
    kept = of_field(store, name)
    if text not in kept:
        return False
    _put(store, name, [one for one in kept if one != text])
    return True


def _mine(store: Store) -> dict[str, list[str]]:
    kept = store.settings.get(SETTING, {})
    mine = kept.get(entering.author_of(store), {}) if isinstance(kept, dict) else {}
    return dict(mine) if isinstance(mine, dict) else {}


def _put(store: Store, name: str, texts: list[str]) -> None:
    kept = store.settings.get(SETTING, {})
    every = dict(kept) if isinstance(kept, dict) else {}
    store.settings.set(SETTING, {**every, entering.author_of(store): {**_mine(store), name: texts}})
