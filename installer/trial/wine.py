"""A fresh Windows of wine with a user of a Chinese name, on a virtual screen of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import IO

from installer.trial.checks import TrialError

_WINE = "/usr/lib/wine/wine64"
_USER = "王小明"
#: A user id that no one on the building machine has: wine then takes the user's name from the environment.
_USER_ID = 54321
#: Its own colour profiles (helpers.py), no .NET and no HTML engine, which would ask to be downloaded.
_OVERRIDES = "mscms=n;mscoree,mshtml="
#: Seconds to wait for what a program said last, after it has ended.
_LAST_WORDS = 3
_SCREEN = ["Xvfb", "-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]


class Wine:
    """One prefix. Every program in it runs as a user without administrator rights on the building machine.

    Args:
        folder: An empty folder; readable for everyone.
        display: The X display to draw on.
    """

    def __init__(self, folder: Path, display: str) -> None:
        self.drive = folder / "prefix" / "drive_c"
        self.profile = self.drive / "users" / _USER
        self.local = self.profile / "AppData" / "Local"
        self._environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "USER": _USER, "LOGNAME": _USER,
            "LC_ALL": "C.UTF-8", "DISPLAY": display, "WINEARCH": "win64", "WINEDEBUG": "-all",
            "WINEPREFIX": str(folder / "prefix"), "WINEDLLOVERRIDES": _OVERRIDES,
        }  # fmt: skip

    def boot(self) -> None:
        """Make the prefix; its Windows is older than 10 until :meth:`become_windows_10`."""
        self.run("wineboot", "--init", timeout=300)

    def become_windows_10(self) -> None:
        """Answer as Windows 10 from now on."""
        self.run("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")

    def run(
        self,
        *command: object,
        timeout: float = 180,
        expect: int | None = 0,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end.

        Args:
            command: Program and words; paths below the drive are translated.
            timeout: Seconds.
            expect: Its exit code, None for any.
            variables: Additional variables of its environment.

        Raises:
            TrialError: another exit code, with what it said.
        """
        done = _ended(self._command(command), {**self._environment, **(variables or {})}, timeout)
        if expect is not None and done.returncode != expect:
            said = (done.stdout + done.stderr)[-3000:]
            raise TrialError(f"{command[0]} {command[1:]}: exit code {done.returncode}, not {expect}\n{said}")
        return done

    @contextmanager
    def running(self, *command: object) -> Iterator[subprocess.Popen[bytes]]:
        """A program that runs on during the block; then its window is closed as by a click on the cross."""
        process = subprocess.Popen(
            self._command(command), env=self._environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            self.run("taskkill", "/im", PureWindowsPath(self._word(command[0])).name, expect=None)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                self.end()
                raise TrialError(f"{command[0]} did not end when its window was closed") from None

    def registry(self, key: str, value: str = "") -> str:
        """A text of the registry (the key's own without a value's name), empty when it is not there."""
        done = self.run("reg", "query", key, *(["/v", value] if value else ["/ve"]), expect=None)
        return next(
            (line.split("REG_SZ", 1)[1].strip() for line in done.stdout.splitlines() if "REG_SZ" in line), ""
        )

    def end(self) -> None:
        """End everything that runs in the prefix."""
        subprocess.run(
            [*_as_user(), "/usr/lib/wine/wineserver64", "-k"], env=self._environment, check=False, timeout=60
        )

    def windows_path(self, path: Path) -> str:
        """The name of a file on the drive as programs there know it."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    def _command(self, words: tuple[object, ...]) -> list[str]:
        return [*_as_user(), _WINE, *map(self._word, words)]

    def _word(self, word: object) -> str:
        return self.windows_path(word) if isinstance(word, Path) else str(word)


def _ended(
    command: list[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a program to its own end; what it started may live on and hold its pipes open."""
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said: list[list[bytes]] = [[], []]
    readers = [
        threading.Thread(target=_read, args=pair, daemon=True)
        for pair in zip((process.stdout, process.stderr), said, strict=True)
    ]
    for reader in readers:
        reader.start()
    if process.stdin:
        process.stdin.close()
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise TrialError(f"{command}: still running after {timeout:.0f} s") from None
    for reader in readers:
        reader.join(_LAST_WORDS)
    stdout, stderr = (_text(b"".join(pieces)) for pieces in said)
    return subprocess.CompletedProcess(command, code, stdout, stderr)


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace").replace("\r\n", "\n")


def _read(pipe: IO[bytes], pieces: list[bytes]) -> None:
    while piece := os.read(pipe.fileno(), 65536):
        pieces.append(piece)


def wait_for(what: str, holds: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is so.

    Raises:
        TrialError: it did not come about.
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TrialError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.2)


def give(path: Path) -> None:
    """Hand a file or folder over to the user of the prefix."""
    if os.geteuid() == 0:
        for part in (path, *path.rglob("*")):
            os.chown(part, _USER_ID, _USER_ID, follow_symlinks=False)


def put(source: Path, target: Path) -> Path:
    """Copy a file into the prefix as if it came from a USB stick."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    give(target.parent)
    return target


@contextmanager
def fresh(folder: Path) -> Iterator[Wine]:
    """An empty prefix in ``folder`` with a screen; everything in it ends with the block."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    give(folder)
    screen = subprocess.Popen(
        [*_as_user(), *_SCREEN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with screen:
        number = screen.stdout.readline().strip() if screen.stdout else ""
        if not number:
            raise TrialError("Xvfb did not start")
        wine = Wine(folder, f":{number}")
        try:
            yield wine
        finally:
            wine.end()
            screen.terminate()


def _as_user() -> list[str]:
    ids = str(_USER_ID)
    if os.geteuid() == 0:
        return ["setpriv", f"--reuid={ids}", f"--regid={ids}", "--clear-groups"]
    return ["unshare", "--user", f"--map-user={ids}", f"--map-group={ids}"]
