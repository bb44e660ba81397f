"""Templates: what records of one item usually say, filled in when the item is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from jgclient.aids import objects
from jgclient.forms.definition import Field, Form
from jgclient.store import Store

#: Setting: texts by item code, by form.
SETTING = "templates"
#: Types that belong to one record only.
_OWN = frozenset({"date", "datetime", "document_number", "attachments", "identifier"})


def of_item(store: Store, form: Form, item: str) -> dict[str, str]:
    """The template of an item, empty for none."""
    known = _of_form(store, form)
    return {name: text for name, text in known.get(item, {}).items() if name in form.by_name}


def keep(store: Store, form: Form, texts: Mapping[str, str]) -> int:
    """Make the record the template of its item; returns how many fields it fills, 0 without an item.

    Numbers, dates, the party and what comes from the unit belong to one record and are left out.
    """
    item = texts.get(form.item_field, "") if form.item_field else ""
    if not item:
        return 0
    party = {field.name for field in objects.section_of_party(form)}
    fields = [field for field in form if _is_usual(field, form) and field.name not in party]
    kept = {field.name: texts[field.name] for field in fields if texts.get(field.name)}
    _put(store, form, {**_of_form(store, form), item: kept})
    return len(kept)


def drop(store: Store, form: Form, item: str) -> bool:
    """Forget the template of an item; False when there is none."""
    known = _of_form(store, form)
    if item not in known:
        return False
    _put(store, form, {code: texts for code, texts in known.items() if code != item})
    return True


def _is_usual(field: Field, form: Form) -> bool:
    own = (form.item_field, form.number_field, form.title_field)
    return field.type not in _OWN and field.name not in own and not field.default.startswith("unit.")


def _of_form(store: Store, form: Form) -> dict[str, dict[str, str]]:
    kept = store.settings.get(SETTING, {})
    found = kept.get(form.id, {}) if isinstance(kept, dict) else {}
    return dict(found) if isinstance(found, dict) else {}


def _put(store: Store, form: Form, known: Mapping[str, Mapping[str, str]]) -> None:
    kept = store.settings.get(SETTING, {})
    every = dict(kept) if isinstance(kept, dict) else {}
    store.settings.set(SETTING, {**every, form.id: {item: dict(texts) for item, texts in known.items()}})
