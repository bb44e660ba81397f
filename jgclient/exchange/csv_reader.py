"""Comma, semicolon or tab separated text, in the encodings that Chinese office programs write."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from jgclient.exchange.cells import Cell
from jgclient.exchange.errors import WorkbookError

_DELIMITERS = ",;\t"
_SAMPLE_LINES = 50
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# StringIO would hold four bytes for every character.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: As many columns as a sheet of an office program can have.
MOST_COLUMNS = 16_384
#: Cells, as of workbooks (:data:`jgclient.exchange.guard.MAX_CELLS`).
MOST_CELLS = 6_000_000
# Many systems export ="00123" so that Excel leaves the number alone.
_KEPT_AS_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)


def read_csv(path: Path) -> list[list[Cell]]:
    """All rows of a text table.

    Raises:
        WorkbookError: the encoding is none of UTF-8, UTF-16 with BOM or GB18030, quotes are out of order, or
            there is more in it than any office program could show.
    """
    text = _decode(path, path.read_bytes())
    csv.field_size_limit(10 * 2**20)
    try:
        _refuse_huge(path, text)
        delimiter = _delimiter(text)
        return [[_KEPT_AS_TEXT.sub(r"\1", cell) for cell in row] for row in _rows(text, delimiter)]
    except csv.Error:
        raise WorkbookError(
            f"“{path.name}”的引号不成对，读不出来；请在WPS里打开它，另存为 .xlsx 后再导入。"
        ) from None


def _decode(path: Path, data: bytes) -> str:
    encodings = [name for bom, name in _BOMS if data.startswith(bom)] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WorkbookError(f"“{path.name}”的文字编码认不出来；请在WPS里打开它，另存为 .xlsx 后再导入。")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter)


def _refuse_huge(path: Path, text: str) -> None:
    cells = max(map(text.count, _DELIMITERS)) + max(map(text.count, "\r\n"))
    if cells > MOST_CELLS or _widest(text) > MOST_COLUMNS:
        raise WorkbookError(
            f"“{path.name}”的行列太多，读不了；请在WPS里打开它，只留下要导入的表格，另存为 .xlsx 后再导入。"
        )


def _widest(text: str) -> int:
    return 1 + max(line[0].count(sign) for line in _LINE.finditer(text) for sign in _DELIMITERS)


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines into the same number of cells most often."""

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in islice(_rows(text, delimiter), _SAMPLE_LINES)]
        widest = max(counts, default=1)
        return (counts.count(widest) if widest > 1 else 0, widest)

    return max(_DELIMITERS, key=agreement)
