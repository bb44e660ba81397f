"""Comma, semicolon or tab separated text, in the encodings that Chinese office programs write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import islice
from pathlib import Path

from jgclient.exchange.cells import Cell
from jgclient.exchange.errors import WorkbookError

_DELIMITERS = ",;\t"
_SAMPLE_LINES = 50
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Many systems export ="00123" so that Excel leaves the number alone.
_KEPT_AS_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)


def read_csv(path: Path) -> list[list[Cell]]:
    """All rows of a text table.

    Raises:
        WorkbookError: the encoding is none of UTF-8, UTF-16 with BOM or GB18030, or quotes are out of order.
    """
    text = _decode(path, path.read_bytes())
    csv.field_size_limit(10 * 2**20)
    try:
        return [
            [_KEPT_AS_TEXT.sub(r"\1", cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        ]
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


def _delimiter(text: str) -> str:
    """The delimiter that splits the first lines into the same number of cells most often."""

    def agreement(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        counts = [len(row) for row in islice(rows, _SAMPLE_LINES)]
        widest = max(counts, default=1)
        return (counts.count(widest) if widest > 1 else 0, widest)

    return max(_DELIMITERS, key=agreement)
