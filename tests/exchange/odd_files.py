"""Makes the files that offices have and no library of ours can write: old, protected, odd, hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Rows = Sequence[Sequence[object]]


def xlsx(path: Path, rows: Rows, sheet: str = "台账") -> Path:
    """An ordinary workbook."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, column, value)
            elif value is not None:
                page.write(number, column, value)
    book.close()
    return path


def xlsx_with_sheet_xml(path: Path, cells: Mapping[str, str | None], dimension: str = "A1") -> Path:
    """A workbook whose sheet holds exactly these cells (None: a style without value) and claims any size."""
    plain = xlsx(path.with_name("plain.xlsx"), [["x"]])
    rows: dict[int, str] = {}
    for reference, text in cells.items():
        number = int(reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        cell = f'<c r="{reference}" s="0"/>' if text is None else _inline(reference, text)
        rows[number] = rows.get(number, "") + cell
    body = "".join(f'<row r="{number}">{row}</row>' for number, row in sorted(rows.items()))
    xml = (
        f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{body}</sheetData></worksheet>"
    )
    return replaced(plain, path, {"xl/worksheets/sheet1.xml": xml.encode()})


def _inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def replaced(source: Path, path: Path, parts: Mapping[str, bytes]) -> Path:
    """A copy of a package with some parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(p for p in parts if p not in old.namelist())]:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return path


def ods(path: Path, tables: Mapping[str, str]) -> Path:
    """An OpenDocument workbook; each table is given as the XML of its rows."""
    names = "office table text"
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names.split())
    body = "".join(f'<table:table table:name="{n}">{rows}</table:table>' for n, rows in tables.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    return path


def ods_row(*texts: str, repeat: int = 1, gap: int = 0) -> str:
    """One row; ``gap`` empty cells before the texts, the whole row ``repeat`` times."""
    empty = f'<table:table-cell table:number-columns-repeated="{gap}"/>' if gap else ""
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeat}">{empty}{cells}</table:table-row>'


# -- the container of old and of encrypted files ---------------------------------------------------------


def compound(path: Path, streams: Mapping[str, bytes]) -> Path:
    """A Compound File (MS-CFB, version 3) with the given streams."""
    sectors: list[bytes] = []
    table: list[int] = []
    entries = []
    for name, data in streams.items():
        padded = data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\0")
        entries.append((name, len(sectors), len(padded)))
        _append(sectors, table, padded)
    directory = _directory(entries)
    start = len(sectors)
    _append(sectors, table, directory)
    fat = struct.pack("<128I", *[*table, _FAT, *[_FREE] * (127 - len(table))])
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    head += struct.pack("<9I", 0, 1, start, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<I", len(sectors)) + b"\xff" * 4 * 108
    path.write_bytes(head + b"".join(sectors) + fat)
    return path


def _append(sectors: list[bytes], table: list[int], data: bytes) -> None:
    first, count = len(sectors), len(data) // _SECTOR
    sectors += [data[i * _SECTOR : (i + 1) * _SECTOR] for i in range(count)]
    table += [*range(first + 1, first + count), _END]


def _directory(entries: Sequence[tuple[str, int, int]]) -> bytes:
    found = [_entry("Root Entry", 5, 1, _FREE, _END, 0)]
    for number, (name, start, size) in enumerate(entries, start=1):
        right = number + 1 if number < len(entries) else _FREE
        found.append(_entry(name, 2, _FREE, right, start, size))
    while len(found) % 4:
        found.append(bytes(64) + struct.pack("<HBBIII", 0, 0, 0, _FREE, _FREE, _FREE) + bytes(48))
    return b"".join(found)


def _entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def encrypted(path: Path) -> Path:
    """What Excel and WPS write when a workbook gets a password: an encrypted package in a compound file."""
    return compound(path, {"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": b"secret" * 20})


def xls(path: Path, rows: Rows, *, protected: bool = False) -> Path:
    """A workbook of Excel 97–2003 (BIFF8), optionally marked as protected by a password (FILEPASS)."""
    texts = [value for row in rows for value in row if isinstance(value, str)]
    start = _begin(5) + (_record(0x2F, b"\1\0" + bytes(52)) if protected else b"") + _record(0x42, b"\xb0\4")
    shared = struct.pack("<II", len(texts), len(texts)) + b"".join(map(_unicode, texts))
    rest = _record(0xFC, shared) + _record(0x0A, b"")
    name = "台账"
    sheet_record = struct.pack("<IBBBB", 0, 0, 0, len(name), 1) + name.encode("utf-16-le")
    offset = len(start) + 4 + len(sheet_record) + len(rest)
    globals_ = start + _record(0x85, struct.pack("<I", offset) + sheet_record[4:]) + rest
    return compound(path, {"Workbook": globals_ + _begin(0x10) + _cells(rows) + _record(0x0A, b"")})


def _cells(rows: Rows) -> bytes:
    out = io.BytesIO()
    shared = 0
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                out.write(_record(0xFD, struct.pack("<HHHI", number, column, 0, shared)))
                shared += 1
            else:
                out.write(_record(0x203, struct.pack("<HHHd", number, column, 0, value)))
    return out.getvalue()


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 0x600))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _unicode(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
