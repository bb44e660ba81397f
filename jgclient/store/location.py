"""Is a folder a place where a database may live? Network drives are not: their locks do not hold."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from jgclient.store.errors import StoreError, file_fault

_DRIVE_REMOTE = 4  # winbase.h
_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "fuse.sshfs", "ncpfs", "davfs"}
)
_MOUNTS = Path("/proc/mounts")


def make_folder(folder: Path) -> None:
    """Make the data folder and refuse one that cannot hold a database.

    Raises:
        StoreError: network drive, no permission, a file in its place.
    """
    if is_network(folder):
        raise StoreError("network", str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_fault(error, folder) from error


def is_network(folder: Path, mounts: str | None = None) -> bool:
    """Whether a folder is on another machine.

    Args:
        folder: The folder; it need not exist.
        mounts: Text of ``/proc/mounts``, read from there when not given.
    """
    text = str(folder)
    if text.startswith(("\\\\", "//")):
        return True
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.GetDriveTypeW(folder.resolve().anchor) == _DRIVE_REMOTE)
    if mounts is None:
        mounts = _MOUNTS.read_text("utf-8", "replace") if _MOUNTS.exists() else ""
    return _file_system(folder.absolute(), mounts) in _NETWORK_TYPES


def _file_system(folder: Path, mounts: str) -> str:
    """Type of the file system of the innermost mount point above a folder."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        _, point, name, *_ = [*line.split(" "), "", "", ""]
        where = Path(point.replace("\\040", " "))
        if (folder == where or where in folder.parents) and len(where.parts) >= best:
            best, kind = len(where.parts), name
    return kind
