"""What follows from a field just filled: an item brings its lists, an object its address and kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jgclient import entering
from jgclient.aids import objects, templates
from jgclient.forms import catalogue
from jgclient.forms.cleaning import code as cleaned_code
from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Field, Form
from jgclient.forms.library import FormLibrary
from jgclient.store import Store

_OF_ITEM = ("item", "implementation", "implementation_code")
_KIND = "object_kind"


def follow(
    store: Store, library: FormLibrary, form: Form, texts: Mapping[str, str], name: str, *, now: datetime
) -> dict[str, str]:
    """Texts that follow from field ``name``, by field; empty texts where nothing follows now.

    Args:
        texts: The record without what had followed from the field before.
    """
    if not texts.get(name):
        return {}
    found: dict[str, str] = {}
    if name == form.item_field:
        item = cleaned_code(texts[name])
        found |= templates.of_item(store, form, item) | _object_kind(store, library, form, item)
    if name == form.party_field and not texts.get(form.party_code_field):
        found |= _code(store, form, texts[name])
    if name in (form.party_field, form.party_code_field):
        found |= objects.known(store, library, form, {**texts, **found}, now.date())
    found |= _defaults(store, form, {**texts, **found}, name, now)
    return {field: text for field, text in found.items() if field != name and text}


def followers(form: Form, name: str) -> list[Field]:
    """The fields whose first value the form derives from ``name``."""
    return [field for field in form if _follows(field, name, form)]


def _defaults(store: Store, form: Form, texts: Mapping[str, str], name: str, now: datetime) -> dict[str, str]:
    wanted = {field.name for field in followers(form, name)}
    if not wanted:
        return {}
    open_texts = {field: text for field, text in texts.items() if field not in wanted}
    context = entering.context(store, record_id="", now=now)
    filled = defaults(form, open_texts, context, author="", number=str)
    return {field: filled[field] for field in wanted if filled.get(field)}


def _code(store: Store, form: Form, party: str) -> dict[str, str]:
    code = objects.code_of(store, party)
    return {form.party_code_field: code} if code and form.party_code_field else {}


def _object_kind(store: Store, library: FormLibrary, form: Form, item: str) -> dict[str, str]:
    """The object kind of an item, where its list names one that the code list knows."""
    fields = [field for field in form if field.codes == _KIND]
    rows = store.registers.rows(catalogue.IMPLEMENTATION, item) if fields else []
    words = (str(row.get("supervision_object") or "") for row in rows)
    code = next((found for one in words if (found := library.codes.get(_KIND).find(one)) is not None), None)
    return {field.name: code.code for field in fields} if code is not None else {}


def _follows(field: Field, name: str, form: Form) -> bool:
    """Whether the first value of ``field`` comes from the field called ``name``."""
    source, _, column = field.default.partition(".")
    of_item = name == form.item_field and source in _OF_ITEM
    return of_item or (source == "field" and column == name)
