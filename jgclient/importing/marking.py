"""Problems go back to where they came from: the clerk's own workbook, marked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jgclient.exchange.locating import Source, locate
from jgclient.exchange.marked_book import CellProblem, Markings, write_marked
from jgclient.exchange.marks import RowMark, standing
from jgclient.exchange.reader import read_workbook
from jgclient.forms.library import FormLibrary
from jgclient.importing.report import ImportReport, RowProblem, RowReport
from jgclient.store import Store


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a marking.

    Attributes:
        problems: Number of problems marked.
        formats_kept: The clerk's formats are kept; else it is a new workbook with the same cells.
    """

    problems: int
    formats_kept: bool


def mark_problems(
    store: Store,
    library: FormLibrary,
    path: Path,
    report: ImportReport,
    out: Path,
) -> Marked:
    """Write a copy of an imported (or only checked) workbook in which every problem is marked at its cell.

    Rows that are records carry a hidden mark, so that the workbook can come back: then only rows that were
    changed in it count.

    Args:
        store: Where the records are.
        library: The forms.
        path: The workbook.
        report: What its import said.
        out: The .xlsx to write.

    Raises:
        WorkbookError: the workbook cannot be read any more, or the copy not be written.
    """
    sheets = read_workbook(path)
    columns = report.mapping | dict.fromkeys(report.unmatched, "")
    located = locate(sheets, library.forms, form=library.get(report.form), chosen=columns)
    sources = {source.table.sheet.name: source for source in located.sources}
    problems = [
        _cell_problem(sources[row.sheet], row, problem)
        for row in report.rows
        for problem in row.problems
        if row.sheet in sources
    ]
    header_rows = {
        name: source.table.sheet.number(source.table.header[-1]) for name, source in sources.items()
    }
    kept = write_marked(path, sheets, Markings(problems, header_rows, _row_marks(store, report)), out)
    return Marked(len(problems), kept)


def _cell_problem(source: Source, row: RowReport, problem: RowProblem) -> CellProblem:
    """Where a problem is marked: at its column, else at the first one."""
    places = {name: column.index for column, name in source.columns.fields.items()}
    index = places.get(problem.field, min(places.values(), default=0))
    return CellProblem(
        row.sheet, row.row, source.table.sheet.first_column + index, problem.column or problem.title,
        problem.value, problem.message, problem.help, problem.candidates, problem.strength == "hard",
    )  # fmt: skip


def _row_marks(store: Store, report: ImportReport) -> dict[tuple[str, int], str]:
    """The hidden marks of rows that are records, each record once."""
    marks: dict[str, tuple[str, int]] = {}
    for row in report.rows:
        if row.record_id:
            marks.setdefault(row.record_id, (row.sheet, row.row))
    found = {}
    for record_id, place in marks.items():
        draft = store.records.draft(record_id)
        found[place] = str(RowMark(record_id, standing(draft.texts if draft else {})))
    return found
