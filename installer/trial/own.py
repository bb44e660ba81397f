"""Small programs of the trial that run on the installed Python, beside the installed program."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer import system
from installer.native import NATIVE
from installer.places import PYTHON_TAG
from installer.trial.wine import give


def program(installed: Path, version: str, name: str, source: str, *, window: bool = False) -> Path:
    """Lay a program beside the installed one; returns its executable.

    Args:
        installed: The program's folder.
        version: The version whose Python and packages it uses.
        name: Its name, also as a Python module.
        source: What it does.
        window: It has no console.
    """
    out = installed / f"{name}.exe"
    options = ["-mwindows", "-DWINDOW"] if window else []
    subprocess.run(
        [system.COMPILER, "-municode", "-Os", "-s", *options, f'-DMODULE=L"{name}"',
         f'-DPYTHON_TAG=L"{PYTHON_TAG}"', "-o", out, NATIVE / "launcher.c"], check=True,
    )  # fmt: skip
    (installed / f"app-{version}" / f"{name}.py").write_text(source, "utf-8")
    give(installed)
    return out
