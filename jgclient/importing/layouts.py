"""How the clerk mapped the columns of a ledger: remembered for each unit and layout.

A layout is the headings of a table. A ledger that comes again next month is read as it was the last time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from jgclient.entering import unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.headings import exchange_column
from jgclient.exchange.locating import Located, tables_of
from jgclient.exchange.reader import Sheet
from jgclient.exchange.tables import Table
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.records import canonical_json
from jgclient.store import Store

_LAYOUTS = "import.layouts"
#: The oldest layouts are forgotten.
_MOST = 200


def remembered(
    store: Store, library: FormLibrary, sheets: Sequence[Sheet], form: Form | None
) -> tuple[Form, dict[str, str]] | None:
    """The form and the columns chosen for a table of this workbook; None when there is nothing to remember.

    Args:
        store: This thread's store.
        library: The forms.
        sheets: The workbook.
        form: The form if the clerk named it; what was remembered for another one does not count.
    """
    known = store.settings.get(_LAYOUTS) or {}
    if not known:
        return None
    columns: dict[str, str] = {}
    for table in tables_of(sheets, library.forms):
        layout = known.get(_key(store, table))
        found = next((f for f in library.forms if layout and f.id == layout["form"]), None)
        if layout and found and (form is None or form.id == found.id):
            form = found
            columns |= {label: name for label, name in layout["columns"].items() if _fits(found, name)}
    return (form, columns) if form and columns else None


def remember(
    store: Store, library: FormLibrary, sheets: Sequence[Sheet], form: Form, columns: Mapping[str, str]
) -> None:
    """Keep the columns as chosen, for every table that has any of them."""
    known = dict(store.settings.get(_LAYOUTS) or {})
    for table in tables_of(sheets, library.forms):
        chosen = {c.label: columns[c.label] for c in table.columns if c.label in columns}
        if chosen:
            key = _key(store, table)
            known.pop(key, None)
            known[key] = {"form": form.id, "columns": chosen}
    store.settings.set(_LAYOUTS, dict(list(known.items())[-_MOST:]))


def refuse_unknown(located: Located, columns: Mapping[str, str]) -> None:
    """See that every column chosen is there, every field too, and no field is chosen twice.

    Raises:
        WorkbookError: naming what does not fit.
    """
    form = located.form
    labels = [c.label for source in located.sources for c in source.table.columns]
    if missing := [label for label in columns if label not in labels]:
        raise WorkbookError(f"表里没有“{'、'.join(missing)}”这一列；表里的列是：{'、'.join(labels[:30])}。")
    if unknown := [name for name in columns.values() if not _fits(form, name)]:
        raise WorkbookError(f"表单“{form.title}”没有“{'、'.join(unknown)}”这个栏目，请核对后再试。")
    named = [name for name in columns.values() if name]
    if twice := {form.field(name).title for name in named if named.count(name) > 1}:
        raise WorkbookError(f"有两列都对应“{'、'.join(sorted(twice))}”，请只留一列。")


def _fits(form: Form, name: str) -> bool:
    return not name or name in form.by_name


def _key(store: Store, table: Table) -> str:
    labels = [c.label for c in table.columns if not exchange_column(c.headings[0])]  # marked or not
    said = [unit_of(store)["code"], *sorted(labels)]
    return sha256(canonical_json(said).encode()).hexdigest()[:16]
