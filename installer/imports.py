"""Is everything there that the staged binaries ask for? By their import tables, not by luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from installer import pe
from installer.places import HERE

WINDOWS_LIST = HERE / "windows-10-1809.txt"
#: Folders that the launcher, PySide6 and delvewheel add to the search path of DLLs.
_SEARCHED = ("python", "lib/PySide6", "lib/shiboken6")


@cache
def provided_by_windows() -> frozenset[str]:
    """Names of the DLLs that Windows 10 1809 x64 itself has, in lower case."""
    lines = WINDOWS_LIST.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def shortfalls(program: Path) -> list[str]:
    """What is missing for a staged version folder: DLLs nobody provides, functions a DLL of ours lacks.

    Args:
        program: The version folder.
    """
    binaries = {file: pe.read(file) for file in sorted(_binaries(program))}
    return [line for file in binaries for line in _missing(file, program, binaries)]


def _binaries(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.suffix.lower() in pe.SUFFIXES)


def _missing(file: Path, program: Path, binaries: Mapping[Path, pe.Tables]) -> Iterator[str]:
    tables, name = binaries[file], file.relative_to(program).as_posix()
    if tables.machine != pe.AMD64:
        yield f"{name}: not a 64-bit x86 binary"
    for library, functions in (*tables.imports.items(), *tables.delayed.items()):
        found = _ours(library, file, program, binaries)
        if found is not None:
            lacking = sorted(set(functions) - set(binaries[found].exports))
            if lacking:
                yield f"{name}: {library} lacks {', '.join(lacking[:5])}"
        elif library not in provided_by_windows():
            yield f"{name}: {library} is neither in the program nor in Windows 10 1809"


def _ours(library: str, file: Path, program: Path, binaries: Mapping[Path, pe.Tables]) -> Path | None:
    package = program / "lib" / (file.relative_to(program).parts[1] + ".libs")
    for folder in (file.parent, package, *(program / name for name in _SEARCHED)):
        for candidate in binaries:
            if candidate.parent == folder and candidate.name.lower() == library:
                return candidate
    return None
