"""The clerk's own workbook with every problem marked where it stands, and a list of all of them in front."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as BookCell
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet.worksheet import Worksheet

from jgclient.exchange.cells import cell_text, column_letters
from jgclient.exchange.marks import OVERVIEW, ROW_MARK
from jgclient.exchange.reader import Sheet
from jgclient.exchange.saving import saved_whole
from jgclient.forms.cleaning import visible

_HARD, _SOFT = PatternFill("solid", fgColor="FFC7CE"), PatternFill("solid", fgColor="FFEB9C")
_HEAD = PatternFill("solid", fgColor="DCE6F1")
_AUTHOR = "jgclient"
_LONGEST_NOTE = 1500
_WRAP = Alignment(wrap_text=True, vertical="top")
_HEADINGS = (
    ("工作表", 16), ("行", 7), ("列", 7), ("栏目", 20), ("原来的内容", 28), ("问题", 46), ("怎么改", 46),
    ("可改为", 30),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One problem and the cell it is marked at.

    Attributes:
        row: Row number as Excel shows it.
        column: Column number from 1.
        heading: What the column is called; the field's title when the sheet has no column for it.
        hard: It keeps the row from being reported.
    """

    sheet: str
    row: int
    column: int
    heading: str
    value: str
    message: str
    help: str
    candidates: tuple[str, ...]
    hard: bool


@dataclass(frozen=True, slots=True)
class Markings:
    """Everything that is put into a workbook.

    Attributes:
        header_rows: Sheet → number of the (lower) header row.
        row_marks: (sheet, row) → text of the hidden column.
    """

    problems: Sequence[CellProblem]
    header_rows: Mapping[str, int]
    row_marks: Mapping[tuple[str, int], str] = field(default_factory=dict)


def write_marked(source: Path, sheets: Sequence[Sheet], markings: Markings, out: Path) -> bool:
    """Write ``source`` to ``out`` with its problems marked.

    An .xlsx keeps its formats; of other kinds, and of one that openpyxl cannot read, a new workbook with the
    same cells is made.

    Returns:
        Whether the formats were kept.

    Raises:
        WorkbookError: ``out`` cannot be written.
    """
    book = _loaded(source)
    kept = book is not None
    book = book or _rebuilt(sheets)
    for sheet in sheets:
        if sheet.name in markings.header_rows and sheet.name in book.sheetnames:
            _mark_rows(book[sheet.name], markings.header_rows[sheet.name], _marks_of(markings, sheet.name))
    _mark_cells(book, markings.problems)
    _write_overview(book, markings.problems)
    with saved_whole(out) as temporary:
        book.save(temporary)
    return kept


def _loaded(source: Path) -> Workbook | None:
    if source.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    try:
        return load_workbook(source, rich_text=True)
    except Exception:  # openpyxl raises anything on workbooks that other programs wrote
        return None


def _rebuilt(sheets: Sequence[Sheet]) -> Workbook:
    """A new workbook with the same texts in the same cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        for number, row in enumerate(sheet.rows):
            for place, value in enumerate(row):
                if text := cell_text(value):
                    _put(page.cell(sheet.number(number), sheet.first_column + place), text)
    return book


def _put(cell: BookCell | MergedCell, text: str) -> None:
    """Put a text into a cell so that it stays one."""
    if isinstance(cell, MergedCell):
        return
    try:
        cell.value = visible(text)
    except IllegalCharacterError:
        cell.value = "".join(char for char in text if char.isprintable())
    cell.data_type, cell.number_format = "s", "@"


def _marks_of(markings: Markings, sheet: str) -> dict[int, str]:
    return {row: mark for (name, row), mark in markings.row_marks.items() if name == sheet}


def _mark_rows(page: Worksheet, header_row: int, marks: Mapping[int, str]) -> None:
    """Fill the hidden column; one that is there already is used again."""
    found = next((cell.column for cell in page[header_row] if cell.value == ROW_MARK), None)
    column = found or page.max_column + 1
    _put(page.cell(header_row, column), ROW_MARK)
    for row, mark in marks.items():
        _put(page.cell(row, column), mark)
    page.column_dimensions[column_letters(column)].hidden = True


def _mark_cells(book: Workbook, problems: Sequence[CellProblem]) -> None:
    """Colour wrong cells and say in a note why; what an earlier marking said is taken away."""
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None
                    if cell.fill.fgColor.rgb in (_HARD.fgColor.rgb, _SOFT.fgColor.rgb):
                        cell.fill = PatternFill()
    by_cell: defaultdict[tuple[str, int, int], list[CellProblem]] = defaultdict(list)
    for problem in problems:
        by_cell[problem.sheet, problem.row, problem.column].append(problem)
    for (name, number, column), found in by_cell.items():
        if name in book.sheetnames:
            _mark_cell(_visible_cell(book[name], number, column), found)


def _visible_cell(page: Worksheet, row: int, column: int) -> Any:  # noqa: ANN401 - openpyxl does not say
    """The cell, or the one that shows the value of the merged range it lies in."""
    cell = page.cell(row, column)
    if isinstance(cell, MergedCell):
        area = next(area for area in page.merged_cells.ranges if cell.coordinate in area)
        return page.cell(area.min_row, area.min_col)
    return cell


def _mark_cell(cell: Any, found: Sequence[CellProblem]) -> None:  # noqa: ANN401 - openpyxl does not say
    said = "\n".join(_note(problem) for problem in found)
    before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    cell.comment = Comment(visible(before + said)[:_LONGEST_NOTE], _AUTHOR, height=140, width=320)
    cell.fill = copy(_HARD if any(problem.hard for problem in found) else _SOFT)


def _note(problem: CellProblem) -> str:
    hints = f"可改为：{'、'.join(problem.candidates)}" if problem.candidates else ""
    lines = [
        f"{'必改' if problem.hard else '提醒'}　{problem.heading}：{problem.message}",
        problem.help,
        hints,
    ]
    return "\n".join(filter(None, lines))


def _write_overview(book: Workbook, problems: Sequence[CellProblem]) -> None:
    """The list of all problems, first in the workbook, each with a link to its cell."""
    if OVERVIEW in book.sheetnames:
        book.remove(book[OVERVIEW])
    page = book.create_sheet(OVERVIEW, 0)
    book.active = 0
    for column, (heading, width) in enumerate(_HEADINGS, start=1):
        _put(page.cell(1, column), heading)
        page.cell(1, column).font, page.cell(1, column).fill = Font(bold=True), _HEAD
        page.column_dimensions[column_letters(column)].width = width
    ordered = sorted(problems, key=lambda p: (not p.hard, p.sheet, p.row, p.column))
    for row, problem in enumerate(ordered, start=2):
        place = f"{column_letters(problem.column)}{problem.row}"
        texts = (
            problem.sheet, str(problem.row), column_letters(problem.column), problem.heading, problem.value,
            problem.message, problem.help, "、".join(problem.candidates),
        )  # fmt: skip
        for column, text in enumerate(texts, start=1):
            _put(page.cell(row, column), text)
            page.cell(row, column).alignment = _WRAP
        page.cell(row, 2).hyperlink = f"#'{problem.sheet.replace(chr(39), chr(39) * 2)}'!{place}"
        page.cell(row, 6).fill = _HARD if problem.hard else _SOFT
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{column_letters(len(_HEADINGS))}{max(2, len(problems) + 1)}"
