"""Cells of an .xlsx that show something in the office program and come out empty here: errors, formulas.

calamine leaves out cells that hold an error (#N/A) and formulas whose result was never saved. A clerk must be
told of them as what they are, not that the cell is empty.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from xml.etree import ElementTree

_CHUNK = 4 * 2**20
#: More than this in one sheet are not listed one by one.
MOST = 100_000
# Texts are left out at once, also those that a formula gave: an empty one is a result, too.
_CELL = re.compile(rb"""<(?:\w+:)?c\s(?![^>]*\bt=["'](?:s|str|inlineStr)["'])([^>]*?)(/?)>""")
_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_NO_RESULT = "formula"


@dataclass(frozen=True, slots=True)
class FaultyCell:
    """A cell that holds no usable value.

    Attributes:
        what: The error as the office program shows it (``#N/A``); ``formula`` for one without a saved result.
    """

    what: str

    @property
    def message(self) -> str:
        """What is wrong, in Chinese."""
        if self.what == _NO_RESULT:
            return "单元格是公式，文件里没有保存它的计算结果"
        return f"单元格显示的是错误值 {self.what}，不是数据"

    @property
    def help(self) -> str:
        """What to do about it."""
        if self.what == _NO_RESULT:
            return "请在WPS里打开这个工作簿，保存一次再导入；或把公式改成数值"
        return "公式找不到数据时会这样显示；请改正公式，或直接填写应有的内容"


#: Errors that were saved as plain text.
ERROR_TEXTS = frozenset((
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!",
))  # fmt: skip


def faulty_cells(path: Path, marked: Collection[str]) -> dict[str, dict[tuple[int, int], FaultyCell]]:
    """Sheet name → (row, column), both from 1 → what the cell holds instead of a value.

    Args:
        path: An .xlsx or .xlsm that :mod:`jgclient.exchange.guard` has looked at.
        marked: The parts in which it saw errors or formulas.
    """
    with zipfile.ZipFile(path) as package:
        parts = [(name, part) for name, part in _parts(package) if part in marked]
        return {name: dict(_faulty(package, part)) for name, part in parts}


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet; none if the package does not say."""
    try:
        book = _xml(package, "xl/workbook.xml")
        links = _xml(package, "xl/_rels/workbook.xml.rels")
    except (KeyError, ElementTree.ParseError):
        return
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    known = set(package.namelist())
    for sheet in (element for element in book.iter() if element.tag.endswith("}sheet")):
        link = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        if part in known:
            yield sheet.get("name", ""), part


def _xml(package: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part; entities are not defined in workbooks, and one that defines them is left alone."""
    data = package.read(part)
    if b"<!" in data:
        raise ElementTree.ParseError("declares entities")
    return ElementTree.fromstring(data)  # noqa: S314 - without declarations nothing expands


def _faulty(package: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], FaultyCell]]:
    count = 0
    for chunk in _chunks(package, part):
        for cell in _CELL.finditer(chunk):
            found = None if cell[2] else _judged(chunk, cell)
            place = _REFERENCE.search(cell[1]) if found else None
            if found and place and count < MOST:
                count += 1
                yield (int(place[2]), _column(place[1])), found


def _judged(chunk: bytes, cell: re.Match[bytes]) -> FaultyCell | None:
    end = chunk.find(b"</", cell.end())
    while end != -1 and not re.match(rb"</(?:\w+:)?c>", chunk[end : end + 24]):
        end = chunk.find(b"</", end + 2)
    inside = chunk[cell.end() : end if end != -1 else len(chunk)]
    value = _VALUE.search(inside)
    kind = _TYPE.search(cell[1])
    if kind and kind[1] == b"e":
        return FaultyCell(value[1].decode("utf-8", "replace") if value else "#N/A")
    if value is None and _FORMULA.search(inside):
        return FaultyCell(_NO_RESULT)
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in pieces that never cut a cell in two."""
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"</row>") if len(piece) < 4 * _CHUNK else len(piece)
            cut = cut if cut > 0 else 0
            yield piece[:cut]
            rest = piece[cut:]
    yield rest
