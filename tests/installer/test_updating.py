"""Update packages: only a sound, signed, newer one that comes up is used, and all else changes nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from installer import update_package
from jgclient import installation, updating
from jgclient.packages import Keys

KEYS = Keys(bytes(range(32)))
OTHER = Keys(bytes(32))


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def lay(folder: Path, version: str, **files: str) -> Path:
    """A version folder with a program file, one that changes and the publisher's key."""
    program = folder / f"app-{version}"
    for name, text in {"lib/big.bin": "same " * 1000, "program.txt": version, **files}.items():
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(text, "utf-8")
    (program / updating.PUBLIC_KEY).write_text(f"{KEYS.public}\n", "ascii")
    return program


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "程序"
    lay(folder, "1.0.0")
    (folder / "current.txt").write_bytes(b"1.0.0\n")
    return folder


@pytest.fixture
def build(tmp_path: Path, home: Path) -> Callable[..., Path]:
    def make(version: str = "1.1.0", *, keys: Keys = KEYS, base: bool = False) -> Path:
        program = lay(tmp_path / f"stage-{version}", version)
        return update_package.make(program, keys, home / "app-1.0.0" if base else None, tmp_path / "usb")

    return make


def comes_up(_version: str) -> str:
    return ""


def receive(package: Path, home: Path) -> str:
    return updating.receive(package, home, "1.0.0", try_out=comes_up)


def names(home: Path) -> set[str]:
    return {path.name for path in home.iterdir()}


def rewritten(package: Path, change: Callable[[str, bytes], bytes]) -> Path:
    out = package.with_name("changed.jgu")
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return out


@pytest.mark.parametrize("base", [False, True])
def test_a_sound_package_waits_for_the_next_start(home: Path, build: Callable[..., Path], base: bool) -> None:
    assert receive(build(base=base), home) == "1.1.0"
    assert (home / "app-1.1.0" / "program.txt").read_text("utf-8") == "1.1.0"
    assert (home / "app-1.1.0" / "lib" / "big.bin").read_bytes() == (
        home / "app-1.0.0/lib/big.bin"
    ).read_bytes()
    assert installation.waiting(home) == "1.1.0"
    assert (home / "current.txt").read_bytes() == b"1.0.0\n"


def test_a_package_upon_a_base_leaves_out_what_that_has(build: Callable[..., Path]) -> None:
    def files(package: Path) -> int:
        with zipfile.ZipFile(package) as archive:
            return sum(name.startswith("files/") for name in archive.namelist())

    assert files(build(base=False)) == 3
    assert files(build(base=True)) == 1


def test_the_same_version_makes_the_same_package(build: Callable[..., Path]) -> None:
    assert build().read_bytes() == build().read_bytes()


def add_byte(name: str, data: bytes) -> bytes:
    return data + b"x" if name.startswith("files/") else data


def other_file_list(name: str, data: bytes) -> bytes:
    return data.replace(b"program.txt", b"another.txt") if name == "manifest.json" else data


def other_signature(name: str, data: bytes) -> bytes:
    return bytes(64) if name == "manifest.sig" else data


@pytest.mark.parametrize("change", [add_byte, other_file_list, other_signature])
def test_a_changed_package_is_refused(
    home: Path, build: Callable[..., Path], change: Callable[..., bytes]
) -> None:
    before = names(home)
    with pytest.raises(updating.UpdateError, match="签"):
        receive(rewritten(build(), change), home)
    assert names(home) == before


def test_another_publisher_is_refused(home: Path, build: Callable[..., Path]) -> None:
    with pytest.raises(updating.UpdateError, match="发布单位"):
        receive(build(keys=OTHER), home)


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9"])
def test_what_is_not_newer_is_refused(home: Path, build: Callable[..., Path], version: str) -> None:
    with pytest.raises(updating.UpdateError, match="不用更新"):
        receive(build(version), home)


def test_ten_is_newer_than_nine(home: Path, build: Callable[..., Path]) -> None:
    assert updating.receive(build("1.10.0"), home, "1.0.0", try_out=comes_up) == "1.10.0"
    lay(home, "1.10.0")
    with pytest.raises(updating.UpdateError, match="不用更新"):
        updating.receive(build("1.9.0"), home, "1.10.0", try_out=comes_up)


def cut_short(package: Path) -> None:
    package.write_bytes(package.read_bytes()[: package.stat().st_size // 2])


def emptied(package: Path) -> None:
    package.write_bytes(b"")


def no_manifest(package: Path) -> None:
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("readme.txt", "nothing")


@pytest.mark.parametrize("damage", [cut_short, emptied, no_manifest])
def test_a_damaged_file_is_refused(
    home: Path, build: Callable[..., Path], damage: Callable[[Path], None]
) -> None:
    package, before = build(), names(home)
    damage(package)
    with pytest.raises(updating.UpdateError, match="已损坏"):
        receive(package, home)
    assert names(home) == before


def test_a_missing_file_is_told(home: Path, tmp_path: Path) -> None:
    with pytest.raises(updating.UpdateError, match="没有装上"):
        receive(tmp_path / "absent.jgu", home)


def test_a_package_upon_another_base_is_refused(home: Path, build: Callable[..., Path]) -> None:
    package = build(base=True)
    (home / "app-1.0.0" / "lib" / "big.bin").unlink()
    with pytest.raises(updating.UpdateError, match="完整的更新包"):
        receive(package, home)


def signed(tmp_path: Path, manifest: object) -> Path:
    text = json.dumps(manifest).encode()
    package = tmp_path / "made.jgu"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("manifest.json", text)
        archive.writestr("manifest.sig", KEYS.sign(updating.SIGNED_AS + text))
    return package


@pytest.mark.parametrize("path", ["../../evil.exe", "/etc/evil", "a\\b", "C:evil", "a/../../b"])
def test_even_a_signed_package_cannot_write_elsewhere(home: Path, tmp_path: Path, path: str) -> None:
    entry = {"path": path, "sha256": "0" * 64, "size": 1}
    package = signed(tmp_path, {"product": "jgclient", "format": 1, "version": "2.0", "files": [entry]})
    with pytest.raises(updating.UpdateError, match="目录有误"):
        receive(package, home)


@pytest.mark.parametrize("change", [{"product": "other"}, {"format": 2}])
def test_another_format_is_refused(home: Path, tmp_path: Path, change: dict[str, object]) -> None:
    manifest = {"product": "jgclient", "format": 1, "version": "2.0", "files": [], **change}
    with pytest.raises(updating.UpdateError, match="不认识"):
        receive(signed(tmp_path, manifest), home)


def test_an_impossible_size_is_refused_before_anything_is_written(home: Path, tmp_path: Path) -> None:
    entry = {"path": "a", "sha256": "0" * 64, "size": 10**18}
    package = signed(tmp_path, {"product": "jgclient", "format": 1, "version": "2.0", "files": [entry]})
    with pytest.raises(updating.UpdateError, match="磁盘空间不够"):
        receive(package, home)


def test_a_version_without_a_publishers_key_takes_none(home: Path, build: Callable[..., Path]) -> None:
    (home / "app-1.0.0" / updating.PUBLIC_KEY).unlink()
    with pytest.raises(updating.UpdateError, match="公钥"):
        receive(build(), home)


def test_a_version_that_does_not_come_up_on_trial_is_not_used(home: Path, build: Callable[..., Path]) -> None:
    before = names(home)
    with pytest.raises(updating.UpdateError, match="缺少部件"):
        updating.receive(build(), home, "1.0.0", try_out=lambda _version: "缺少部件")
    assert names(home) == before
    assert installation.waiting(home) == ""


@pytest.fixture
def launcher(home: Path) -> Path:
    """Stands for the launcher: fails when it is asked to try version 1.2.0."""
    program = home / "jgclient-cli.exe"
    program.write_text(
        '#!/bin/sh\n[ "$JGCLIENT_TRY" = 1.2.0 ] || exit 0\necho "Trace" >&2; echo "缺少 Qt" >&2; exit 3\n',
        "utf-8",
    )
    program.chmod(0o755)
    return program


def test_the_launcher_is_asked_to_try_the_new_version(home: Path, launcher: Path) -> None:
    assert updating.tried_out(home, "1.1.0") == ""
    assert updating.tried_out(home, "1.2.0") == "缺少 Qt"


def test_without_a_launcher_nothing_comes_up(home: Path) -> None:
    assert "jgclient-cli.exe" in updating.tried_out(home, "1.1.0")


def test_a_version_that_came_up_is_the_one_to_start(home: Path, build: Callable[..., Path]) -> None:
    receive(build(), home)
    installation.confirm(home, "1.0.0")
    assert installation.waiting(home) == "1.1.0", "the running version is not the one that waits"
    installation.confirm(home, "1.1.0")
    assert (home / "current.txt").read_bytes() == b"1.1.0\n"
    assert installation.waiting(home) == ""


def test_a_version_that_was_given_up_is_told_once_and_removed(home: Path) -> None:
    lay(home, "1.1.0")
    (home / "failed.txt").write_bytes(b"1.1.0\n")
    assert installation.take_failure(home) == "1.1.0"
    assert not (home / "app-1.1.0").exists()
    assert installation.take_failure(home) == ""


def test_tidying_keeps_what_runs_starts_or_waits(home: Path) -> None:
    for version in ("0.9.0", "1.1.0", "1.2.0"):
        lay(home, version)
    (home / "current.txt").write_bytes(b"1.1.0\n")
    (home / "next.txt").write_bytes(b"1.2.0\n")
    (home / "jgclient.exe.old").write_bytes(b"")
    installation.tidy(home, "1.0.0")
    assert names(home) == {"app-1.0.0", "app-1.1.0", "app-1.2.0", "current.txt", "next.txt"}


def test_a_file_that_holds_no_version_is_as_good_as_none(home: Path) -> None:
    (home / "next.txt").write_bytes(b"../..\n")
    assert installation.waiting(home) == ""


def test_run_from_source_is_no_installation() -> None:
    assert installation.home() is None
    assert installation.portable_data(None) is None


def test_a_portable_copy_keeps_its_data_beside_it(home: Path) -> None:
    assert installation.portable_data(home) is None
    (home / "data").mkdir()
    (home / "data" / "portable.txt").write_bytes(b"")
    assert installation.portable_data(home) == home / "data"
