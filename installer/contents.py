"""Chooses what goes into the program (``parts.toml``) and lays it into the staged folder."""

from __future__ import annotations

import fnmatch
import re
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from installer import pe
from installer.places import HERE, PYTHON_TAG, ROOT

#: From the Visual C++ redistributable, which an office PC need not have; the newest copy is in shiboken6.
_REDISTRIBUTABLE = ("vcruntime140*.dll", "msvcp140*.dll", "concrt140.dll")


@cache
def parts() -> Mapping[str, Any]:
    """The choice of parts."""
    return tomllib.loads((HERE / "parts.toml").read_text("utf-8"))


def lay_python(runtime: Path, redistributable: Path, folder: Path) -> None:
    """CPython's binaries with the C++ runtime; modules the runtime lacks are an error.

    Args:
        runtime: Folder with ``python311.dll`` and the extension modules.
        redistributable: Folder with the newest C++ runtime.
        folder: Where to put them.
    """
    names = [f"{PYTHON_TAG}.dll", *(f"{name}.pyd" for name in parts()["python_modules"])]
    _copy_with_needs([runtime / name for name in names], [runtime], folder)
    for pattern in _REDISTRIBUTABLE:
        for file in redistributable.glob(pattern):
            shutil.copyfile(file, folder / file.name)


def lay_qt(pyside: Path, folder: Path) -> None:
    """The chosen modules, plugins and translations of PySide6 with what they need of it."""
    modules = [pyside / f"{name}.pyd" for name in qt_modules(ROOT / "jgclient")]
    plugins = [pyside / "plugins" / name for name in parts()["qt_plugins"]]
    _copy_with_needs([*modules, *plugins], [pyside], folder)
    for name in parts()["qt_translations"]:
        _copy(pyside / "translations" / name, folder / "translations" / name)
    for file in sorted([*pyside.glob("*.py"), *(pyside / "support").rglob("*.py")]):
        _copy(file, folder / file.relative_to(pyside))


def lay_package_files(unpacked: Path, folder: Path, *, but: Iterable[str]) -> None:
    """Everything else of the unpacked wheels, less what is not used at run time."""
    skip = (*parts()["left_out"], *(f"{name}/*" for name in but), "shiboken6/*140*.dll")
    for file in sorted(p for p in unpacked.rglob("*") if p.is_file()):
        name = file.relative_to(unpacked).as_posix()
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in skip):
            _copy(file, folder / name)


def lay_manual(manual: Path, folder: Path) -> None:
    """The manual that the window shows (jgclient/ui/help_page.py), with the pictures it names."""
    _copy(manual, folder / manual.name)
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", manual.read_text("utf-8")):
        _copy(manual.parent / picture, folder / picture)


def qt_modules(package: Path) -> list[str]:
    """The modules of PySide6 that a package's source imports, anywhere in it."""
    found = set[str]()
    for source in package.rglob("*.py"):
        found.update(
            re.findall(r"^\s*(?:from|import) PySide6\.(\w+)", source.read_text("utf-8"), re.MULTILINE)
        )
    return sorted(found)


def _copy_with_needs(roots: list[Path], sources: list[Path], folder: Path) -> None:
    """Copy binaries, and from ``sources`` every DLL their import tables name, theirs too."""
    base = sources[0]
    waiting, done = list(roots), set[Path]()
    by_name = {file.name.lower(): file for source in sources for file in source.glob("*.dll")}
    while waiting:
        file = waiting.pop()
        if file in done:
            continue
        done.add(file)
        tables = pe.read(file)
        needs = (by_name.get(name) for name in {**tables.imports, **tables.delayed})
        waiting += [need for need in needs if need is not None and not _is_system(need.name)]
    for file in sorted(done):
        _copy(file, folder / file.relative_to(base))


def _is_system(name: str) -> bool:
    """Whether Windows or the one copy of the C++ runtime provides it."""
    lower = name.lower()
    return lower.startswith("api-ms-win-") or any(fnmatch.fnmatchcase(lower, p) for p in _REDISTRIBUTABLE)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
