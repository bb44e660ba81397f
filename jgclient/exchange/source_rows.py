"""The data rows of located tables as field texts, each with a fingerprint."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jgclient.exchange.cells import Cell, cell_text
from jgclient.exchange.locating import Located, Source
from jgclient.exchange.tables import Column, Row
from jgclient.forms.definition import Field

_ENDS_IN_NUMBER = re.compile(r"[\d.]\s*$")

_SPACES = re.compile(r"[^\S\n]+")

Converter = Callable[[str], str]


@dataclass(slots=True)
class SourceRow:
    """One row of a workbook.

    Attributes:
        number: Row number as Excel shows it.
        note: Why it is not data, empty for data.
        texts: Field name → text as read; empty for notes.
        headings: Field name → column heading as the clerk sees it.
        fingerprint: Equal for rows with equal content, whatever the file, sheet or row number.
        record_id: Record the row was exported from, empty when the file does not say.
    """

    sheet: str
    number: int
    note: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    record_id: str = ""


def source_rows(located: Located) -> Iterator[SourceRow]:
    """All rows of all tables, in order."""
    for source in located.sources:
        reader = _Reader(source)
        for row in source.table.rows():
            yield reader.read(row)


class _Reader:
    """Turns the rows of one table into texts; what depends on the column only is looked up once."""

    def __init__(self, source: Source) -> None:
        fields = source.columns.fields
        form = source.columns.form
        self._form = form.id
        self._sheet = source.table.sheet.name
        self._columns: list[tuple[int, str, Converter | None]] = [
            (column.index, name, _converter(column, form.field(name))) for column, name in fields.items()
        ]
        self._headings = {name: column.label for column, name in fields.items()}
        self._technical = source.columns.technical

    def read(self, row: Row) -> SourceRow:
        if row.note:
            return SourceRow(self._sheet, row.number, row.note)
        texts = self._texts(row.cells)
        if not texts:
            return SourceRow(self._sheet, row.number, "要导入的列都是空的")
        if self._technical_text(row.cells, "cd_operation").lower() == "d":
            return SourceRow(self._sheet, row.number, "已撤回的记录（cd_operation 为 d）")
        return SourceRow(
            self._sheet, row.number, "", texts, self._headings, fingerprint(self._form, texts),
            self._technical_text(row.cells, "record_unique_identity"),
        )  # fmt: skip

    def _texts(self, cells: list[Cell]) -> dict[str, str]:
        width = len(cells)
        texts = {}
        for index, name, convert in self._columns:
            if index < width and (cell := cells[index]) != "" and (text := cell_text(cell)):
                texts[name] = convert(text) if convert else text
        return texts

    def _technical_text(self, cells: list[Cell], name: str) -> str:
        index = self._technical.get(name, len(cells))
        return cell_text(cells[index]) if index < len(cells) else ""


def _converter(column: Column, form_field: Field) -> Converter | None:
    """Writes the unit of the heading behind bare amounts where the field keeps another unit."""
    if form_field.type != "money" or column.unit in ("", form_field.unit or "元"):
        return None
    unit = column.unit
    return lambda text: f"{text}{unit}" if _ENDS_IN_NUMBER.search(text) else text


def fingerprint(form_id: str, texts: Mapping[str, str]) -> str:
    """SHA-256 of what a row says: spaces, full or half width, capitals and order of columns do not matter."""
    said = "\n".join(f"{name}={text}" for name, text in sorted(texts.items()))
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", f"{form_id}\n{said}")).casefold()
    return hashlib.sha256(plain.encode()).hexdigest()
