"""Records → workbook: the empty template of a form; a list, an exchange table, a platform's template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from jgclient.entering import unit_of
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.memory import rare_collections
from jgclient.exchange.template import explanation, write_template
from jgclient.exchange.writer import MAX_ROWS, write_rows
from jgclient.exporting.layouts import Layout, LayoutName, Technical, layout_of, listed_cells, technical_cells
from jgclient.exporting.rows import Rows
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.store import KeptContent, ListQuery, Store

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_PAGE = 500
_BATCH = "export.batch"


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
    layout: LayoutName = "exchange",
    columns: Sequence[str] | None = None,
    query: ListQuery | None = None,
    record_ids: Sequence[str] | None = None,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> int:
    """Write records of a form (or rows of a register) into a workbook, one a row; all cells are texts.

    In the ``exchange`` layout the first row holds the standard titles and the columns of the exchange
    tables; codes are codes, dates ``yyyy-MM-dd``; ``record_unique_identity`` is the record id, so that
    importing the file again finds the records instead of doubling them, and ``cd_operation`` what the row is
    to the platform (i new, u changed, d withdrawn). ``platform`` is what a platform's own import reads: the
    same without technical columns, with a row of explanations; for 双公示 words and slashes. ``list`` is what
    a list shows. Extras that are not exchanged are only in lists that name them.

    Args:
        store: This thread's store.
        library: The forms.
        form_id: The form.
        path: The .xlsx to write.
        layout: How rows are written.
        columns: For lists: which columns, see :func:`~jgclient.exporting.layouts.layout_of`.
        query: Which records, in which order; its page is not asked for.
        record_ids: Only these, in this order.
        now: The present, for cd_time and cd_batch.
        on_progress: Told how many of how many are done.
        is_cancelled: Asked now and then.

    Returns:
        Number of records written.

    Raises:
        KeyError: there is no such form or column.
        WorkbookError: the file cannot be written, or the user stopped it; there is no new file then.
    """
    form = library.get(form_id)
    how = layout_of(form, layout, columns)
    rows = Rows(library, form, how, unit_of(store))
    lines: Iterator[list[str]]
    if form.register is not None:
        total = store.registers.count(form.register.name)
        lines = _register_rows(store, form, how, rows)
    else:
        ids = record_ids if record_ids is not None else store.records.ids(_whole(query, form))
        total = len(ids)
        lines = _record_rows(store, how, rows, ids, _technical(store, now) if how.technical else None)
    first = [[explanation(f, library.codes) for f in how.fields]] if how.explained else []
    watched = _watched(lines, total, on_progress, is_cancelled)
    with rare_collections():
        return write_rows(path, form.title, how.headings, watched, above=first)


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


def _register_rows(store: Store, form: Form, layout: Layout, rows: Rows) -> Iterator[list[str]]:
    offset = 0
    while form.register and (page := store.registers.list(form.register.name, limit=_PAGE, offset=offset)):
        offset += len(page)
        for row in page:
            yield [rows.cell(f, row.content.get(f.name)) for f in layout.fields]


def _whole(query: ListQuery | None, form: Form) -> ListQuery:
    """All records to write, not page by page: one that is changed meanwhile may move to another page.

    No more than a sheet has rows; with the headings that is one too many, which the writer tells.
    """
    return replace(query or ListQuery(sort="id", descending=False), form=form.id, limit=MAX_ROWS, offset=0)


def _pages(record_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(record_ids), _PAGE):
        yield record_ids[start : start + _PAGE]


def _record_rows(
    store: Store, layout: Layout, rows: Rows, record_ids: Sequence[str], technical: Technical | None
) -> Iterator[list[str]]:
    for ids in _pages(record_ids):
        kept = [record for record in store.bulk.contents(ids) if record.form == rows.form.id]
        lines = (
            {row.id: row for row in store.records.list(ListQuery(ids=tuple(ids), limit=len(ids)))}
            if layout.listed
            else {}
        )
        for record, cells in zip(kept, rows.of(kept), strict=True):
            before = listed_cells(layout, lines[record.record_id]) if layout.listed else []
            behind = technical(record.record_id, _operation(record)) if technical else []
            yield [*layout.arranged([*before, *cells]), *behind]


def _operation(record: KeptContent) -> str:
    """What the row is to the platform."""
    return record.operation if record.texts is None else "u" if record.accepted else "i"


def _technical(store: Store, now: datetime) -> Technical:
    """The exchange columns, under the next batch number of the day."""
    unit = unit_of(store)
    with store.atomic():
        day, last = store.settings.get(_BATCH, ["", 0])
        serial = last + 1 if day == f"{now:%Y%m%d}" else 1
        store.settings.set(_BATCH, [f"{now:%Y%m%d}", serial])
    return technical_cells(
        batch=f"{now:%Y%m%d}{serial:05d}", source=f"{unit['region']}|{unit['code']}", now=now
    )
