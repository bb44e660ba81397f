"""Which records a row of a feedback list names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from jgclient.exchange.feedback_list import FeedbackRow
from jgclient.exchange.headings import heading_key
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Store

_DOCUMENT = re.compile("(?:文书号|文号)$")
_BRACKETS = ("〔〕", "[]", "（）", "()", "【】")


class Finder:
    """Finds records by id, and by the numbers of their forms."""

    def __init__(self, store: Store, library: FormLibrary) -> None:
        self._store = store
        forms = [form for form in library.forms if form.kind == "record"]
        self._numbers = {form.id: _number_fields(form) for form in forms}
        self._named = defaultdict[str, dict[str, str]](dict)
        for form in forms:
            for name in self._numbers[form.id]:
                for heading in (form.field(name).title, name):
                    self._named[heading_key(heading)][form.id] = name

    @staticmethod
    def headings(library: FormLibrary) -> list[str]:
        """All headings under which forms know their numbers."""
        return [
            name
            for form in library.forms
            if form.kind == "record"
            for field_name in _number_fields(form)
            for name in (form.field(field_name).title, field_name, *form.field(field_name).aliases)
        ]

    def find(self, row: FeedbackRow) -> list[RecordRow]:
        """The records a row may mean: one if all is well, withdrawn ones only when there is no other."""
        if row.record_id:
            found = self._with_id(row.record_id)
            if found or not row.names:
                return found
        for heading, number in row.names:
            found = self._with_number(heading, number)
            if found:
                return [r for r in found if r.state is not State.WITHDRAWN] or found
        return []

    def _with_id(self, text: str) -> list[RecordRow]:
        whole = re.sub("[^0-9a-f]", "", text.lower())
        ids = (text.lower(), f"{whole[:8]}-{whole[8:12]}-{whole[12:16]}-{whole[16:20]}-{whole[20:]}")
        return self._store.records.list(ListQuery(ids=tuple(dict.fromkeys(ids)), limit=2))

    def _with_number(self, heading: str, number: str) -> list[RecordRow]:
        """Records of the forms that call a field just so, else of all forms."""
        named = self._named.get(heading_key(heading), {})
        ids = self._store.records.holding(_spellings(number))
        wanted = {heading_key(number)}
        kept = self._store.bulk.contents(ids)
        matching = [
            record.record_id
            for record in kept
            if not named or record.form in named
            for names in [[named[record.form]] if named else self._numbers.get(record.form, ())]
            if wanted & {heading_key(_text(record.texts, record.content, name)) for name in names}
        ]
        return self._store.records.list(ListQuery(ids=tuple(matching), limit=max(1, len(matching))))


def _text(texts: dict[str, str] | None, content: dict[str, object], name: str) -> str:
    return str((texts if texts is not None else content).get(name) or "")


def _number_fields(form: Form) -> list[str]:
    """The fields that name a record: its business number and the numbers of its documents."""
    documents = [f.name for f in form if _DOCUMENT.search(f.title)]
    return list(dict.fromkeys([*filter(None, [form.number_field]), *documents]))


def _spellings(number: str) -> Sequence[str]:
    """A number with the brackets that offices use for one another."""
    inside = re.split(r"[〔\[（(【]([^〕\])）】]*)[〕\])）】]", number)
    if len(inside) == 1:
        return [number]
    spelt = [
        "".join(p if i % 2 == 0 else pair[0] + p + pair[1] for i, p in enumerate(inside))
        for pair in _BRACKETS
    ]
    return list(dict.fromkeys([number, *spelt]))
