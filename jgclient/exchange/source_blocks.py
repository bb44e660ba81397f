"""The data rows of located tables as field texts, in blocks, each row with a fingerprint."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, zip_longest
from typing import Any, cast

from jgclient.exchange.cells import Cell, cell_text
from jgclient.exchange.faulty_cells import ERROR_TEXTS, FaultyCell
from jgclient.exchange.locating import Located, Source
from jgclient.exchange.marks import ROW_MARK, RowMark
from jgclient.exchange.tables import Column, Row
from jgclient.forms.definition import Field
from jgclient.forms.remembering import Remembered

#: Rows of a block: column by column is fastest while a block fits into the processor's cache; with 500 or
#: 2000 it takes a tenth longer.
BLOCK = 1000
_ENDS_IN_NUMBER = re.compile(r"[\d.]\s*$")
# What needs no cleaning at all: most cells.
_TIDY = re.compile(r"[!-~一-鿿·—‘’“”…、。《》〈〉「」『』【】〔〕！（），：；？]*")
# What NFKC, folding and the removal of spaces leave as it is but for capitals: most lines.
_SETTLED = re.compile(r"[0-9A-Za-z_=一-鿿、。-]*")
_SPACES = re.compile(r"[^\S\n]+")

_SOUND = {str, int, float, bool}

Converter = Callable[[str], str]


@dataclass(slots=True)
class SourceBlock:
    """Some successive rows of one sheet: notes, and data column by column.

    Attributes:
        headings: Field name → column heading as the clerk sees it.
        notes: (row number as Excel shows it, why it is not data).
        numbers: Row numbers of the data rows.
        texts: Field name → text of each data row as read, empty where the cell is.
        fingerprints: Equal for rows with equal content, whatever the file, sheet or row number.
        record_ids: Record each row was exported from, empty when the file does not say.
        marks: What our own marking of the workbook says of each row, None where it is not marked.
        faults: (place among the data rows, field name) → the error in the cell; its text is empty.
    """

    sheet: str
    headings: Mapping[str, str]
    notes: list[tuple[int, str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    fingerprints: list[str] = field(default_factory=list)
    record_ids: list[str] = field(default_factory=list)
    marks: list[RowMark | None] = field(default_factory=list)
    faults: dict[tuple[int, str], FaultyCell] = field(default_factory=dict)

    def text(self, place: int, name: str) -> str:
        """The text of one cell of a data row; empty when no column is this field."""
        column = self.texts.get(name)
        return column[place] if column else ""

    def only(self, places: Sequence[int]) -> SourceBlock:
        """The same block with only some of its data rows, and without notes."""

        def chosen(values: list[Any]) -> list[Any]:
            return [values[place] for place in places]

        texts = {name: chosen(column) for name, column in self.texts.items()}
        return SourceBlock(
            self.sheet, self.headings, [], chosen(self.numbers), texts, chosen(self.fingerprints),
            chosen(self.record_ids), chosen(self.marks),
            {
                (new, name): fault
                for new, place in enumerate(places)
                for name in self.texts
                if (fault := self.faults.get((place, name)))
            } if self.faults else {},
        )  # fmt: skip


def source_blocks(located: Located, size: int = BLOCK) -> Iterator[SourceBlock]:
    """All rows of all tables, in order."""
    for source in located.sources:
        reader = _Reader(source)
        rows = source.table.rows()
        while some := list(islice(rows, size)):
            yield reader.read(some)


class _Reader:
    """Turns the rows of one table into texts; what depends on the column only is looked up once."""

    def __init__(self, source: Source) -> None:
        columns, form = source.columns, source.columns.form
        self._form = form.id
        self._sheet = source.table.sheet.name
        self._headings = {name: column.label for column, name in columns.fields.items()}
        self._texts = {
            name: (column.index, _Texts(_converter(column, form.field(name))))
            for column, name in columns.fields.items()
        }
        self._technical = columns.technical
        self._prints = Fingerprints(form.id)

    def read(self, rows: list[Row]) -> SourceBlock:
        data = [row for row in rows if not row.note]
        cells = list(zip_longest(*(row.cells for row in data), fillvalue=""))
        block = SourceBlock(
            self._sheet, self._headings,
            notes=[(row.number, row.note) for row in rows if row.note],
            numbers=[row.number for row in data],
            record_ids=self._technical_texts(cells, "record_unique_identity", len(data)),
            marks=[RowMark.read(text) for text in self._technical_texts(cells, ROW_MARK, len(data))],
        )  # fmt: skip
        for name, (index, column) in self._texts.items():
            texts, faults = column.of(cells[index]) if index < len(cells) else ([""] * len(data), {})
            block.texts[name] = texts
            block.faults |= {(place, name): fault for place, fault in faults.items()}
        block.fingerprints = self._prints.of(block.texts, len(data))
        withdrawn = self._technical_texts(cells, "cd_operation", len(data))
        return _without_the_empty(block, [text.lower() == "d" for text in withdrawn])

    def _technical_texts(self, cells: Sequence[Sequence[Cell]], name: str, size: int) -> list[str]:
        index = self._technical.get(name, len(cells))
        return [cell_text(cell) for cell in cells[index]] if index < len(cells) else [""] * size


def _without_the_empty(block: SourceBlock, withdrawn: Sequence[bool]) -> SourceBlock:
    """Make notes of the rows that have nothing in the columns to import, or were withdrawn."""
    if any(map(all, block.texts.values())) and not any(withdrawn):
        return block  # one column is full, so no row is empty
    filled = [any(texts) for texts in zip(*block.texts.values(), strict=True)]
    if all(filled) and not any(withdrawn):
        return block
    why = [
        "" if full and not gone else "已撤回的记录（cd_operation 为 d）" if full else "要导入的列都是空的"
        for full, gone in zip(filled, withdrawn, strict=True)
    ]
    kept = block.only([place for place, reason in enumerate(why) if not reason])
    notes = [(number, reason) for number, reason in zip(block.numbers, why, strict=True) if reason]
    kept.notes = sorted(block.notes + notes)
    return kept


class _Texts:
    """The cells of one column as texts."""

    def __init__(self, convert: Converter | None) -> None:
        self._convert = convert
        self._of_texts = Remembered(self._text, None if convert else _unless_untidy)

    def of(self, cells: Sequence[Cell]) -> tuple[list[str], dict[int, FaultyCell]]:
        """The text of each cell, and the errors that stand where data should: their texts are empty."""
        try:
            letters = "".join(cast("Sequence[str]", cells))
        except TypeError:  # 1, 1.0 and True are different texts, but equal keys
            texts = [self._text(cell) for cell in cells]
            sound = set(map(type, cells)) <= _SOUND and ERROR_TEXTS.isdisjoint(texts)
        else:
            texts = list(self._of_texts.of(cast("Sequence[str]", cells)))
            sound = "#" not in letters  # with which all errors begin
        return texts, {} if sound else _taken_out(cells, texts)

    def _text(self, cell: Cell) -> str:
        text = cell_text(cell)
        return self._convert(text) if self._convert is not None and text else text


def _taken_out(cells: Sequence[Cell], texts: list[str]) -> dict[int, FaultyCell]:
    """The errors among some cells; empties their texts."""
    faults = {}
    for place, cell in enumerate(cells):
        if isinstance(cell, FaultyCell):
            faults[place] = cell
        elif texts[place] in ERROR_TEXTS:
            faults[place] = FaultyCell(texts[place])
            texts[place] = ""
    return faults


def _unless_untidy(cells: Sequence[str]) -> Sequence[str] | None:
    """The cells themselves if all of them are texts as they stand."""
    return cells if _TIDY.fullmatch("".join(cells)) else None


def _converter(column: Column, form_field: Field) -> Converter | None:
    """Writes the unit of the heading behind bare amounts where the field keeps another unit."""
    if form_field.type != "money" or column.unit in ("", form_field.unit or "元"):
        return None
    unit = column.unit
    return lambda text: f"{text}{unit}" if _ENDS_IN_NUMBER.search(text) else text


class Fingerprints:
    """Marks of what rows of a form say: spaces, width, capitals and order of columns do not count.

    A mark is the SHA-256 of ``form`` and ``name=text`` lines in the order of names, in NFKC and folded. Lines
    are remembered one by one, because NFKC never reaches over a line feed; each begins with its line feed and
    an empty text has none, so that the lines of a row need only be put together.
    """

    def __init__(self, form_id: str) -> None:
        self._head = _plain(form_id)
        self._lines: dict[str, Remembered[str, bytes]] = {}

    def of(self, texts: Mapping[str, Sequence[str]], size: int) -> list[str]:
        """The mark of each of some rows, given column by column."""
        lines = [self._column(name).of(texts[name]) for name in sorted(texts)]
        rows = zip(*lines, strict=True) if lines else [()] * size
        return [sha256(self._head + b"".join(row)).hexdigest() for row in rows]

    def _column(self, name: str) -> Remembered[str, bytes]:
        if name not in self._lines:
            begin = b"\n" + _plain(f"{name}=")

            def at_once(texts: Sequence[str]) -> Sequence[bytes] | None:
                if not _SETTLED.fullmatch("".join(texts)):
                    return None
                settled = "\n".join(texts).encode().lower().split(b"\n")
                return [begin + text if text else b"" for text in settled]

            self._lines[name] = Remembered(lambda t: b"\n" + _plain(f"{name}={t}") if t else b"", at_once)
        return self._lines[name]


def _plain(line: str) -> bytes:
    if _SETTLED.fullmatch(line):
        return line.encode().lower()
    return _SPACES.sub("", unicodedata.normalize("NFKC", line)).casefold().encode()
