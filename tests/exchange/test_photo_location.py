"""The place a photo was taken at goes; everything else of it stays."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jgclient.exchange.photo_location import WithoutLocation

LATITUDE = struct.pack("<6I", 34, 1, 44, 1, 5913, 100)


def tiff(order: str = "<", *, gps: bool = True) -> bytes:
    """Exif data with a camera's name, the turned mark, and a GPS directory between them."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = [(0x010F, 2, 8, 200), (0x0112, 3, 1, 6 if order == "<" else 6 << 16)]
    if gps:
        entries.insert(1, (0x8825, 4, 1, 100))
    ifd = struct.pack(f"{order}H", len(entries))
    ifd += b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries) + struct.pack(f"{order}I", 0)
    data = bytearray(mark + struct.pack(f"{order}I", 8) + ifd)
    data += bytes(240 - len(data))
    if gps:
        where = struct.pack(f"{order}H", 2) + struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\0\0\0")
        where += struct.pack(f"{order}HHII", 2, 5, 3, 140) + struct.pack(f"{order}I", 0)
        data[100 : 100 + len(where)] = where
        data[140 : 140 + len(LATITUDE)] = LATITUDE
    data[200:208] = b"Camera1\0"
    return bytes(data)


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data


def jpeg(*segments: bytes) -> bytes:
    picture = segment(0xDA, b"\0" * 8) + b"\xff\x00picture\xff\xe1" + b"\xff\xd9"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(segments) + picture


def passed(data: bytes) -> tuple[bytes, WithoutLocation]:
    photo = WithoutLocation(io.BytesIO(data))
    return b"".join(photo), photo


def entries(data: bytes, order: str) -> list[tuple[int, ...]]:
    """The first directory of the Exif data in a JPEG."""
    start = data.index(b"Exif\0\0") + 6
    (count,) = struct.unpack_from(f"{order}H", data, start + 8)
    return [struct.unpack_from(f"{order}HHII", data, start + 10 + 12 * n) for n in range(count)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_place_goes_and_the_rest_stays(order: str) -> None:
    before = jpeg(segment(0xE1, b"Exif\0\0" + tiff(order)))
    after, photo = passed(before)
    assert (photo.is_jpeg, photo.found, len(after)) == (True, True, len(before))
    assert LATITUDE not in after
    assert b"N\0\0\0" not in after
    assert [tag for tag, *_ in entries(after, order)] == [0x010F, 0x0112]
    assert entries(after, order)[1] == entries(before, order)[2]
    assert b"Camera1" in after
    assert after[after.index(b"\xff\xda") :] == before[before.index(b"\xff\xda") :]


def test_xmp_that_repeats_the_place_goes_as_a_whole_and_other_xmp_stays() -> None:
    name = b"http://ns.adobe.com/xap/1.0/\0"
    where = segment(0xE1, name + b"<exif:GPSLatitude>34,44.9N</exif:GPSLatitude>")
    title = segment(0xE1, name + b"<dc:title>a</dc:title>")
    after, photo = passed(jpeg(where, title))
    assert (after, photo.found) == (jpeg(title), True)


@pytest.mark.parametrize(
    "data",
    [jpeg(), jpeg(segment(0xE1, b"Exif\0\0" + tiff(gps=False))), b"%PDF-1.7 ...", b"", b"\xff", b"\xff\xd8"],
)
def test_what_has_no_place_passes_byte_for_byte(data: bytes) -> None:
    after, photo = passed(data)
    assert (after, photo.found) == (data, False)


@given(cut=st.integers(0, 400), at=st.integers(20, 300), byte=st.integers(0, 255))
def test_broken_photos_pass_and_never_fail(cut: int, at: int, byte: int) -> None:
    data = bytearray(jpeg(segment(0xE1, b"Exif\0\0" + tiff())))
    data[at % len(data)] = byte
    broken = bytes(data[: max(0, len(data) - cut)])
    after, _ = passed(broken)
    assert len(after) == len(broken)


@given(st.binary(max_size=200))
def test_anything_that_is_no_photo_passes(data: bytes) -> None:
    assert passed(b"x" + data)[0] == b"x" + data
