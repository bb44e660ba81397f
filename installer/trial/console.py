"""A console with the code page of Chinese Windows: what a command shows on it, and what a pipe gets."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installer import system
from installer.trial.wine import Wine, give

#: Runs a command line in a console of its own with code page 936 and writes the screen to a file (UTF-16).
_SOURCE = r"""
#include <windows.h>
static wchar_t line[400];
int wmain(int count, wchar_t **words)
{
    SECURITY_ATTRIBUTES shared = {sizeof shared, NULL, TRUE};
    STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION started;
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD code = 99, done;
    if (count != 3)
        return 90;
    FreeConsole();
    if (!AllocConsole() || !SetConsoleOutputCP(936) || !SetConsoleCP(936))
        return 91;
    DWORD access = GENERIC_READ | GENERIC_WRITE, sharing = FILE_SHARE_READ | FILE_SHARE_WRITE;
    HANDLE screen = CreateFileW(L"CONOUT$", access, sharing, &shared, OPEN_EXISTING, 0, NULL);
    SetConsoleScreenBufferSize(screen, (COORD){200, 500});
    how.hStdInput = CreateFileW(L"CONIN$", access, sharing, &shared, OPEN_EXISTING, 0, NULL);
    how.hStdOutput = how.hStdError = screen;
    if (!CreateProcessW(NULL, words[2], NULL, NULL, TRUE, 0, NULL, NULL, &how, &started))
        return 92;
    WaitForSingleObject(started.hProcess, INFINITE);
    GetExitCodeProcess(started.hProcess, &code);
    HANDLE out = CreateFileW(words[1], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    GetConsoleScreenBufferInfo(screen, &info);
    DWORD cells = info.dwSize.X < 398 ? info.dwSize.X : 398;
    for (SHORT row = 0; row <= info.dwCursorPosition.Y; row++) {
        DWORD width = 0;
        ReadConsoleOutputCharacterW(screen, line, cells, (COORD){0, row}, &width);
        line[width++] = L'\n';
        WriteFile(out, line, width * sizeof *line, &done, NULL);
    }
    CloseHandle(out);
    return (int)code;
}
"""


class Console:
    """Runs the command line of the installed program in a console with code page 936.

    Args:
        wine: The computer.
        program: The command line's executable; the helper lies beside it.
        work: Scratch folder.
    """

    def __init__(self, wine: Wine, program: Path, work: Path) -> None:
        self._wine = wine
        self._program = wine.windows_path(program)
        self._helper = program.with_name("console.exe")
        self._screen = program.with_name("screen.txt")
        self._file = program.with_name("said.txt")
        source = work / "console.c"
        source.write_text(_SOURCE, "utf-8")
        subprocess.run([system.COMPILER, "-municode", "-s", "-o", self._helper, source], check=True)
        give(program.parent)

    def shows(self, words: str) -> str:
        """What stands on the screen after a command."""
        return self._after(f'"{self._program}" {words}')

    def writes(self, words: str) -> str:
        """What lies in the file that a command's output is sent to, read as Chinese Windows reads files."""
        self._after(f'cmd /c ""{self._program}" {words} > "{self._wine.windows_path(self._file)}""')
        return self._file.read_bytes().decode("gbk")

    def _after(self, line: str) -> str:
        self._wine.run(self._helper, self._screen, line)
        return self._screen.read_text("utf-16-le")
