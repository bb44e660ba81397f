"""One process at a time makes or migrates the file of a folder; the lock dies with the process."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jgclient.store.errors import StoreError, file_fault

_NAME = "store.lock"


@contextmanager
def folder_lock(folder: Path, *, name: str = _NAME, wait_seconds: float = 30) -> Iterator[None]:
    """Hold the folder's lock, or another one of this name.

    Raises:
        StoreError: another process holds it longer than ``wait_seconds`` (kind ``locked``), or the folder
            cannot be written.
    """
    try:
        file = (folder / name).open("ab")
    except OSError as error:
        raise file_fault(error, folder) from error
    with file:
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise StoreError("locked", str(folder))
            time.sleep(0.05)
        yield


def _try_lock(file: IO[bytes]) -> bool:
    """Take the operating system's lock on the file without waiting; closing the file gives it back."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists elsewhere only

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
