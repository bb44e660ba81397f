"""Which column is which field: what is known by its heading, and what else its content looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from jgclient.entering import unit_of
from jgclient.exchange.cells import cell_text
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.kept_reading import Read
from jgclient.exchange.locating import locate, tables_of
from jgclient.exchange.mapping import FormHeadings, map_columns
from jgclient.exchange.reader import Sheet, read_workbook
from jgclient.exchange.tables import Column, Table
from jgclient.forms.bulk import BulkChecker
from jgclient.forms.bulk_filled import Understood
from jgclient.forms.checker import Context
from jgclient.forms.definition import Field, Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.importing.layouts import remembered
from jgclient.store import Store

#: known: by a name of the field. similar: by likeness of the heading. chosen: by the clerk, now or an earlier
#: time. content: not mapped; what it holds looks like this field. Empty: not mapped.
How = Literal["known", "similar", "chosen", "content", ""]
#: Types whose texts tell themselves apart; anything fits into the others.
_TELLING = frozenset(("code", "codes", "date", "datetime", "identifier", "yes_no"))
_LOOKED_AT, _SHOWN = 200, 3
#: Columns of a table that are proposed; more are no table of an office.
_MOST = 200
#: A column looks like a field when so many of its texts are right for it, and at least two differ.
_SHARE, _DIFFERENT = 0.9, 2
#: Numbers of certificates whose kind another field tells: shorter ones could be anything.
_SHORTEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One column of the workbook.

    Attributes:
        label: Its heading as the clerk sees it.
        samples: The first different texts in it.
        field: Name of the field, empty for none; for ``content`` a suggestion only, not taken by itself.
    """

    label: str
    samples: tuple[str, ...]
    field: str
    how: How


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would make of the columns.

    Attributes:
        form: The form; everything can be mapped to its fields.
        columns: In the order of the tables, each heading once; of very wide tables the first ones.
        missing: Required fields that no column fills.
    """

    form: Form
    sheets: tuple[str, ...]
    columns: tuple[ProposedColumn, ...]
    missing: tuple[str, ...]


def propose(
    store: Store,
    library: FormLibrary,
    path: Path,
    *,
    form_id: str | None = None,
    columns: Mapping[str, str] | None = None,
    now: datetime,
    read: Read = read_workbook,
) -> Proposal:
    """What each column of a workbook may be.

    Args:
        store: This thread's store.
        library: The forms.
        path: The workbook.
        form_id: The form; found out by the headings when None.
        columns: Column heading → field name as the clerk decided so far; None to begin with what she chose
            for this layout the last time.
        now: The present, aware.
        read: Reads the workbook.

    Raises:
        WorkbookError: the file cannot be read, or no form was named and none is known by the headings.
    """
    sheets = read(path)
    form = library.get(form_id) if form_id else None
    if columns is None:
        form, columns = remembered(store, library, sheets, form) or (form, {})
    form, tables = _tables(sheets, library, form, columns)
    context = Context(NoRegisters(), now.date(), unit_of(store))
    reader = library.checker(form).in_bulk(context)
    found: dict[str, ProposedColumn] = {}
    for table in tables:
        for proposed in _proposed(table, form, columns, reader):
            found.setdefault(proposed.label, proposed)
    taken = {p.field for p in found.values() if p.how != "content"}
    missing = tuple(f.title for f in form if f.required and not f.default and f.name not in taken)
    return Proposal(form, tuple(t.sheet.name for t in tables), tuple(found.values()), missing)


def _tables(
    sheets: Sequence[Sheet], library: FormLibrary, form: Form | None, columns: Mapping[str, str]
) -> tuple[Form, list[Table]]:
    try:
        located = locate(sheets, library.forms, form=form, chosen=columns)
    except WorkbookError:
        tables = tables_of(sheets, [form]) if form else []
        if form is None or not tables:
            raise
        return form, tables
    return located.form, [source.table for source in located.sources]


def _proposed(
    table: Table, form: Form, chosen: Mapping[str, str], reader: BulkChecker
) -> Iterable[ProposedColumn]:
    mapped = map_columns(table, FormHeadings(form), chosen=chosen)
    texts = _texts(table)
    free = [f for f in form if f.exchanged and f.name not in mapped.fields.values()]
    for column in table.columns[:_MOST]:
        if column.index in mapped.technical.values():
            continue
        samples = tuple(islice(dict.fromkeys(texts[column.index]), _SHOWN))
        name, how = mapped.fields.get(column, ""), _how(column, mapped.guessed, chosen)
        if not name and column.label not in chosen and column.label in mapped.unmatched:
            name = _looks_like(column, texts[column.index], free, form, reader)
            how = "content"
        yield ProposedColumn(column.label, samples, name, how if name or how == "chosen" else "")


def _how(column: Column, guessed: frozenset[str], chosen: Mapping[str, str]) -> How:
    if column.label in chosen:
        return "chosen"
    return "similar" if column.label in guessed else "known"


def _texts(table: Table) -> dict[int, list[str]]:
    """The first texts of each column, empty ones left out."""
    rows = [row.cells for row in islice((r for r in table.rows() if not r.note), _LOOKED_AT)]
    return {
        c.index: [text for cells in rows if c.index < len(cells) and (text := cell_text(cells[c.index]))]
        for c in table.columns[:_MOST]
    }


def _looks_like(
    column: Column, texts: Sequence[str], free: Sequence[Field], form: Form, reader: BulkChecker
) -> str:
    """The one free field that the texts are right for.

    Of several the one whose name shares most with the heading, of equals the date of the act.
    """
    if len(set(texts)) < _DIFFERENT:
        return ""
    fits = [f for f in free if f.type in _TELLING and _share_right(f, texts, reader) >= _SHARE]
    if len(fits) < 2:
        return fits[0].name if fits else ""
    ranked = sorted(
        ((_in_common(column.label, f), f.name == form.date_field, f.name) for f in fits), reverse=True
    )
    return ranked[0][2] if ranked[0][:2] > ranked[1][:2] else ""


def _share_right(form_field: Field, texts: Sequence[str], reader: BulkChecker) -> float:
    filled = reader.understand({form_field.name: texts}).fields[form_field.name]
    return sum(_is_right(filled[place]) for place in range(len(texts))) / len(texts)


def _is_right(found: Understood) -> bool:
    """Whether a text is right for its field. What other fields decide about must at least be long enough."""
    if found.failed or found.problems or found.data is None:
        return False
    return not found.late or len(found.shown) >= _SHORTEST_NUMBER


def _in_common(label: str, form_field: Field) -> int:
    return max(len(set(label) & set(name)) for name in (form_field.title, *form_field.aliases))
