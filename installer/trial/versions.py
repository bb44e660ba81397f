"""Other versions of the staged program, for upgrades and updates: the same parts under another number."""

from __future__ import annotations

import os
import py_compile
import shutil
from pathlib import Path

from installer.packing import build_time

#: The number of the version before: lower than any that was ever handed out.
EARLIER = "0.0.9"


def renumbered(stage: Path, version: str, folder: Path, *, also: str = "") -> Path:
    """Copy a staged folder as another version; returns its version folder.

    Args:
        stage: The staged folder.
        version: The other number.
        folder: Where to.
        also: Python lines run when the package is imported, to make a version that does not come up.
    """
    (program,) = stage.glob("app-*")
    target = folder / f"app-{version}"
    shutil.copytree(program, target)
    for file in stage.iterdir():
        if file.is_file() and file.name != "current.txt":
            shutil.copyfile(file, folder / file.name)
    (folder / "current.txt").write_bytes(f"{version}\n".encode())
    source = folder / "init.py"
    source.write_text(f'__version__ = "{version}"\n{also}', "utf-8")
    code = target / "jgclient" / "__init__.pyc"
    code.unlink()
    py_compile.compile(
        str(source), str(code), dfile="jgclient/__init__.py", doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )  # fmt: skip
    source.unlink()
    os.utime(code, (build_time(), build_time()))
    return target
