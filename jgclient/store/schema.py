"""Which steps a file must have gone through to be readable by this program."""

from __future__ import annotations

from pathlib import Path

from jgclient.store.connection import Connection
from jgclient.store.errors import StoreError

#: Names of all steps in :mod:`jgclient.store.migrations`, in order (a test compares them).
STEPS = (
    "m001_the_first_file",
    "m002_both_sides",
    "m003_open_duties",
    "m004_accounts",
    "m005_text_later",
    "m006_tallies",
)
_COPY = "before-"


def missing_steps(connection: Connection) -> list[str]:
    """Steps the file still lacks; all of them for an empty file.

    Raises:
        StoreError: the file has steps this program does not know: a newer program wrote it.
    """
    applied = _applied(connection)
    unknown = [name for name in applied if name not in STEPS]
    if unknown:
        raise StoreError("newer", unknown[-1])
    return [name for name in STEPS if name not in applied]


def copy_before(step: str, folder: Path) -> Path:
    """Where the copy lies that is kept before a step changes the file of a folder."""
    return folder / f"{_COPY}{step}.db"


def copy_for_this_program(folder: Path) -> Path | None:
    """The copy that a newer program kept before its first step unknown here; None when there is none."""
    steps = (copy.stem.removeprefix(_COPY) for copy in folder.glob(f"{_COPY}m*.db"))
    unknown = sorted(step for step in steps if step not in STEPS)
    return copy_before(unknown[0], folder) if unknown else None


def _applied(connection: Connection) -> list[str]:
    if not connection.value("SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'"):
        return []
    rows = connection.rows("SELECT name FROM _sqlite_migrations WHERE migration_set = 'jgclient' ORDER BY id")
    return [row["name"] for row in rows]
