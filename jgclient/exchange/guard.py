"""Looks at a file before a workbook library does, because some files would take the whole program down.

A sheet with one cell in A1 and one in XFD1048576 makes calamine ask for 500 GB and abort the process, unsaved
typing included; a ZIP bomb of some kilobytes does the same.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jgclient.exchange.errors import WorkbookError, cannot_open
from jgclient.exchange.extent import ods_cells, xlsb_cells, xlsx_cells
from jgclient.exchange.inflating import part_chunks

Kind = Literal["xlsx", "xlsb", "ods", "cfb", "text"]

#: Bytes; 200 000 rows of 27 columns take about 40 MB as .xlsx.
MAX_FILE = 200 * 2**20
#: Unpacked bytes of all parts together; 200 000 rows take about 270 MB.
MAX_UNPACKED = 600 * 2**20
#: Cells of the rectangle around all values (200 000 rows of 27 columns are 5.4 million). calamine needs
#: 32 bytes for each, empty or not, twice over.
MAX_CELLS = 6_000_000

#: Bytes of a text table: in memory each character may take four, and each cell some sixty.
MAX_TEXT = 64 * 2**20
#: Bytes that the texts which cells share may take in memory, and what each takes beside its letters.
_MAX_SHARED, _EACH_SHARED = 300 * 2**20, 56
_SHARED = "xl/sharedStrings.xml"
#: Bytes that texts in the cells themselves may have, all sheets together: they are in memory twice.
_MAX_INLINE = 150 * 2**20
#: How a cell begins, and the bytes around the text of each.
_CELLS: dict[str, tuple[tuple[bytes, ...], int]] = {
    "xlsx": ((b"<c ", b":c "), 60), "ods": ((b"<table:table-cell",), 100), "xlsb": ((), 0),
}  # fmt: skip

# Packed bytes that unpack to 64 MB at most: deflate packs 1 : 1032 at best.
_HARMLESS = 2**16
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TEXT_NAMES = (".csv", ".txt", ".tsv")
# Sheets and shared texts are read to their end anyway, pictures never.
_SEEN_OR_UNREAD = ("xl/worksheets/", "xl/media/", _SHARED)
_WEB = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head")


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at a file says.

    Attributes:
        kind: What it is by its content, whatever it is called.
        faulty: Parts of sheets that may hold errors or formulas; known of .xlsx only.
    """

    kind: Kind
    faulty: tuple[str, ...] = ()


def look_at(path: Path) -> Look:
    """Look at a file.

    Raises:
        WorkbookError: it cannot be read, is empty, too big, protected by a password, damaged or no workbook.
    """
    head = _head(path)
    if head.startswith(_CFB):
        _refuse_encrypted(path)
        return Look("cfb")
    if head.startswith(b"PK"):
        return _look_into_zip(path)
    _refuse_foreign(path, head)
    _refuse_big(path, MAX_TEXT)
    return Look("text")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise cannot_open(path, error) from None
    if not head.strip(b"\0 \r\n\t"):
        raise WorkbookError(f"“{path.name}”是空文件，请核对是否选错，或在WPS里重新保存后再导入。")
    _refuse_big(path, MAX_FILE)
    return head


def _refuse_big(path: Path, most: int) -> None:
    size = path.stat().st_size
    if size > most:
        raise WorkbookError(
            f"“{path.name}”有 {size >> 20} MB，太大了；请拆成每个不超过 {most >> 20} MB 的文件再导入。"
        )


def password(path: Path) -> WorkbookError:
    """The refusal of a workbook that is protected by a password."""
    return WorkbookError(
        f"该文件有密码（“{path.name}”），打不开；请在WPS里打开它，另存为无密码的工作簿后再导入。"
    )


def damaged(path: Path) -> WorkbookError:
    """The refusal of a workbook that is cut off or broken."""
    return WorkbookError(
        f"“{path.name}”已损坏或不完整，请在WPS里打开并另存为 .xlsx，或重新取得该文件后再导入。"
    )


def too_wide(path: Path) -> WorkbookError:
    """The refusal of a sheet whose values lie so far apart that it would not fit into memory."""
    return WorkbookError(
        f"“{path.name}”里离表格很远的地方还有零散内容，行列数过大，读不了；"
        "请在WPS里新建工作簿，只复制要导入的表格，保存后再导入。"
    )


def too_big(path: Path) -> WorkbookError:
    """The refusal of a package that unpacks to more than a table of an office ever does."""
    return WorkbookError(f"“{path.name}”解压后过大，可能已损坏；请在WPS里只保留要导入的表，另存后再导入。")


def _refuse_encrypted(path: Path) -> None:
    if _ENCRYPTED in path.read_bytes():
        raise password(path)


def _refuse_foreign(path: Path, head: bytes) -> None:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_WEB):
        raise WorkbookError(f"“{path.name}”其实是网页，不是工作簿；请在WPS里打开它，另存为 .xlsx 后再导入。")
    if path.suffix.lower() not in _TEXT_NAMES:
        raise WorkbookError(
            f"“{path.name}”不是工作簿，不能导入；请选择 .xlsx、.xls、.ods 或 .csv 文件，"
            "其他格式请先在WPS里另存为 .xlsx。"
        )


def _look_into_zip(path: Path) -> Look:
    try:
        with zipfile.ZipFile(path) as package:
            kind = _package_kind(path, package)
            cells, faulty = _sheets(package, kind)
            if cells > MAX_CELLS:
                raise too_wide(path)
            _refuse_long_texts(path, package, kind)
            _refuse_liars(package)
            _refuse_many_texts(path, package)
            return Look(kind, faulty)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise damaged(path) from None


def _package_kind(path: Path, package: zipfile.ZipFile) -> Kind:
    names = set(package.namelist())
    if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
        raise too_big(path)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" not in names:
        raise WorkbookError(f"“{path.name}”里没有工作簿；如果是压缩包，请先解压，再选择其中的工作簿导入。")
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise password(path)
    return "ods"


def _sheets(package: zipfile.ZipFile, kind: Kind) -> tuple[int, tuple[str, ...]]:
    """Cells of the biggest sheet, and the parts that may hold errors or formulas."""
    if kind == "ods":
        return ods_cells(package, "content.xml"), ()
    names = _sheet_names(package, kind)
    if kind == "xlsb":
        return max((xlsb_cells(package, name) for name in names), default=0), ()
    found = {name: xlsx_cells(package, name) for name in names}
    faulty = tuple(name for name, (_, is_faulty) in found.items() if is_faulty)
    return max((cells for cells, _ in found.values()), default=0), faulty


def _sheet_names(package: zipfile.ZipFile, kind: Kind) -> list[str]:
    if kind == "ods":
        return ["content.xml"]
    suffix = ".xml" if kind == "xlsx" else ".bin"
    return [n for n in package.namelist() if n.startswith("xl/worksheets/") and n.endswith(suffix)]


def _refuse_long_texts(path: Path, package: zipfile.ZipFile, kind: Kind) -> None:
    """A few megabytes unpack to cells with hundreds of megabytes of text; an office writes short ones."""
    parts = [package.getinfo(name) for name in _sheet_names(package, kind)]
    if sum(part.file_size for part in parts) > _MAX_INLINE:
        heads, around = _CELLS[kind]
        cells = sum(
            chunk.count(head)
            for part in parts
            for chunk in part_chunks(package, part, 2**20)
            for head in heads
        )
        if sum(part.file_size for part in parts) - around * cells > _MAX_INLINE:
            raise too_big(path)


def _refuse_liars(package: zipfile.ZipFile) -> None:
    """Read to their end those other parts that could unpack to much more than they claim."""
    for part in package.infolist():
        if part.compress_size > _HARMLESS and not part.filename.startswith(_SEEN_OR_UNREAD):
            deque(part_chunks(package, part, 2**20), maxlen=0)


def _refuse_many_texts(path: Path, package: zipfile.ZipFile) -> None:
    """The texts that cells share are all read, whether a cell uses them or not."""
    if _SHARED in package.namelist():
        part = package.getinfo(_SHARED)
        texts = sum(chunk.count(b"<si") + chunk.count(b":si") for chunk in part_chunks(package, part, 2**20))
        if part.file_size + texts * _EACH_SHARED > _MAX_SHARED:
            raise too_big(path)
