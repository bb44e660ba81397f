"""Packages: what is packed comes out the same, and whatever was done to it in between is refused by name."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.contract import BatchAnswer
from jgclient.packages import (
    BatchReply,
    Keys,
    PackageContents,
    PackageError,
    PublicKey,
    cover_sheet,
    open_package,
    read_envelope,
    write_package,
)
from jgclient.packages import volumes as outside
from jgclient.packages.packing import MIN_VOLUME_BYTES
from jgclient.packages.sealing import PIECE, SealedReader, SealingWriter

DEVICE, GATEWAY, OTHER = (Keys(bytes([number]) * 32) for number in (1, 2, 3))
UNIT = "11410100000000019W"


def noise(size: int) -> bytes:
    """Bytes that cannot be compressed, the same every time."""
    blocks = (hashlib.sha256(str(n).encode()).digest() for n in range(-(-size // 32)))
    return b"".join(blocks)[:size]


def contents(*files: bytes, kind: str = "package", **changes: Any) -> PackageContents:
    """Two batches and these files."""

    def opener(data: bytes) -> Any:
        @contextmanager
        def opened() -> Iterator[io.BytesIO]:
            yield io.BytesIO(data)

        return opened

    plain = PackageContents(
        kind, "p-1", UNIT, "device-1", "2026-09-07T12:00:00+08:00",
        [("b1", '{"batch_id":"b1","单位":"甲"}'.encode()), ("b2", b"{}")],
        [(hashlib.sha256(data).hexdigest(), len(data), opener(data)) for data in files],
    )  # fmt: skip
    return replace(plain, **changes)


def packed(
    what: PackageContents, volume_bytes: int = 0, keys: Keys = DEVICE, to: Keys = GATEWAY
) -> list[bytes]:
    """The bytes of every volume."""
    made: list[io.BytesIO] = []

    @contextmanager
    def volume(number: int, total: int) -> Iterator[io.BytesIO]:
        assert number == len(made) + 1 <= total
        made.append(io.BytesIO())
        yield made[-1]

    write_package(
        what, keys, to.public, workspace=io.BytesIO(), open_volume=volume, volume_bytes=volume_bytes
    )
    return [stream.getvalue() for stream in made]


def opened(
    volumes: list[bytes], keys: Keys = GATEWAY, kind: str = "package"
) -> tuple[Any, list[Any], list[bytes]]:
    """Envelope, documents and attachments of a package."""
    streams = [io.BytesIO(volume) for volume in volumes]
    with open_package(streams, keys, kind=kind, workspace=io.BytesIO()) as package:
        files = [b"".join(package.attachment(piece)) for piece in package.manifest.attachments]
        return package.envelope, list(package.documents()), files


def refused(volumes: list[bytes], code: str, **more: Any) -> str:
    """The sentence a package is refused with."""
    with pytest.raises(PackageError) as caught:
        opened(volumes, **more)
    assert caught.value.code == code, str(caught.value)
    assert "请" in str(caught.value)
    return str(caught.value)


def rezipped(volume: bytes, **members: bytes) -> bytes:
    """The volume with members replaced; the names have “_” for “.” and “-”."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(volume)) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            made.writestr(name, members.get(name.replace(".", "_").replace("-", "_"), source.read(name)))
    return target.getvalue()


def member(volume: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(volume)) as source:
        return source.read(name)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_is_packed_comes_out_the_same(size: int) -> None:
    what = contents(noise(size), b"photo")
    envelope, documents, files = opened(packed(what))
    assert (envelope.package_id, envelope.unit_code, envelope.device_id) == ("p-1", UNIT, "device-1")
    assert envelope.sender == DEVICE.public
    assert documents == what.documents
    assert files == [noise(size), b"photo"]


def test_nothing_of_the_records_can_be_read_outside() -> None:
    volume = packed(contents(b"photo" * 100))[0]
    assert "单位".encode() not in volume
    assert hashlib.sha256(b"photo" * 100).hexdigest().encode() not in volume


def test_volumes_come_in_any_order_and_only_together() -> None:
    volumes = packed(contents(noise(3 * MIN_VOLUME_BYTES)), MIN_VOLUME_BYTES)
    assert len(volumes) == 4
    assert all(len(volume) <= MIN_VOLUME_BYTES for volume in volumes)
    assert len(volumes[0]) > MIN_VOLUME_BYTES * 0.98
    assert opened(volumes[::-1])[2] == [noise(3 * MIN_VOLUME_BYTES)]
    assert opened([*volumes, volumes[0]])[0].package_id == "p-1"
    assert "第 2、4 卷" in refused([volumes[0], volumes[2]], "missing-volume")
    other = packed(contents(noise(3 * MIN_VOLUME_BYTES), package_id="p-2"), MIN_VOLUME_BYTES)
    refused([volumes[0], other[1], volumes[2], volumes[3]], "mixed-volumes")
    refused([], "incomplete")


class Called(io.BytesIO):
    """Bytes of a file with a name."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = f"/media/stick/{name}"


def test_a_refusal_names_the_file_it_is_about() -> None:
    volumes = packed(contents(noise(3 * MIN_VOLUME_BYTES)), MIN_VOLUME_BYTES)
    other = packed(contents(package_id="p-2"))[0]
    flipped = bytearray(volumes[2])
    flipped[500_000] ^= 1
    for third, code in (
        (volumes[2][:500_000], "incomplete"),
        (bytes(len(volumes[2])), "incomplete"),
        (bytes(flipped), "damaged"),
        (other, "mixed-volumes"),
    ):
        files = [
            Called(f"甲-{n}of4.jgp", data) for n, data in enumerate([*volumes[:2], third, volumes[3]], 1)
        ]
        with (
            pytest.raises(PackageError, match=r"“甲-3of4\.jgp”") as caught,
            open_package(files, GATEWAY, kind="package", workspace=io.BytesIO()),
        ):
            pass
        assert caught.value.code == code
        assert "甲-1" not in str(caught.value)


def test_whose_it_is_and_what_it_is_comes_before_what_it_lacks() -> None:
    volumes = packed(contents(noise(2 * MIN_VOLUME_BYTES)), MIN_VOLUME_BYTES)
    assert "请选平台带回的回执包" in refused(volumes[:1], "foreign", kind="answer")
    refused(volumes[:1], "foreign", keys=OTHER)
    answer = packed(contents(kind="answer"), keys=GATEWAY, to=DEVICE)
    assert "另一台电脑" in refused(answer, "foreign", keys=OTHER, kind="answer")


def test_volumes_that_are_too_small_to_be_meant_are_refused() -> None:
    with pytest.raises(PackageError, match="分卷太小"):
        packed(contents(), MIN_VOLUME_BYTES - 1)


def test_only_the_receiver_can_open_it() -> None:
    volumes = packed(contents(b"photo"), to=OTHER)
    said = refused(volumes, "foreign")
    assert OTHER.public.fingerprint in said
    assert GATEWAY.public.fingerprint in said
    assert opened(volumes, keys=OTHER)[2] == [b"photo"]


def test_an_answer_is_no_package_and_the_other_way_round() -> None:
    assert ".jgr" in refused(packed(contents(kind="answer")), "foreign")
    assert ".jgp" in refused(packed(contents()), "foreign", kind="answer")


def test_a_stranger_cannot_sign_for_the_device() -> None:
    volume = packed(contents())[0]
    envelope = read_envelope(io.BytesIO(volume))
    stated = replace(envelope, sender=OTHER.public).to_bytes()
    resigned = OTHER.sign(b"jgclient package envelope 1\n" + stated)
    stolen = rezipped(volume, envelope_json=stated, envelope_sig=resigned)
    refused([stolen], "tampered")


@pytest.mark.parametrize("name", ["package_id", "unit_code", "device_id", "made_at"])
def test_a_changed_envelope_is_noticed(name: str) -> None:
    volume = packed(contents())[0]
    stated = json.loads(member(volume, "envelope.json"))
    stated[name] = "x"
    refused([rezipped(volume, envelope_json=json.dumps(stated).encode())], "tampered")


def test_a_changed_part_is_noticed() -> None:
    volume = packed(contents(b"photo"))[0]
    part = bytearray(member(volume, "part-0001"))
    part[-1] ^= 1
    refused([rezipped(volume, part_0001=bytes(part))], "tampered")
    refused([rezipped(volume, part_0001=bytes(part[:-1]))], "tampered")


def test_a_newer_format_asks_for_a_newer_program() -> None:
    volume = packed(contents())[0]
    stated = {**json.loads(member(volume, "envelope.json")), "format": 2}
    refused([rezipped(volume, envelope_json=json.dumps(stated).encode())], "too-new")


def test_half_copied_files_are_told_as_such() -> None:
    volume = packed(contents(noise(PIECE)))[0]
    for half in (b"", volume[:10], volume[: len(volume) // 2], volume[:-1], b"x" * 1000):
        refused([half], "incomplete")
    without = io.BytesIO()
    with zipfile.ZipFile(without, "w") as made:
        made.writestr("envelope.json", "{}")
    refused([without.getvalue()], "incomplete")


def test_an_attachment_that_changed_on_disk_is_not_packed() -> None:
    wrong = contents(b"photo")
    (_, size, opener) = wrong.attachments[0]
    with pytest.raises(PackageError, match="附件"):
        packed(replace(wrong, attachments=[("0" * 64, size, opener)]))


def test_a_manifest_that_says_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = PackageContents.manifest

    def other_unit(self: PackageContents, sender: PublicKey) -> Any:
        return replace(honest(self, sender), unit_code="11410200000000023R")

    monkeypatch.setattr(PackageContents, "manifest", other_unit)
    refused(packed(contents()), "tampered")
    monkeypatch.setattr(
        PackageContents, "manifest", lambda self, sender: replace(honest(self, sender), attachments=())
    )
    refused(packed(contents(b"photo")), "tampered")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damage_anywhere_is_a_refusal_or_does_no_harm(data: st.DataObject) -> None:
    what = contents(b"photo")
    volume = bytearray(_VOLUME)
    place = data.draw(st.integers(0, len(volume) - 1))
    volume[place] ^= data.draw(st.integers(1, 255))
    with suppress(PackageError):
        _, documents, files = opened([bytes(volume)])
        assert (documents, files) == (what.documents, [b"photo"])


_VOLUME = packed(contents(b"photo"))[0]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300))
def test_anything_else_is_a_refusal_and_nothing_worse(junk: bytes, place: int) -> None:
    volume = _VOLUME[:place] + junk + _VOLUME[place + len(junk) :]
    with suppress(PackageError):
        opened([volume])


def test_sealed_pieces_cannot_be_moved_or_dropped() -> None:
    sealed = io.BytesIO()
    with SealingWriter(sealed, GATEWAY.public) as writer:
        writer.write(noise(3 * PIECE))
    whole, step = sealed.getvalue(), PIECE + 16
    head, pieces = whole[:32], [whole[32 + n * step : 32 + (n + 1) * step] for n in range(3)]
    assert SealedReader(io.BytesIO(whole), GATEWAY).read() == noise(3 * PIECE)
    for wrong in (pieces[:2], pieces[1:], [pieces[1], pieces[0], pieces[2]], [*pieces, pieces[2]]):
        with pytest.raises(PackageError, match="损坏"):
            SealedReader(io.BytesIO(head + b"".join(wrong)), GATEWAY).read()
    with pytest.raises(PackageError, match="不完整"):
        SealedReader(io.BytesIO(whole[:40]), GATEWAY)


def test_sealed_bytes_can_be_read_from_any_place() -> None:
    sealed = io.BytesIO()
    with SealingWriter(sealed, GATEWAY.public) as writer:
        for start in range(0, 2 * PIECE + 5, 999):
            writer.write(noise(2 * PIECE + 5)[start : start + 999])
    reader = io.BufferedReader(SealedReader(sealed, GATEWAY))
    reader.seek(PIECE - 3)
    assert reader.read(10) == noise(2 * PIECE + 5)[PIECE - 3 : PIECE + 7]
    reader.seek(-5, io.SEEK_END)
    assert reader.read() == noise(2 * PIECE + 5)[-5:]
    assert reader.read() == b""


def test_replies_travel_as_they_would_online() -> None:
    answer = BatchAnswer("b1", "2026-09-07T12:00:00+08:00", [])
    told = [BatchReply("b1", answer), BatchReply("b2", None, "批次的格式不符合上报协议。请升级客户端。")]
    volumes = packed(
        contents(kind="answer", documents=[(reply.batch_id, reply.to_bytes()) for reply in told]),
        keys=GATEWAY, to=DEVICE,
    )  # fmt: skip
    with open_package([io.BytesIO(volumes[0])], DEVICE, kind="answer", workspace=io.BytesIO()) as package:
        assert package.replies() == told
    broken = packed(contents(kind="answer"), keys=GATEWAY, to=DEVICE)
    with (
        open_package([io.BytesIO(broken[0])], DEVICE, kind="answer", workspace=io.BytesIO()) as package,
        pytest.raises(PackageError, match="回执"),
    ):
        package.replies()


def test_public_keys_are_texts_that_survive_line_breaks() -> None:
    shown = str(DEVICE.public)
    assert PublicKey.from_text(f" {shown[:40]}\n{shown[40:]} ") == DEVICE.public
    assert len(shown) == 91
    for wrong in ("", shown[:-2], shown[5:], "JGK1-" + "!" * 86, shown + "AAAA"):
        with pytest.raises(PackageError, match="公钥"):
            PublicKey.from_text(wrong)
    assert DEVICE.public.fingerprint != GATEWAY.public.fingerprint


def test_keys_follow_from_the_seed_and_nothing_else() -> None:
    made = Keys.generate()
    assert Keys(made.seed).public == made.public
    assert made.public != Keys.generate().public
    with pytest.raises(PackageError, match="密钥"):
        Keys(b"short")


def test_cover_sheet_names_every_volume_and_escapes_names() -> None:
    volumes = packed(contents(noise(MIN_VOLUME_BYTES)), MIN_VOLUME_BYTES)
    envelope = read_envelope(io.BytesIO(volumes[0]))
    page = cover_sheet(
        envelope, unit_name="甲局<script>", files=["a.1of2.jgp", "a.2of2.jgp"], records=12, attachments=1
    )
    assert "<script>" not in page
    for told in ("p-1", "12 条", DEVICE.public.fingerprint, *(part.sha256 for part in envelope.parts)):
        assert told in page


def test_envelope_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "MAX_ENVELOPE_BYTES", 10)
    refused([_VOLUME], "damaged")
