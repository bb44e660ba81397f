"""In which encoding the command line speaks, so that its words can be read where they arrive."""

from __future__ import annotations

import ctypes
import io
import sys
from collections.abc import Sequence

#: Simplified Chinese (GBK), the code page of Chinese Windows consoles.
_CHINESE = 936


def prepare(words: Sequence[str]) -> None:
    """Let standard output and standard error carry Chinese; a sign that cannot be shown becomes ``?``.

    Args:
        words: The command line.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a program without console has none
            page = 0 if stream.isatty() or "--json" in words else console_code_page()
            stream.reconfigure(encoding=encoding(page), errors="replace")


def encoding(code_page: int) -> str:
    """What a pipe or file gets.

    Everything at the other end of it (``more``, ``findstr``, PowerShell, an editor) takes it for text in the
    console's code page. Only the Chinese one can hold what we say. On the screen itself every sign is shown,
    and JSON is always UTF-8.

    Args:
        code_page: The console's, 0 for none.
    """
    return "gbk" if code_page == _CHINESE else "utf-8"


def console_code_page() -> int:
    """The code page in which the console takes text, 0 without a console and on other systems."""
    if sys.platform == "win32":
        return int(ctypes.windll.kernel32.GetConsoleOutputCP())
    return 0
