"""Bringing an older file up to date: a copy first, then one migration after the other."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from jgclient.store import schema
from jgclient.store.connection import Connection
from jgclient.store.copying import verified_copy
from jgclient.store.errors import translated
from jgclient.store.migrations import migrations


def upgrade(connection: Connection, path: Path, key: bytes, *, keep_copies: bool = True) -> None:
    """Apply the missing steps; the caller holds the folder's lock, and another process may have been quicker.

    Before each step that changes an existing file a copy is kept beside it (``before-<step>.db``), unless
    ``keep_copies`` is off because the file is itself a copy.
    A step that fails or is interrupted is rolled back as a whole and is tried again at the next start.

    Raises:
        StoreError: disk full, damaged, locked.
    """
    steps = schema.missing_steps(connection)
    fresh = len(steps) == len(schema.STEPS)
    database = Database(connection.raw, execute_plugins=False)
    for step in steps:
        if keep_copies and not fresh:
            verified_copy(connection, key, schema.copy_before(step, path.parent))
        with translated():
            following = schema.STEPS[schema.STEPS.index(step) + 1 :]
            migrations.apply(database, stop_before=following)
