"""Three small DLLs that Windows 10 has and wine 8 lacks; for the trial only, never part of the product."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer import pe, system

_RANDOM = """
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    return RtlGenRandom(data, (ULONG)size);
}
"""
#: Every call fails, which callers are ready for: no other encodings, no colour profiles.
_FAILING = "__declspec(dllexport) void *{name}(void) {{ return 0; }}"
_COLOURS = ("GetColorProfileFromHandle", "CloseColorProfile", "WcsCreateIccProfile", "OpenColorProfileW")


def make(staged: Path, work: Path, folder: Path) -> None:
    """Make the DLLs into ``folder``.

    Args:
        staged: The staged version folder; its ``Qt6Core.dll`` says which functions of ICU are asked for.
        work: Scratch folder.
        folder: Beside the program's executable.
    """
    core = pe.read(staged / "lib" / "PySide6" / "Qt6Core.dll")
    converters = {**core.imports, **core.delayed}.get("icuuc.dll", [])
    _dll(work, folder / "bcryptprimitives.dll", _RANDOM, "-ladvapi32")
    _dll(work, folder / "icuuc.dll", "\n".join(_FAILING.format(name=name) for name in converters))
    _dll(work, folder / "mscms.dll", "\n".join(_FAILING.format(name=name) for name in _COLOURS))


def _dll(work: Path, out: Path, source: str, *options: str) -> None:
    file = work / f"{out.stem}.c"
    file.write_text(source, "utf-8")
    subprocess.run([system.COMPILER, "-shared", "-s", "-o", out, file, *options], check=True)
