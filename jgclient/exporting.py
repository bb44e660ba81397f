"""Records → workbook: the empty template of a form, and all its records in the exchange layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from jgclient.entering import unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.template import write_template
from jgclient.exchange.writer import write_rows
from jgclient.forms.checker import Context
from jgclient.forms.definition import Field, Form
from jgclient.forms.library import FormLibrary
from jgclient.forms.registers import NoRegisters
from jgclient.records import Content, Json, Revision
from jgclient.store import DraftRow, ListQuery, Store

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_PAGE = 500
RECORD_COLUMNS = ("record_unique_identity", "cd_operation")


def template(library: FormLibrary, form_id: str, path: Path) -> None:
    """Write the empty workbook of a form.

    Raises:
        KeyError: there is no such form.
        WorkbookError: the file cannot be written.
    """
    write_template(library.get(form_id), library.codes, path)


def export(
    store: Store,
    library: FormLibrary,
    form_id: str,
    path: Path,
    *,
    record_ids: Sequence[str] | None = None,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> int:
    """Write all records of a form (or rows of a register) in the exchange layout, one a row.

    The first row holds the standard titles; codes are codes, dates ``yyyy-MM-dd``; ``record_unique_identity``
    is the record id, so that importing the file again finds the records instead of doubling them, and
    ``cd_operation`` what the row is to the platform (i new, u changed, d withdrawn). Extras that are not
    exchanged are left out. With ``record_ids`` only those are written, in that order.

    Returns:
        Number of records written.

    Raises:
        KeyError: there is no such form.
        WorkbookError: the file cannot be written, or the user stopped it; there is no new file then.
    """
    form = library.get(form_id)
    fields = [field for field in form if field.exchanged]
    technical: tuple[str, ...] = ()
    if form.register is not None:
        total = store.registers.count(form.register.name)
        rows = _register_rows(store, library, form, fields)
    else:
        listed = _listed(store, form) if record_ids is None else _chosen(store, form, record_ids)
        total = store.records.count(ListQuery(form=form.id)) if record_ids is None else len(record_ids)
        rows, technical = _record_rows(store, library, form, fields, listed), RECORD_COLUMNS
    watched = _watched(rows, total, on_progress, is_cancelled)
    return write_rows(path, form.title, [*(f.title for f in fields), *technical], watched)


def _watched(
    rows: Iterator[list[str]], total: int, on_progress: Progress, is_cancelled: Cancelled
) -> Iterator[list[str]]:
    for done, row in enumerate(rows):
        if done % _PAGE == 0:
            if is_cancelled():
                raise WorkbookError("已按要求停止导出，没有写文件。")
            on_progress(done, total)
        yield row
    on_progress(total, total)


def _register_rows(
    store: Store, library: FormLibrary, form: Form, fields: list[Field]
) -> Iterator[list[str]]:
    checker = library.checker(form)
    offset = 0
    while form.register and (page := store.registers.list(form.register.name, limit=_PAGE, offset=offset)):
        offset += len(page)
        for row in page:
            yield _cells(fields, row.content, checker.to_texts(row.content))


def _listed(store: Store, form: Form) -> Iterator[str]:
    """Ids of all records of a form, by id, because a record that is changed meanwhile keeps its place."""
    offset = 0
    while page := store.records.list(
        ListQuery(form=form.id, sort="id", descending=False, limit=_PAGE, offset=offset)
    ):
        offset += len(page)
        yield from (row.id for row in page)


def _chosen(store: Store, form: Form, record_ids: Sequence[str]) -> Iterator[str]:
    """Those of the records that are of the form, in the order they were chosen."""
    for record_id in record_ids:
        row = store.records.row(record_id)
        if row is not None and row.form == form.id:
            yield record_id


def _record_rows(
    store: Store, library: FormLibrary, form: Form, fields: list[Field], record_ids: Iterator[str]
) -> Iterator[list[str]]:
    for record_id in record_ids:
        draft = store.records.draft(record_id)
        if draft is not None:
            yield draft_row(library, form, fields, draft, unit_of(store))
        elif (revision := store.records.last_revision(record_id)) is not None:
            yield revision_row(library, form, fields, revision)


def draft_row(
    library: FormLibrary, form: Form, fields: list[Field], draft: DraftRow, unit: Mapping[str, str]
) -> list[str]:
    """A draft in the exchange layout, with its id and operation."""
    content, texts = _of_draft(library, form, draft, unit)
    return [*_cells(fields, content, texts), draft.record_id, "u" if draft.base_revision else "i"]


def revision_row(library: FormLibrary, form: Form, fields: list[Field], revision: Revision) -> list[str]:
    """A finished revision in the exchange layout, with its id and operation."""
    texts = library.checker(form).to_texts(revision.content)
    return [*_cells(fields, revision.content, texts), revision.record_id, revision.operation]


def _of_draft(
    library: FormLibrary, form: Form, draft: DraftRow, unit: Mapping[str, str]
) -> tuple[Content, dict[str, str]]:
    """What a draft holds; fields that cannot be understood yet keep their text."""
    known = Context(NoRegisters(), draft.saved_at.date(), unit)
    texts = {name: text for name, text in draft.texts.items() if name in form.by_name}
    reading = library.checker(form).read(texts, known)
    return reading.content, reading.texts


def _cells(fields: list[Field], content: Content, texts: Mapping[str, str]) -> list[str]:
    return [_cell(field, content.get(field.name), texts.get(field.name, "")) for field in fields]


def _cell(field: Field, value: Json, text: str) -> str:
    """A value as exchange tables hold it: the code itself, several codes joined by commas, else its text."""
    if field.type == "code" and value is not None:
        return str(value)
    if field.type == "codes" and isinstance(value, list):
        return ",".join(value)
    return text
