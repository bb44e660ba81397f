"""A verified, encrypted copy of the whole file while it is in use."""

from __future__ import annotations

from pathlib import Path

from jgclient.store.connection import Connection, connect
from jgclient.store.errors import StoreError, translated


def verified_copy(connection: Connection, key: bytes, to: Path) -> None:
    """Copy the file behind ``connection`` to ``to``, with the same key; whole and checked, or not at all.

    Raises:
        StoreError: disk full, folder not writable, or the copy does not check.
    """
    scratch = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        scratch.unlink(missing_ok=True)
        with translated():
            connection.raw.execute("VACUUM INTO ?", [str(scratch)])
        check_copy(scratch, key)
        scratch.replace(to)
    except OSError as error:
        raise StoreError("place", f"{to}：{error.strerror}") from error
    finally:
        scratch.unlink(missing_ok=True)


def check_copy(path: Path, key: bytes) -> None:
    """Read a copy from end to end.

    Raises:
        StoreError: it is not whole.
    """
    with translated():
        copy = connect(path, key)
        try:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            copy.close()
    if found != "ok":
        raise StoreError("damaged", f"{path}：{found}")
