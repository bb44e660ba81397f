"""A verified, encrypted copy of the whole file while it is in use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jgclient.store.checking import damages
from jgclient.store.connection import Connection, connect
from jgclient.store.errors import StoreError, file_fault, translated


def verified_copy(connection: Connection, key: bytes, to: Path) -> None:
    """Copy the file behind ``connection`` to ``to``, with the same key; whole and checked, or not at all.

    Raises:
        StoreError: disk full, place not writable, or the copy does not read back; what was at ``to`` stays.
    """
    with _scratch_beside(to) as scratch:
        with translated():
            connection.raw.execute("VACUUM INTO ?", [str(scratch)])
        check_copy(scratch, key)
        _flush(scratch)
        scratch.replace(to)


def check_copy(path: Path, key: bytes) -> None:
    """Read a copy from end to end.

    Raises:
        StoreError: it is not whole, or it has another key.
    """
    copy = Connection(connect(path, key))
    try:
        found = damages(copy)
    finally:
        copy.close()
    if found:
        raise StoreError("bad_copy", f"{path}：{found[0]}")


@contextmanager
def _scratch_beside(to: Path) -> Iterator[Path]:
    """A name for an unfinished file beside the final one; nothing of that name is left behind."""
    scratch = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        scratch.unlink(missing_ok=True)
        yield scratch
    except OSError as error:
        raise file_fault(error, to) from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Bring a written file to the disk before it takes the place of the one before."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
