"""Byte code without source: the same source gives the same bytes, nothing is written on the clerk's PC."""

from __future__ import annotations

import fnmatch
import py_compile
import zipfile
from collections.abc import Iterable
from pathlib import Path


def compile_tree(folder: Path, *, shown_from: Path) -> int:
    """Replace every ``.py`` below a folder by its byte code; tracebacks name files from ``shown_from`` on."""
    sources = sorted(folder.rglob("*.py"))
    for source in sources:
        _compile(source, source.with_suffix(".pyc"), source.relative_to(shown_from).as_posix())
        source.unlink()
    return len(sources)


def library_zip(library: Path, out: Path, *, left_out: Iterable[str], work: Path) -> None:
    """The standard library as one archive of byte code, stored: one file to open and for virus scanners."""
    patterns = tuple(left_out)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for source in sorted(library.rglob("*.py")):
            name = source.relative_to(library)
            if any(fnmatch.fnmatchcase(name.parts[0], pattern) for pattern in patterns):
                continue
            _compile(source, work / "module.pyc", name.as_posix())
            entry = zipfile.ZipInfo(name.with_suffix(".pyc").as_posix(), (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, (work / "module.pyc").read_bytes())


def _compile(source: Path, target: Path, shown_as: str) -> None:
    py_compile.compile(
        str(source),
        str(target),
        dfile=shown_as,
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
