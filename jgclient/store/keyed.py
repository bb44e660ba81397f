"""The file and its key: find the key, open the file, bring it up to date, note that it is damaged."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from jgclient.store import schema
from jgclient.store.connection import Connection, connect, prepare
from jgclient.store.credentials import Vault, open_vault
from jgclient.store.errors import StoreError, file_fault
from jgclient.store.folder_lock import folder_lock

FILE = "jgclient.db"
#: Beside a file in which damage was found: from then on it is only read, until it is restored or found sound.
DAMAGE_FILE = "store.damaged"
_KEY_BYTES = 32
_TRIES = 4
_PAUSE_SECONDS = 0.25


def vault_with_key(path: Path) -> Vault:
    """The vault of the folder; a new folder gets a key, kept before the file exists.

    Raises:
        StoreError: the file is gone although there are backups of it; an empty one in its place would look as
            if everything had been lost.
    """
    if path.exists():
        return open_vault(path.parent, choose=False)
    with folder_lock(path.parent):
        vault = open_vault(path.parent, choose=True)
        known = vault.read("key")
        if known and not path.exists() and any(path.parent.glob("backups/*.db")):
            raise StoreError("gone", str(path))
        if not known and not path.exists():
            vault.write("key", os.urandom(_KEY_BYTES).hex())
    return vault


def kept_key(vault: Vault) -> bytes:
    """The key in a vault.

    Raises:
        StoreError: there is none, or it is no key.
    """
    text = vault.read("key")
    if not text:
        raise StoreError("no_key")
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise StoreError("wrong_key", vault.where()) from error
    return key


def open_file(path: Path, key: bytes, *, scratch: bool = False) -> Connection:
    """Open the file, migrated; read-only when damage was found in the file of this folder.

    Args:
        path: The file; it is made when there is none.
        key: Its key.
        scratch: It is a copy: damage was not found in this one, and no copy is kept before migrating it.

    Raises:
        StoreError: the text says in Chinese what is wrong and what to do.
    """
    for _ in range(_TRIES):
        try:
            return _open(path, key, scratch=scratch)
        except StoreError as error:
            # On Windows a scanner that holds the file for a moment looks like a file that is out of reach.
            if error.kind != "place" or not path.is_file():
                raise
            time.sleep(_PAUSE_SECONDS)
    return _open(path, key, scratch=scratch)


def is_damaged(folder: Path) -> bool:
    """Whether damage was found in the file of a folder."""
    return (folder / DAMAGE_FILE).exists()


def mark_damaged(folder: Path, what: str) -> None:
    """Let the file of a folder only be read from the next opening on."""
    try:
        (folder / DAMAGE_FILE).write_text(what, "utf-8")
    except OSError as error:
        raise file_fault(error, folder) from error


def mark_sound(folder: Path) -> None:
    """The file was restored, or read from end to end without finding anything."""
    with suppress(OSError):
        (folder / DAMAGE_FILE).unlink(missing_ok=True)


def _open(path: Path, key: bytes, *, scratch: bool) -> Connection:
    connection = Connection(connect(path, key))
    try:
        prepare(connection.raw)
        if is_damaged(path.parent) and not scratch:
            connection.read_only()
        elif schema.missing_steps(connection):
            _migrate(connection, path, key, keep_copies=not scratch)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: Connection, path: Path, key: bytes, *, keep_copies: bool) -> None:
    from jgclient.store.upgrading import upgrade  # noqa: PLC0415 - 150 ms only a first start needs

    with folder_lock(path.parent):
        upgrade(connection, path, key, keep_copies=keep_copies)
