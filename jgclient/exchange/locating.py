"""Finds in a workbook the tables to import, and the form they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jgclient.exchange.errors import UnknownTableError
from jgclient.exchange.headings import heading_key, short_key
from jgclient.exchange.mapping import ColumnMap, FormHeadings, map_columns
from jgclient.exchange.marks import OVERVIEW
from jgclient.exchange.reader import Sheet
from jgclient.exchange.tables import Knows, Table, find_table, likely_table
from jgclient.forms.definition import Form

#: Hidden sheet of our templates that names form and version; also holds the drop-down lists.
HIDDEN_SHEET = "_jgclient"
#: A form is taken for a table only if at least this share of the columns or of the required fields fits.
_LEAST_SHARE = 0.3
#: Longer texts are data; not looking at them keeps the search for the header quick.
_LONGEST_HEADING = 100


@dataclass(frozen=True, slots=True)
class Source:
    """One table to import."""

    table: Table
    columns: ColumnMap


@dataclass(frozen=True, slots=True)
class Located:
    """What is to be imported from a workbook.

    Attributes:
        sources: Tables of the form, one a sheet.
        ignored: Names of visible sheets that hold something else.
    """

    form: Form
    sources: list[Source]
    ignored: list[str]


def locate(
    sheets: Sequence[Sheet],
    forms: Sequence[Form],
    *,
    form: Form | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Located:
    """Find the tables of one form: of ``form`` if given, else of the form that fits best.

    Hidden sheets are looked at only when no visible one holds a table.

    Args:
        sheets: All sheets of the workbook.
        forms: All forms that may be meant.
        form: The form if the clerk named it.
        chosen: Columns the clerk mapped herself, see :func:`~jgclient.exchange.mapping.map_columns`.

    Raises:
        UnknownTableError: no sheet has a header row that fits; the text says what was seen and how to go on.
    """
    form = form or _named_form(sheets, forms)
    headings = [FormHeadings(f) for f in ([form] if form else forms)]
    own = (HIDDEN_SHEET, OVERVIEW)
    visible = [sheet for sheet in sheets if not sheet.hidden and sheet.name not in own]
    hidden = [sheet for sheet in sheets if sheet.hidden and sheet.name not in own]
    for group in (visible, hidden):
        found = _best(group, headings, chosen or {}, named=form is not None)
        if found:
            ignored = [s.name for s in visible if s.name not in {x.table.sheet.name for x in found}]
            return Located(found[0].columns.form, found, ignored)
    raise _nothing_known(visible or hidden, form)


def _named_form(sheets: Iterable[Sheet], forms: Sequence[Form]) -> Form | None:
    """The form that one of our own templates was made for."""
    for sheet in sheets:
        if sheet.hidden and sheet.name == HIDDEN_SHEET and sheet.text(0, 0) == "form":
            return next((form for form in forms if form.id == sheet.text(0, 1)), None)
    return None


def tables_of(sheets: Iterable[Sheet], forms: Sequence[Form]) -> list[Table]:
    """The tables on visible sheets, whether their headings are known or only look like headings."""
    knows = _knower([FormHeadings(form) for form in forms], {})
    visible = [sheet for sheet in sheets if not sheet.hidden and sheet.name not in (HIDDEN_SHEET, OVERVIEW)]
    return [table for sheet in visible if (table := find_table(sheet, knows) or likely_table(sheet))]


def _best(
    sheets: Iterable[Sheet], headings: list[FormHeadings], chosen: Mapping[str, str], *, named: bool
) -> list[Source]:
    """The tables of the form that fits any of the sheets best."""
    knows = _knower(headings, chosen)
    tables = [
        table
        for sheet in sheets
        if (table := find_table(sheet, knows) or (likely_table(sheet) if named and chosen else None))
    ]
    fits = [
        [(form, map_columns(table, form, chosen=chosen, guess=False)) for form in headings]
        for table in tables
    ]
    plausible = [(fit.score(), form) for some in fits for form, fit in some if _plausible(fit, chosen)]
    if not plausible:
        return []
    best = max(plausible, key=lambda fit: fit[0])[1]
    return [
        source
        for table, some in zip(tables, fits, strict=True)
        if (source := _source(table, best, [fit for form, fit in some if form is not best], chosen))
    ]


def _knower(headings: Sequence[FormHeadings], chosen: Mapping[str, str]) -> Knows:
    """Whether a heading names a field of any of the forms, or was chosen."""
    exact = frozenset().union(*(form.exact_keys for form in headings))
    short = frozenset().union(*(form.short_keys for form in headings))

    def knows(heading: str) -> bool:
        if len(heading) > _LONGEST_HEADING:
            return False
        return heading in chosen or heading_key(heading) in exact or short_key(heading) in short

    return knows


def _plausible(fit: ColumnMap, chosen: Mapping[str, str]) -> bool:
    columns = len(fit.fields) + len(fit.unmatched)
    required = {f.name for f in fit.form if f.required}
    share = len(required.intersection(fit.fields.values())) / max(1, len(required))
    return any(chosen.get(column.label) for column in fit.fields) or (
        len(fit.fields) >= min(2, columns) and max(len(fit.fields) / max(1, columns), share) >= _LEAST_SHARE
    )


def _source(
    table: Table, best: FormHeadings, others: Sequence[ColumnMap], chosen: Mapping[str, str]
) -> Source | None:
    """The table with its columns, unless another form fits this sheet better."""
    fit = map_columns(table, best, chosen=chosen)
    if not _plausible(fit, chosen) or any(other.score() > fit.score() for other in others):
        return None
    return Source(table, fit)


def _nothing_known(sheets: Sequence[Sheet], form: Form | None) -> UnknownTableError:
    seen = max((row for sheet in sheets for row in _first_rows(sheet)), key=lambda row: len(row[1]))
    number, texts = seen
    shown = "、".join(texts[:8]) + ("……" if len(texts) > 8 else "")
    wanted = f"表单“{form.title}”的" if form else "任何表单的"
    how = "换一个表单再试" if form else "选定它是哪种表单（导入页的“表单”，命令行用 --form）"
    return UnknownTableError(
        f"没有认出{wanted}表头：第{number}行看到：{shown}；请{how}，或把内容填进“空白模板”再导入。"
    )


def _first_rows(sheet: Sheet) -> Iterable[tuple[int, list[str]]]:
    for index in range(min(len(sheet.rows), 40)):
        texts = [text for column in range(len(sheet.rows[index])) if (text := sheet.text(index, column))]
        yield sheet.number(index), ["".join(text.split())[:20] for text in texts]
