"""Finds the table in a sheet as offices keep it: title lines above, one or two header rows, notes below."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jgclient.exchange.cells import Cell, column_letters
from jgclient.exchange.headings import heading_unit, is_sequence, unit_line
from jgclient.exchange.not_data import RowJudge
from jgclient.exchange.reader import Sheet

#: Title lines, contact lines and notes above a header never took more rows than this.
_SEARCHED_ROWS = 40
#: Longer texts are no headings of a table nobody knows.
_LONGEST_HEADING = 20

Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a table; equal only to itself.

    Attributes:
        index: Index into the rows of the sheet.
        label: Its heading as the clerk sees it, unique in the table.
        headings: What it may be called, best first: child heading, “parent/child”.
        unit: Unit of money in its heading or above the table, empty when there is none.
    """

    index: int
    label: str
    headings: tuple[str, ...]
    unit: str = ""


class Row(NamedTuple):
    """One row below the header.

    Attributes:
        number: Row number as Excel shows it.
        note: Why it is not data, empty for data.
    """

    number: int
    cells: list[Cell]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a sheet.

    Attributes:
        header: Indices of its header rows.
        known: Number of columns with a known heading.
    """

    sheet: Sheet
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    known: int

    @property
    def header_row(self) -> int:
        """Number of the first header row as Excel shows it."""
        return self.sheet.number(self.header[0])

    @property
    def height(self) -> int:
        """Number of rows that :meth:`rows` gives."""
        return len(_filled_down(self.sheet, self.header[-1] + 1))

    def rows(self) -> Iterator[Row]:
        """All rows below the header up to the last one with anything in it, each judged."""
        judge = RowJudge(
            headers=[dict(_filled(self.sheet, row)) for row in self.header],
            columns=[column.index for column in self.columns],
            sequence=frozenset(c.index for c in self.columns if is_sequence(c.headings[0])),
        )
        begin = self.header[-1] + 1
        below = _filled_down(self.sheet, begin)
        for index, cells in enumerate(below, start=begin):
            yield Row(self.sheet.number(index), cells, judge.note(cells))


def _filled_down(sheet: Sheet, begin: int) -> list[list[Cell]]:
    """The rows from ``begin`` on without empty ones at the end; merged cells hold their value in each row."""
    rows = sheet.rows[begin:]
    while rows and not any(cell != "" for cell in rows[-1]):
        rows.pop()
    for area in sheet.merged:
        if area.top >= begin and area.left == area.right:
            for index in range(area.top - begin + 1, min(area.bottom - begin + 1, len(rows))):
                rows[index][area.left] = rows[area.top - begin][area.left]
    return rows


def find_table(sheet: Sheet, knows: Knows) -> Table | None:
    """The table whose header holds the most known headings; None when there is none with two of them.

    Args:
        sheet: Where to look; only its first rows can be a header.
        knows: Whether a heading names a field of any form.
    """
    searched = range(min(len(sheet.rows), _SEARCHED_ROWS))
    width = max((len(sheet.rows[row]) for row in searched), default=0)
    found = []
    for row in searched:
        tables = _headers_at(sheet, row, knows)
        found += [table for table in tables if table.known >= min(2, len(table.columns))]
        if any(table.known == width and len(table.header) == 1 for table in found):
            break  # nothing further down can be better
    # Of equals one row goes before two (a title line is no group), and the first before repeated headers.
    return max(found, key=lambda table: (table.known, -len(table.header)), default=None)


def likely_table(sheet: Sheet) -> Table | None:
    """The table below the first row that looks like a header, though none of its headings is known.

    Headings are short words, no numbers, and about as many as any row has cells.
    """
    searched = range(min(len(sheet.rows) - 1, _SEARCHED_ROWS))
    wordy = {row: len(texts) for row in searched if _are_words(texts := [t for _, t in _filled(sheet, row)])}
    most = max(wordy.values(), default=0)
    row = next((row for row, filled in wordy.items() if filled >= max(2, 0.8 * most)), None)
    if row is None:
        return None
    return max(_headers_at(sheet, row, lambda _: True), key=lambda table: (table.known, -len(table.header)))


def _are_words(texts: list[str]) -> bool:
    return all(len(text) <= _LONGEST_HEADING and not any(map(str.isdecimal, text)) for text in texts)


def _headers_at(sheet: Sheet, row: int, knows: Knows) -> Iterator[Table]:
    one: list[Heading] = [(index, text, ()) for index, text in _filled(sheet, row)]
    if one:
        yield _table(sheet, (row,), one, knows)
    two = _two_rows(sheet, row)
    if two:
        yield _table(sheet, (row, row + 1), two, knows)


Heading = tuple[int, str, tuple[str, ...]]


def _filled(sheet: Sheet, row: int) -> list[tuple[int, str]]:
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    return [(index, text) for index in range(len(cells)) if (text := _one_line(sheet.text(row, index)))]


def _one_line(text: str) -> str:
    return "".join(text.split("\n")).strip()


def _two_rows(sheet: Sheet, row: int) -> list[Heading]:
    """Headings of a two-row header, or nothing when the two rows are none.

    A column takes the heading of the lower row; its group is the upper heading to the left of it. Two rows
    are a header only if some lower heading has no upper one of its own, and every column that has both begins
    a group.
    """
    upper, lower = dict(_filled(sheet, row)), dict(_filled(sheet, row + 1))
    if not any(index not in upper for index in lower):
        return []
    if not all(_begins_group(sheet, row, index, upper, lower) for index in lower if index in upper):
        return []
    headings: list[Heading] = []
    group = ""
    for index in sorted(upper.keys() | lower.keys()):
        group = upper.get(index, group)
        if index in lower:
            headings.append((index, lower[index], (f"{group}/{lower[index]}",) if group else ()))
        else:
            headings.append((index, upper[index], ()))
    return headings


def _begins_group(sheet: Sheet, row: int, index: int, upper: dict[int, str], lower: dict[int, str]) -> bool:
    if sheet.merged:
        return any(a.top == row == a.bottom and a.left == index < a.right for a in sheet.merged)
    return index + 1 in lower and index + 1 not in upper


def _table(sheet: Sheet, header: tuple[int, ...], headings: list[Heading], knows: Knows) -> Table:
    common = next(
        (u for r in range(header[0]) for _, text in _filled(sheet, r) if (u := unit_line(text))), ""
    )
    labels: set[str] = set()
    columns = []
    for index, text, others in headings:
        label = text if text not in labels else f"{text}（{column_letters(sheet.first_column + index)}列）"
        labels.add(label)
        columns.append(Column(index, label, (text, *others), heading_unit(text) or common))
    known = sum(any(map(knows, column.headings)) for column in columns)
    return Table(sheet, header, tuple(columns), known)
