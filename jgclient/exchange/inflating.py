"""Reads parts of a ZIP package to their true end, whatever size the package claims for them.

``zipfile`` stops where the directory says, the workbook library where the data ends: a part that claims to be
small and is not would pass the one and fill the memory of the other.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_READ = 2**18


def part_chunks(package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    """The unpacked bytes of a part, in chunks of at most ``size`` bytes.

    Raises:
        zipfile.BadZipFile: the part is longer or shorter than it claims, or packed in an unusual way.
    """
    total = 0
    unpacked = _stored if info.compress_type == zipfile.ZIP_STORED else _inflated
    for chunk in unpacked(package, info, size):
        total += len(chunk)
        if total > info.file_size:
            raise zipfile.BadZipFile("longer than it claims")
        yield chunk
    if total != info.file_size:
        raise zipfile.BadZipFile("shorter than it claims")


def _inflated(package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    if info.compress_type != zipfile.ZIP_DEFLATED or info.flag_bits & 1:
        raise zipfile.BadZipFile("packed in an unusual way")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed in _packed(package, info):
        rest = packed
        while rest and not inflate.eof:
            yield inflate.decompress(rest, size)
            rest = inflate.unconsumed_tail
    if not inflate.eof:
        raise zipfile.BadZipFile("cut off")


def _stored(package: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    for packed in _packed(package, info):
        for start in range(0, len(packed), size):
            yield packed[start : start + size]


def _packed(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    stream = package.fp
    if stream is None:
        raise zipfile.BadZipFile("closed")
    position, left = info.header_offset, info.compress_size
    stream.seek(position)
    header = stream.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise zipfile.BadZipFile("cut off")
    signature, name, extra = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\3\4":
        raise zipfile.BadZipFile("no part where the directory says")
    position += _LOCAL_HEADER.size + name + extra
    while left:
        stream.seek(position)
        packed = stream.read(min(_READ, left))
        if not packed:
            raise zipfile.BadZipFile("cut off")
        position, left = position + len(packed), left - len(packed)
        yield packed
