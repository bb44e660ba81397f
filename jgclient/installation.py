"""The program's folder on the clerk's PC: which versions lie there, which one starts.

It holds ``app-<version>`` folders and small text files that the launcher reads (docs/Windows构建.md):
``current.txt`` names the version known to come up, ``next.txt`` one that has still to prove it,
``failed.txt`` one that the launcher gave up because it ended without :func:`confirm`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_CURRENT, _NEXT, _FAILED = "current.txt", "next.txt", "failed.txt"
_PORTABLE = Path("data") / "portable.txt"
#: In the data folder: update packages that the platform sent.
UPDATES = "updates"
PACKAGE = ".jgu"
VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){1,3}")


def home() -> Path | None:
    """The program's folder, None when the program was not installed but runs from its source."""
    folder = Path(sys.executable).parent
    return folder if (folder / _CURRENT).exists() else None


def portable_data(folder: Path | None) -> Path | None:
    """Where a portable copy keeps its data, None for an installed program."""
    return folder / _PORTABLE.parent if folder is not None and (folder / _PORTABLE).exists() else None


def use_next(folder: Path, version: str) -> None:
    """Let the launcher try a version, which lies in its folder already, at the next start."""
    _write(folder / _NEXT, version)


def waiting(folder: Path) -> str:
    """The version that will be used from the next start, empty when there is none."""
    return _read(folder / _NEXT)


def confirm(folder: Path, running: str) -> None:
    """The running version has come up: from now on it is the one to start."""
    if _read(folder / _NEXT) == running:
        _write(folder / _CURRENT, running)
        (folder / _NEXT).unlink()


def newer(version: str, than: str) -> bool:
    """Whether one version number is higher than another."""
    return _numbers(version) > _numbers(than)


def arrived(data: Path, running: str) -> Path | None:
    """The update package with the highest version that the platform sent, None when none is newer.

    Args:
        data: The data folder.
        running: The version that runs.
    """
    found = [file for file in (data / UPDATES).glob(f"*{PACKAGE}") if newer(file.stem, running)]
    return max(found, key=lambda file: _numbers(file.stem), default=None)


def clear_arrived(data: Path, running: str) -> None:
    """Remove packages that the platform sent and that are no longer newer than what runs."""
    for file in (data / UPDATES).glob(f"*{PACKAGE}"):
        if not newer(file.stem, running):
            file.unlink(missing_ok=True)


def take_failure(folder: Path) -> str:
    """The version that was given up because it did not come up, told once; its files are removed."""
    failed = _read(folder / _FAILED)
    if failed:
        shutil.rmtree(folder / f"app-{failed}", ignore_errors=True)
        (folder / _FAILED).unlink()
    return failed


def tidy(folder: Path, running: str) -> None:
    """Remove versions that are no longer used and not running, and what an upgrade left of the launchers."""
    keep = {running, _read(folder / _CURRENT), _read(folder / _NEXT)}
    for old in [*_versions(folder, keep), *folder.glob("*.old")]:
        gone = old if old.suffix == ".old" else old.with_name(f"{old.name}.old")
        try:
            old.rename(gone)  # Windows refuses this while a program in it runs
        except OSError:
            continue
        if gone.is_dir():
            shutil.rmtree(gone, ignore_errors=True)
        else:
            gone.unlink(missing_ok=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _versions(folder: Path, keep: set[str]) -> Iterator[Path]:
    for place in folder.glob("app-*"):
        if place.is_dir() and place.suffix != ".old" and place.name.removeprefix("app-") not in keep:
            yield place


def _read(file: Path) -> str:
    try:
        text = file.read_text("ascii", "replace").strip()
    except OSError:
        return ""
    return text if VERSION.fullmatch(text) else ""


def _write(file: Path, version: str) -> None:
    """Write whole or not at all, also when the power fails."""
    scratch = file.with_suffix(".new")
    with scratch.open("wb") as out:
        out.write(f"{version}\n".encode())
        out.flush()
        os.fsync(out.fileno())
    scratch.replace(file)
