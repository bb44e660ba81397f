"""Reads the workbooks that offices have: .xlsx .xlsm .xlsb .xls .et .ods and .csv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from jgclient.exchange.cells import Cell, cell_text
from jgclient.exchange.csv_reader import read_csv
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.faulty_cells import FaultyCell, faulty_cells
from jgclient.exchange.guard import Kind, Look, damaged, look_at, password
from jgclient.exchange.memory import rare_collections

__all__ = ["Merged", "Sheet", "WorkbookError", "read_workbook"]

# calamine sees passwords only where it goes by the name, so a file that is called what it is goes by name.
_NAMES: dict[Kind, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm"),
    "xlsb": (".xlsb",),
    "ods": (".ods",),
    "cfb": (".xls",),
}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range as indices into ``Sheet.rows``, ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; empty rows and columns before the first value are left out.

    Attributes:
        first_row: Number in the file of ``rows[0]``, counted from 1.
        first_column: Number in the file of the first cell of each row, counted from 1.
        merged: Merged ranges; empty where the format does not tell them (.ods, .csv, .xlsb).
    """

    name: str
    rows: list[list[Cell]]
    first_row: int = 1
    first_column: int = 1
    merged: tuple[Merged, ...] = ()
    hidden: bool = False

    def text(self, row: int, column: int) -> str:
        """Text of one cell by its indices; empty outside the sheet."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cell_text(cells[column]) if column < len(cells) else ""

    def number(self, row: int) -> int:
        """Row number as Excel shows it, for an index into ``rows``."""
        return self.first_row + row


def read_workbook(path: Path) -> list[Sheet]:
    """All sheets that hold anything, hidden ones marked.

    Raises:
        WorkbookError: the file is no workbook, empty, damaged, too big, or protected by a password.
    """
    look = look_at(path)
    sheets = [Sheet(path.stem, read_csv(path))] if look.kind == "text" else _read(path, look)
    for sheet in sheets:
        # Formulas that show nothing are drawn down to the last of a million rows.
        while sheet.rows and not any(cell != "" for cell in sheet.rows[-1]):
            sheet.rows.pop()
    sheets = [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]
    if not sheets:
        raise WorkbookError(f"“{path.name}”里没有任何内容，请核对是否选错了文件。")
    return sheets


def _read(path: Path, look: Look) -> list[Sheet]:
    try:
        with rare_collections(), _open(path, look.kind) as workbook:
            sheets = list(_sheets(workbook))
        return _with_faults(sheets, faulty_cells(path, look.faulty)) if look.faulty else sheets
    except PasswordError:
        raise password(path) from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # calamine's errors, and panics of its Rust code, which are no Exception
        raise damaged(path) from None


def _with_faults(
    sheets: list[Sheet], faults: Mapping[str, Mapping[tuple[int, int], FaultyCell]]
) -> list[Sheet]:
    """Put in what the office program shows where nothing was read."""
    for sheet in sheets:
        for (row, column), fault in faults.get(sheet.name, {}).items():
            cells = sheet.rows[row - sheet.first_row] if 0 <= row - sheet.first_row < len(sheet.rows) else []
            if 0 <= column - sheet.first_column < len(cells) and cells[column - sheet.first_column] == "":
                cells[column - sheet.first_column] = fault
    return sheets


def _open(path: Path, kind: Kind) -> CalamineWorkbook:
    if path.suffix.lower() in _NAMES.get(kind, ()):
        return CalamineWorkbook.from_path(path)
    with path.open("rb") as stream:
        return CalamineWorkbook.from_filelike(stream)


def _sheets(workbook: CalamineWorkbook) -> Iterator[Sheet]:
    for meta in workbook.sheets_metadata:
        if meta.typ is SheetTypeEnum.WorkSheet:
            hidden = meta.visible is not SheetVisibleEnum.Visible
            yield _sheet(workbook.get_sheet_by_name(meta.name), hidden=hidden)


def _sheet(source: CalamineSheet, *, hidden: bool) -> Sheet:
    top, left = source.start or (0, 0)
    merged = tuple(
        Merged(r1 - top, c1 - left, r2 - top, c2 - left)
        for (r1, c1), (r2, c2) in source.merged_cell_ranges or ()
    )
    # Row by row, because handing over all at once keeps every other thread waiting, the window's too; these
    # rows begin at the sheet's first one, but at the table's first column.
    rows = [cast("list[Cell]", row) for row in islice(source.iter_rows(), top, None)]
    return Sheet(source.name, rows, top + 1, left + 1, merged, hidden)
