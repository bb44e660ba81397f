"""A verified, encrypted copy of the whole file while it is in use."""

from __future__ import annotations

import os
import time
from pathlib import Path

from jgclient.store import checking
from jgclient.store.connection import Connection, connect
from jgclient.store.errors import StoreError, translated
from jgclient.store.placing import put_in_place, scratch_beside

#: File systems stamp files with a clock that stands still so long; a change just before the copy and one just
#: after it must have different times.
_TICK_SECONDS = 0.02


def verified_copy(connection: Connection, key: bytes, to: Path) -> None:
    """Copy the file behind ``connection`` to ``to``, with the same key; whole and checked, or not at all.

    The copy's time of change is the moment it shows: whatever is changed later is not in it.

    Raises:
        StoreError: disk full, place not writable, or the copy does not read back; what was at ``to`` stays.
    """
    with scratch_beside(to) as scratch:
        time.sleep(_TICK_SECONDS)
        scratch.touch()
        began = scratch.stat().st_mtime_ns
        with translated():
            connection.raw.execute("VACUUM INTO ?", [str(scratch)])
        check_copy(scratch, key)
        os.utime(scratch, ns=(began, began))
        put_in_place(scratch, to)


def check_copy(path: Path, key: bytes) -> None:
    """Read every page of a copy and see that it is what was written with this key.

    Raises:
        StoreError: it is not whole, or it has another key.
    """
    copy = Connection(connect(path, key))
    try:
        found = checking.forgeries(copy)
    finally:
        copy.close()
    if found:
        raise StoreError("bad_copy", f"{path}：{found[0]}")
