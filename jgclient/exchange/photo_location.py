"""Where a photo was taken, taken out of it: the GPS part of a JPEG's Exif data, and XMP that repeats it.

Only the bytes of the location change: the turned-by-90-degrees mark, the date and the picture itself stay as
they are. Layout: JPEG segments (ITU-T T.81 B.1.1), Exif 2.32 §4.5, TIFF 6.0 §2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_BLOCK = 1024 * 1024
_APP1, _START_OF_SCAN = 0xE1, 0xDA
#: Markers without a length: TEM, RST0–7, SOI, EOI.
_BARE = {0x01, *range(0xD0, 0xDA)}
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/"
_GPS_TAG = 0x8825
#: Bytes of one value, by TIFF type (1 BYTE … 12 DOUBLE).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_ENTRY = 12


class WithoutLocation:
    """A file's bytes, in blocks, without the place where it was taken.

    Args:
        source: The file, at its beginning.

    Attributes:
        is_jpeg: It is a JPEG; other files pass unchanged. Known once the first block was read.
        found: A location was found and taken out. Known at the end.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.is_jpeg = False
        self.found = False

    def __iter__(self) -> Iterator[bytes]:
        start = self._source.read(2)
        self.is_jpeg = start == b"\xff\xd8"
        yield start
        if self.is_jpeg:
            yield from self._segments()
        while block := self._source.read(_BLOCK):
            yield block

    def _segments(self) -> Iterator[bytes]:
        """The segments before the picture; what is no segment ends the search and passes as it is."""
        while len(head := self._source.read(4)) == 4:
            marker, size = head[1], int.from_bytes(head[2:], "big")
            if head[0] != 0xFF or marker in _BARE or marker == _START_OF_SCAN or size < 2:
                break
            data = self._source.read(size - 2)
            yield from self._segment(head, data) if marker == _APP1 else (head, data)
        yield head

    def _segment(self, head: bytes, data: bytes) -> Iterator[bytes]:
        if data.startswith(_XMP) and b"GPS" in data:
            self.found = True
            return
        if data.startswith(_EXIF):
            blanked = _without_gps(data[len(_EXIF) :])
            self.found = self.found or blanked != data[len(_EXIF) :]
            data = _EXIF + blanked
        yield head
        yield data


def _without_gps(tiff: bytes) -> bytes:
    """TIFF data whose GPS directory is gone; the same length, so that no other offset moves."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    changed = bytearray(tiff)
    try:
        if order and struct.unpack_from(f"{order}H", tiff, 2)[0] == 42:
            _drop_gps(changed, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    except struct.error:
        return tiff  # offsets beyond the data: nothing a reader could follow to a location
    return bytes(changed)


def _drop_gps(tiff: bytearray, order: str, directory: int) -> None:
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(count):
        at = directory + 2 + number * _ENTRY
        tag, _, _, offset = struct.unpack_from(f"{order}HHII", tiff, at)
        if tag == _GPS_TAG:
            _blank_directory(tiff, order, offset)
            end = directory + 2 + count * _ENTRY + 4  # the entries and the offset of the next directory
            tiff[at:end] = tiff[at + _ENTRY : end] + bytes(_ENTRY)
            struct.pack_into(f"{order}H", tiff, directory, count - 1)
            return


def _blank_directory(tiff: bytearray, order: str, directory: int) -> None:
    """Overwrite a directory and every value it points to with zeros."""
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for number in range(count):
        at = directory + 2 + number * _ENTRY
        _, kind, values, offset = struct.unpack_from(f"{order}HHII", tiff, at)
        size = _SIZES.get(kind, 1) * values
        if size > 4 and offset + size <= len(tiff):
            tiff[offset : offset + size] = bytes(size)
    end = directory + 2 + count * _ENTRY + 4
    if end > len(tiff):
        raise struct.error("directory beyond the data")
    tiff[directory:end] = bytes(end - directory)
