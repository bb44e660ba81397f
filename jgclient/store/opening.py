"""Opening the store: folder, key, file, migrations."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from jgclient.store import recovery, schema
from jgclient.store.connection import Connection, connect, prepare
from jgclient.store.credentials import Vault, open_vault
from jgclient.store.errors import StoreError
from jgclient.store.folder_lock import folder_lock
from jgclient.store.location import make_folder
from jgclient.store.outbox import Outbox
from jgclient.store.records import Records
from jgclient.store.registers import Registers
from jgclient.store.settings import Imports, Settings

FILE = "jgclient.db"
_KEY_BYTES = 32


class Store:
    """An open store. Belongs to the thread that opened it; every thread opens its own on the same folder.

    Attributes:
        folder: The data folder.
        settings: Settings of the profile.
        records: Drafts, revisions, lists.
        outbox: What must reach the platform and what came back.
        registers: Reference data; what checks ask.
        imports: Rows of workbooks already taken in.
    """

    def __init__(
        self, folder: Path, connection: Connection, vault: Vault, clock: Callable[[], datetime]
    ) -> None:
        self.folder = folder
        self._db = connection
        self._vault = vault
        self.settings = Settings(connection, vault)
        self.records = Records(connection, clock)
        self.outbox = Outbox(connection, clock)
        self.registers = Registers(connection, clock)
        self.imports = Imports(connection, clock)

    def atomic(self) -> AbstractContextManager[None]:
        """Several changes as one: all are kept when the block ends, none when it fails. Nests."""
        return self._db.atomic()

    def recovery_code(self) -> str:
        """The code that opens this file on another computer; to be printed and locked away."""
        return recovery.encode(bytes.fromhex(self._vault.read("key")))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(folder: Path, *, clock: Callable[[], datetime], recovery_code: str = "") -> Store:
    """Open the store in ``folder``; make it when there is none, migrate it when it is older.

    Args:
        folder: The data folder, on a disk of this computer.
        clock: Gives the present as an aware date-time.
        recovery_code: Opens a file whose key this computer does not have, and keeps the key from then on.

    Raises:
        StoreError: the text says in Chinese what is wrong and what to do.
    """
    make_folder(folder)
    path = folder / FILE
    vault = open_vault(folder)
    if not path.exists():
        with folder_lock(folder):
            _make_key(path, vault, recovery_code)
    key = _typed_key(recovery_code) if recovery_code else _kept_key(vault)
    connection = _open_file(path, key)
    if recovery_code:
        vault.write("key", key.hex())
    return Store(folder, connection, vault, clock)


def _make_key(path: Path, vault: Vault, recovery_code: str) -> None:
    """Make the key of a new file; it is kept before the file exists, so that no file is ever without."""
    if path.exists() or recovery_code or vault.read("key"):
        return
    vault.write("key", os.urandom(_KEY_BYTES).hex())


def _kept_key(vault: Vault) -> bytes:
    text = vault.read("key")
    if not text:
        raise StoreError("no_key")
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise StoreError("wrong_key", vault.where()) from error
    return key


def _typed_key(code: str) -> bytes:
    try:
        return recovery.decode(code)
    except ValueError as error:
        raise StoreError("refused", str(error)) from error


def _open_file(path: Path, key: bytes) -> Connection:
    connection = Connection(connect(path, key))
    try:
        prepare(connection.raw)
        if schema.missing_steps(connection):
            _migrate(connection, path, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: Connection, path: Path, key: bytes) -> None:
    from jgclient.store.upgrading import upgrade  # noqa: PLC0415 - 150 ms only a first start needs

    with folder_lock(path.parent):
        upgrade(connection, path, key)
