"""Writes Excel's binary workbook (.xlsb): what [MS-XLSB] wants for one sheet of texts and numbers."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/>
</Types>"""
_RELATION = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>
</Relationships>"""


def write_xlsb(path: Path, rows: Sequence[Sequence[str | float]], name: str = "台账") -> Path:
    """One sheet with these rows; empty texts are no cells."""
    sheets = struct.pack("<II", 0, 1) + _text("rId1") + _text(name)
    book = _records((131, b""), (143, b""), (156, sheets), (144, b""), (132, b""))
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("[Content_Types].xml", _TYPES)
        out.writestr("_rels/.rels", _RELATION.format(kind="officeDocument", target="xl/workbook.bin"))
        out.writestr("xl/workbook.bin", book)
        relation = _RELATION.format(kind="worksheet", target="worksheets/sheet1.bin")
        out.writestr("xl/_rels/workbook.bin.rels", relation)
        out.writestr("xl/worksheets/sheet1.bin", _sheet(rows))
    return path


def _sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    width = max(map(len, rows))
    cells: list[tuple[int, bytes]] = []
    for number, row in enumerate(rows):
        cells.append(
            (0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 1) + struct.pack("<II", 0, width - 1))
        )
        for column, value in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(value, float):
                cells.append((5, place + struct.pack("<d", value)))
            elif value:
                cells.append((6, place + _text(value)))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)
    return _records((129, b""), (148, size), (145, b""), *cells, (146, b""), (130, b""))


def _records(*records: tuple[int, bytes]) -> bytes:
    return b"".join(_kind(kind) + _length(len(body)) + body for kind, body in records)


def _kind(kind: int) -> bytes:
    return bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])


def _length(length: int) -> bytes:
    found = b""
    while length >= 128:
        found += bytes([length & 0x7F | 0x80])
        length >>= 7
    return found + bytes([length])


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")
