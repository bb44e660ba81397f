"""Writes many rows of texts into a workbook, fast and without holding them in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from jgclient.exchange.errors import WorkbookError, cannot_write
from jgclient.exchange.saving import saved_whole
from jgclient.forms.cleaning import visible

#: Limits of the .xlsx format.
MAX_ROWS, MAX_CELL = 1_048_576, 32_767

_SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_rows(path: Path, sheet: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table of texts; every cell stays text, so codes keep their zeros and nothing becomes a formula.

    Args:
        path: The .xlsx file to make or replace.
        sheet: Name of the sheet.
        headings: First row.
        rows: The other rows; what they raise goes through and leaves no file.

    Returns:
        Number of rows below the headings.

    Raises:
        WorkbookError: the file cannot be written, or a row or cell is beyond what the format can hold.
    """
    with saved_whole(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), _SAFE)
        try:
            text = book.add_format({"num_format": "@"})
            page = book.add_worksheet(sheet[:31])
            page.set_column(0, max(0, len(headings) - 1), 18, text)
            page.freeze_panes(1, 0)
            head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#DCE6F1"})
            page.write_row(0, 0, headings, head)
            count = 0
            for count, row in enumerate(rows, start=1):
                _write_row(page, count, row, text)
        finally:
            _close(book, path)
        return count


def _write_row(page: xlsxwriter.worksheet.Worksheet, number: int, row: Sequence[str], text: object) -> None:
    if number >= MAX_ROWS:
        raise WorkbookError(f"记录超过 {MAX_ROWS - 1} 条，一张表放不下；请按日期分几次导出。")
    for column, cell in enumerate(row):
        if len(cell) > MAX_CELL:
            raise WorkbookError(f"第{number + 1}行有一格超过 {MAX_CELL} 字，Excel放不下；请先删减这条记录。")
        if cell:
            page.write_string(number, column, visible(cell), text)


def _close(book: xlsxwriter.Workbook, path: Path) -> None:
    try:
        book.close()
    except XlsxWriterException as error:
        cause = error.args[0] if error.args else None
        raise cannot_write(path, cause if isinstance(cause, OSError) else OSError(0, str(error))) from None
