"""Files that appear whole or not at all, and are on the disk when the call returns."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from jgclient.store.errors import StoreError, file_fault

#: A virus scanner or an indexer holds a new file for moments; Windows refuses to replace it meanwhile.
PATIENCE_SECONDS = 3.0
_PAUSE_SECONDS = 0.05
_BLOCK = 1 << 20
UNFINISHED = ".part"


@contextmanager
def scratch_beside(to: Path) -> Iterator[Path]:
    """A name for an unfinished file beside the final one; nothing of that name is left behind.

    Raises:
        StoreError: disk full, place not writable.
    """
    scratch = to.with_name(to.name + UNFINISHED)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        remove(scratch)
        yield scratch
    except OSError as error:
        raise file_fault(error, to) from error
    finally:
        with suppress(OSError):
            remove(scratch)


def put_in_place(scratch: Path, to: Path) -> None:
    """Bring a written file to the disk, then give it its final name; a power cut leaves one of the two."""
    with scratch.open("rb+") as file:
        os.fsync(file.fileno())
    _patiently(partial(scratch.replace, to))
    if sys.platform != "win32":  # there the file system journal keeps renames
        folder = os.open(to.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def copy_whole(source: Path, to: Path) -> None:
    """Copy a file byte for byte and read the copy back before it takes its name.

    Raises:
        StoreError: the copy could not be written, or is not what was read (kind ``bad_copy``).
    """
    with scratch_beside(to) as scratch:
        wanted = _copy(source, scratch)
        if digest(scratch) != wanted:
            raise StoreError("bad_copy", str(to))
        put_in_place(scratch, to)


def digest(path: Path) -> str:
    """SHA-256 of a file, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(path: Path) -> None:
    """Remove a database file if it is there, with what SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        _patiently(partial(path.with_name(name).unlink, missing_ok=True))


def _copy(source: Path, to: Path) -> str:
    """Copy the bytes and flush them; returns their SHA-256."""
    seen = hashlib.sha256()
    with source.open("rb") as read, to.open("wb") as write:
        while block := read.read(_BLOCK):
            seen.update(block)
            write.write(block)
        write.flush()
        os.fsync(write.fileno())
    return seen.hexdigest()


def _patiently(act: Callable[[], object]) -> None:
    """Do something to a file, again and again while another program holds it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            act()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
