"""Byte code without source: the same source gives the same bytes, nothing is written on the clerk's PC.

What Python writes for a string also depends on what else was done with it before in the same process. So all
compiling is done in a process that does nothing else: this file, run as a program.
"""

from __future__ import annotations

import fnmatch
import json
import py_compile
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path


def compile_tree(folder: Path, *, shown_from: Path) -> int:
    """Replace every ``.py`` below a folder by its byte code; tracebacks name files from ``shown_from`` on."""
    sources = sorted(folder.rglob("*.py"))
    _compile([(source, source.with_suffix(".pyc"), source.relative_to(shown_from)) for source in sources])
    for source in sources:
        source.unlink()
    return len(sources)


def library_zip(library: Path, out: Path, *, left_out: Iterable[str], work: Path) -> None:
    """The standard library as one archive of byte code, stored: one file to open and for virus scanners."""
    patterns, made = tuple(left_out), work / "library"
    names = [source.relative_to(library) for source in sorted(library.rglob("*.py"))]
    kept = [name for name in names if not any(fnmatch.fnmatchcase(name.parts[0], p) for p in patterns)]
    _compile([(library / name, made / name.with_suffix(".pyc"), name) for name in kept])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in kept:
            compiled = name.with_suffix(".pyc")
            entry = zipfile.ZipInfo(compiled.as_posix(), (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, (made / compiled).read_bytes())


def _compile(files: list[tuple[Path, Path, Path]]) -> None:
    """Compile source, target and name for tracebacks of each file, in a process of its own."""
    listed = json.dumps([(str(source), str(target), shown.as_posix()) for source, target, shown in files])
    subprocess.run([sys.executable, "-I", "-S", "-X", "utf8", __file__], input=listed.encode(), check=True)


def _compile_here(listed: str) -> None:
    for source, target, shown in json.loads(listed):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(source, target, dfile=shown, doraise=True, invalidation_mode=mode)


if __name__ == "__main__":
    _compile_here(sys.stdin.read())
