"""How big the rectangle around all values of a sheet is, found without building it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from jgclient.exchange.inflating import part_chunks

# Every chunk is walked through several times, so it should stay in the processor's cache.
_CHUNK = 2**18

# A rectangle that ends before column BA and before row 100 000 has at most 5.2 million cells.
_NEAR = 52 * 99_999
_FAR = re.compile(rb"""\sr=["'](?:[A-Z]{3}|[B-Z][A-Z]|[A-Z]+\d{6})""")
# The same in XML as nearly every program writes it; beginning with fixed bytes it is three times faster.
_FAR_PLAIN = re.compile(rb' r="(?:[A-Z]{3}|[B-Z][A-Z]|[A-Z]+\d{6})')
# Rows that no office program has (the last one is 1 048 576): nobody's work, and slow to read.
_BEYOND = re.compile(rb"""\sr=["'](?:[2-9]\d{6}|\d{8,})["']""")
#: No cell holds a text of so many bytes (32 767 letters), however it is written.
_LONGEST_TEXT = 2**20
_TOO_MANY = 2**62
#: A row that is there so many times over is no work of an office.
_MOST_REPEATED = 100_000
_VALUE = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'](?:[^>]*[^>/])?>""")
_ODS_TAG = re.compile(rb"<table:(table|table-row|covered-table-cell|table-cell)(?=[\s/>])([^>]*)>")
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d+)"')


def xlsx_cells(package: zipfile.ZipFile, name: str) -> tuple[int, bool]:
    """Cells of the rectangle around all values of an .xlsx sheet, and whether it holds errors or formulas.

    The number is an upper bound when it is small anyway. The declared ``<dimension>`` is not asked: WPS
    writes wrong ones. Cells that have a style but no value do not count, calamine leaves them out as well.
    """
    far = faulty = False
    for chunk in _tags(package, name):
        far = far or _is_far(chunk)
        if far and _BEYOND.search(chunk):
            return _TOO_MANY, faulty
        faulty = faulty or _is_faulty(chunk)
    return (_rectangle(package, name) if far else _NEAR), faulty


def _rectangle(package: zipfile.ZipFile, name: str) -> int:
    extent = _Extent()
    for chunk in _tags(package, name):
        for letters, row in _VALUE.findall(chunk):
            extent.add(int(row), _column(letters))
    return extent.cells


def _is_far(chunk: bytes) -> bool:
    odd = any(char in chunk for char in (b"'", b"\n", b"\r", b"\t"))
    return bool((_FAR if odd else _FAR_PLAIN).search(chunk))


def _is_faulty(chunk: bytes) -> bool:
    # One letter is found twenty times faster than several, and the cells of most sheets have none of these.
    return (b"f" in chunk and (b"<f" in chunk or b":f>" in chunk)) or (
        b"e" in chunk and (b't="e"' in chunk or (b"'" in chunk and b"t='e'" in chunk))
    )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def ods_cells(package: zipfile.ZipFile, name: str) -> int:
    """Cells of the biggest rectangle around the values of one table of an .ods file."""
    biggest, extent, row, column, repeated = 0, _Extent(), 0, 0, 0
    for chunk in _tags(package, name):
        for tag, attributes in _ODS_TAG.findall(chunk):
            if tag == b"table":
                biggest, extent, row, column, repeated = max(biggest, extent.cells), _Extent(), 0, 0, 0
            elif tag == b"table-row":
                row, column, repeated = row + repeated, 0, _repeats(_ODS_ROWS, attributes)
            else:
                columns = _repeats(_ODS_COLUMNS, attributes)
                if b"value-type" in attributes:
                    if repeated > _MOST_REPEATED:
                        return _TOO_MANY
                    extent.add(row + 1, column + 1)
                    extent.add(row + repeated, column + columns)
                column += columns
    return max(biggest, extent.cells)


def _repeats(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def xlsb_cells(package: zipfile.ZipFile, name: str) -> int:
    """Cells of the rectangle around all values of an .xlsb sheet.

    Records after [MS-XLSB] 2.1.4: type and length in groups of 7 bits; 0 begins a row, 1 is a blank cell,
    2–11 are cells with a value, and each of them begins with its row or column in 4 bytes.
    """
    data = b"".join(part_chunks(package, package.getinfo(name), _CHUNK))
    position, row, extent = 0, 0, _Extent()
    while position < len(data):
        kind, position = _varint(data, position)
        length, position = _varint(data, position)
        if kind == 0:
            row = int.from_bytes(data[position : position + 4], "little") + 1
        elif 2 <= kind <= 11:
            extent.add(row, int.from_bytes(data[position : position + 4], "little") + 1)
        position += length
    return extent.cells


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            break
    return value, position


def _tags(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in pieces that never cut a tag in two, so that memory stays small.

    Raises:
        zipfile.BadZipFile: as :func:`part_chunks`, or there is more text in one place than a cell can hold.
    """
    rest = b""
    for chunk in part_chunks(package, package.getinfo(name), _CHUNK):
        piece = rest + chunk
        cut = max(0, piece.rfind(b"<"))
        rest = piece[cut:]
        if len(rest) > _LONGEST_TEXT:
            raise zipfile.BadZipFile("more text than a cell can hold")
        yield piece[:cut]
    yield rest


class _Extent:
    """A rectangle that grows with every cell put into it (rows and columns from 1)."""

    def __init__(self) -> None:
        self._top = self._left = 2**31
        self._bottom = self._right = 0

    def add(self, row: int, column: int) -> None:
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, column), max(self._right, column)

    @property
    def cells(self) -> int:
        return max(0, self._bottom - self._top + 1) * max(0, self._right - self._left + 1)
