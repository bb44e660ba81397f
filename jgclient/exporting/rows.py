"""Records as rows of texts, in blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from datetime import date

from jgclient.exporting.layouts import Layout
from jgclient.forms.bulk import BulkChecker
from jgclient.forms.checker import Context
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.field_types.base import says_itself
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.forms.remembering import MOST
from jgclient.records import Json, Revision
from jgclient.store import DraftRow, KeptContent

#: Columns of a salvaged workbook behind the fields.
RECORD_COLUMNS = ("record_unique_identity", "cd_operation")


class Rows:
    """Writes records of one form into rows of one layout.

    Args:
        library: The forms.
        form: The form.
        layout: The layout.
        unit: The own unit, which decides what bare region names mean.

    Attributes:
        form: The form.
    """

    def __init__(self, library: FormLibrary, form: Form, layout: Layout, unit: Mapping[str, str]) -> None:
        self.form = form
        self._checker, self._layout, self._unit = library.checker(form), layout, unit
        self._readers: dict[date, BulkChecker] = {}
        self._cells: dict[tuple[str, Hashable], str] = {}
        # The date decides what codes mean, whether it is shown or not.
        self._asked = {f.name for f in form if f in layout.fields or f.name == form.date_field}
        self._say_themselves = {f.name for f in form if says_itself(FIELD_TYPES[f.type])}

    def of(self, records: Sequence[KeptContent]) -> list[list[str]]:
        """The fields of each record, in the order of the layout."""
        rows: list[list[str]] = [[] for _ in records]
        drafts: defaultdict[date, list[int]] = defaultdict(list)
        for place, record in enumerate(records):
            if record.texts is None:
                rows[place] = [self.cell(f, record.content.get(f.name)) for f in self._layout.fields]
            else:
                drafts[record.day].append(place)
        for day, places in drafts.items():
            texts = [records[place].texts or {} for place in places]
            for place, row in zip(places, self._of_drafts(texts, day), strict=True):
                rows[place] = row
        return rows

    def cell(self, form_field: Field, data: Json) -> str:
        """What the layout writes for a value of finished content."""
        if data is None:
            return ""
        if isinstance(data, str) and form_field.name in self._say_themselves:
            return data
        key = (form_field.name, tuple(data) if isinstance(data, list) else data)
        try:
            known = self._cells.get(key)
        except TypeError:  # attachments are objects
            return self._new_cell(form_field, data)
        if known is None:
            if len(self._cells) > 20 * MOST:
                self._cells.clear()
            known = self._cells[key] = self._new_cell(form_field, data)
        return known

    def _new_cell(self, form_field: Field, data: Json) -> str:
        texts = self._checker.to_texts({form_field.name: data})
        return self._layout.cell(form_field, data, texts[form_field.name])

    def _of_drafts(self, drafts: Sequence[Mapping[str, str]], day: date) -> list[list[str]]:
        """Rows of drafts; what cannot be understood yet keeps its text."""
        if day not in self._readers:
            context = Context(NoRegisters(), day, self._unit)
            self._readers[day] = self._checker.in_bulk(context, judged=False)
        block = self._readers[day].understand(
            {n: [texts.get(n, "") for texts in drafts] for n in self._asked}
        )
        columns = [self._layout.column(f, block.fields[f.name]) for f in self._layout.fields]
        return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in drafts]


def draft_row(
    library: FormLibrary, form: Form, fields: list[Field], draft: DraftRow, unit: Mapping[str, str]
) -> list[str]:
    """A draft in the exchange layout, with its id and operation."""
    rows = Rows(library, form, Layout(tuple(fields)), unit)
    kept = KeptContent(draft.record_id, form.id, "", accepted=bool(draft.base_revision),
                       day=draft.saved_at.date(), texts=draft.texts, content={})  # fmt: skip
    return [*rows.of([kept])[0], draft.record_id, "u" if draft.base_revision else "i"]


def revision_row(library: FormLibrary, form: Form, fields: list[Field], revision: Revision) -> list[str]:
    """A finished revision in the exchange layout, with its id and operation."""
    rows = Rows(library, form, Layout(tuple(fields)), {})
    cells = [rows.cell(form_field, revision.content.get(form_field.name)) for form_field in fields]
    return [*cells, revision.record_id, revision.operation]
