"""Update packages that the platform sends: whole or not at all, only newer ones, gone when withdrawn."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from faulty_server import FaultyServer
from sync_gateway import PASSWORD, Gateway
from sync_model import ModelPlatform
from sync_profile import Profile

from jgclient import __version__
from jgclient.contract import CHANGE_KINDS, PIECE_BYTES, ProgramPiece
from jgclient.installation import arrived
from jgclient.platform_api import HttpPlatform
from jgclient.sync import connect, log_in
from jggateway.cli import main

PACKAGE = b"0123456789"


def pieces(version: str, data: bytes = PACKAGE, *, size: int = 4) -> list[ProgramPiece]:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    sha256 = hashlib.sha256(data).hexdigest()
    return [ProgramPiece(version, n, len(parts), sha256, part) for n, part in enumerate(parts, 1)]


@pytest.fixture
def tells(model: ModelPlatform) -> ModelPlatform:
    model.capabilities = replace(model.capabilities, changes=CHANGE_KINDS)
    return model


def found(profile: Profile) -> bytes | None:
    file = arrived(profile.store.folder, __version__)
    return file.read_bytes() if file else None


def test_a_package_is_there_once_all_its_pieces_are(
    profile: Profile, platform: HttpPlatform, tells: ModelPlatform
) -> None:
    last, *others = reversed(pieces("99.1"))
    for piece in others:
        tells.tell("program", piece.entry_id, piece.to_json())
    assert profile.sync(platform).changes == 2
    assert found(profile) is None
    tells.tell("program", last.entry_id, last.to_json())
    assert profile.sync(platform).stopped == ""
    assert found(profile) == PACKAGE
    assert [file.name for file in (profile.store.folder / "updates").iterdir()] == ["99.1.jgu"]
    assert profile.sync(platform).changes == 0


def test_the_newest_counts_and_what_is_not_newer_is_let_pass(
    profile: Profile, platform: HttpPlatform, tells: ModelPlatform
) -> None:
    for version in ("99.10", "99.9", __version__, "0.0.1"):
        for piece in pieces(version, version.encode() * 3):
            tells.tell("program", piece.entry_id, piece.to_json())
    profile.sync(platform)
    assert found(profile) == b"99.10" * 3
    assert {file.stem for file in (profile.store.folder / "updates").iterdir()} == {"99.10", "99.9"}


def test_a_withdrawn_package_goes(profile: Profile, platform: HttpPlatform, tells: ModelPlatform) -> None:
    for piece in pieces("99.1"):
        tells.tell("program", piece.entry_id, piece.to_json())
    profile.sync(platform)
    for piece in pieces("99.1"):
        tells.tell("program", piece.entry_id, None)
    profile.sync(platform)
    assert found(profile) is None


BROKEN = {
    "other bytes": {"data": "eHh4"},
    "no base64": {"data": "?"},
    "leads elsewhere": {"version": "../99.1"},
    "too many": {"count": 10**9},
    "number beyond": {"number": 9},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_pieces_that_make_no_package_are_refused(
    profile: Profile, platform: HttpPlatform, tells: ModelPlatform, change: dict[str, object]
) -> None:
    *others, last = pieces("99.1")
    for piece in others:
        tells.tell("program", piece.entry_id, piece.to_json())
    tells.tell("program", last.entry_id, {**last.to_json(), **change})
    report = profile.sync(platform)
    assert (report.changes_refused, report.stopped) == (1, "")
    assert found(profile) is None
    assert not list(profile.store.folder.parent.rglob("*.jgu"))


def test_from_the_gateways_command_line_to_the_client(
    profile: Profile, gateway: Gateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def package(version: str) -> Path:
        file = tmp_path / f"{version}.jgu"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("manifest.json", json.dumps({"product": "jgclient", "version": version}))
            archive.writestr("files/x", random.Random(version).randbytes(3 * PIECE_BYTES))
        return file

    def send(file: Path) -> int:
        return main(["send", "program", str(file), "--data", str(tmp_path / "gateway")])

    network = FaultyServer(gateway)
    profile.store.settings.set("gateway_url", network.url)
    profile.store.settings.set("gateway_user", "clerk")
    with connect(profile.store) as platform:
        log_in(profile.store, platform, PASSWORD)
        for version in ("99.1", "99.2"):
            assert send(package(version)) == 0
            assert profile.sync(platform).stopped == ""
            assert found(profile) == (tmp_path / f"{version}.jgu").read_bytes()
    network.stop()
    assert [file.name for file in (profile.store.folder / "updates").iterdir()] == ["99.2.jgu"]
    assert "99.2" in capsys.readouterr().out
    (tmp_path / "x.jgu").write_bytes(b"no package")
    assert send(tmp_path / "x.jgu") == 1
    assert send(tmp_path / "absent.jgu") == 1
    assert "请" in capsys.readouterr().err
