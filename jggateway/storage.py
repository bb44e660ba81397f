"""Opens the gateway's database and hands out transactions. What is in it: :mod:`jggateway.tables`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, func, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from jggateway import feed
from jggateway.engines import DATABASE_FILE, StorageError, database_refusal, open_engine
from jggateway.migrations import migrate
from jggateway.tables import SCHEMA_VERSION, about, metadata

__all__ = ["DATABASE_FILE", "Storage", "StorageError", "open_storage"]


class Storage:
    """The database of one gateway; safe to share between threads.

    Attributes:
        folder: The data folder: attachments, keys and log; with SQLite also the database.
        place: What the database is called in messages: file, or address without password.
        portable: Whether it is not SQLite; then other processes write beside this one.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.portable = engine.dialect.name != "sqlite"
        self.place = str(folder / DATABASE_FILE) if not self.portable else str(engine.url)
        self._engine = engine
        self._writer = nullcontext() if self.portable else Lock()

    def close(self) -> None:
        """Close every connection; SQLite folds its write-ahead log into the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._engine.connect() as connection:
            if self.portable:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def writing(self, *, keep: bool = True, line: str = "") -> Iterator[Connection]:
        """A transaction that is durable when the block ends, and undone when it raises.

        With SQLite the writers of this process wait in line here, because SQLite's own waiting is polling
        and unfair. Elsewhere those wait for each other that name the same ``line``, in whatever process.

        Args:
            keep: False undoes everything at the end (a dry run).
            line: What must not be changed by two transactions at a time, e.g. a unit; empty for none.
        """
        connecting = self._engine.execution_options(writes=True).connect
        with self._writer, connecting() as connection, connection.begin() as transaction:
            if line and self.portable:
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(line, 0))))
            yield connection
            if not keep:
                transaction.rollback()

    def copy_to(self, path: Path) -> None:
        """Write a whole and verified copy of an SQLite database; others may read and write meanwhile.

        Raises:
            StorageError: the copy is not what it should be.
        """
        with self._engine.connect() as connection:
            raw = connection.connection.cursor()  # VACUUM does not run inside a transaction
            raw.execute("VACUUM INTO ?", (str(path),))
            raw.close()
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise StorageError(f"备份 {path} 检验未通过（{found}）。请检查磁盘后重新备份。")

    def refusal(self, error: DBAPIError) -> str:
        """One Chinese sentence with the remedy for an error of this database."""
        return database_refusal(self.place, error)


def open_storage(folder: Path, database: str = "", *, create: bool = True) -> Storage:
    """Open the database of a gateway and bring it to the present schema.

    Args:
        folder: The data folder.
        database: ``postgresql+psycopg://user@host/name``; empty for SQLite in the data folder.
        create: Make the folder, and the database in it, when they are not there yet.

    Raises:
        StorageError: not there, not writable, held by another program, damaged, or of a newer version.
    """
    _see_to_folder(folder, create=create, has_database=not database)
    storage = Storage(folder, open_engine(folder, database))
    try:
        _prepare(storage)
    except DBAPIError as error:
        storage.close()
        raise StorageError(storage.refusal(error)) from error
    except StorageError:
        storage.close()
        raise
    return storage


def _see_to_folder(folder: Path, *, create: bool, has_database: bool) -> None:
    try:
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not (folder / DATABASE_FILE if has_database else folder).exists():
            raise StorageError(
                f"{folder} 中没有网关数据。请检查 --data 是否写对，或先用 serve、users add 建立。"
            )
    except OSError as error:
        raise StorageError(_folder_refusal(folder, error)) from error


def _prepare(storage: Storage) -> None:
    with storage.reading() as connection:
        found = _version(connection)
    if found == SCHEMA_VERSION:
        return
    if found and found < SCHEMA_VERSION and not storage.portable:
        # A copy that is there already is the older one and stays.
        copy = storage.folder / f"{DATABASE_FILE}.v{found}"
        if not copy.exists():
            storage.copy_to(copy)
    with storage.writing(line="schema") as connection:
        found = _version(connection)
        if found > SCHEMA_VERSION:
            raise StorageError(
                f"{storage.place} 中的数据由更新版本的网关建立（数据版本 {found}，"
                f"本程序支持到 {SCHEMA_VERSION}），未作改动。请改用新版网关。"
            )
        if found:
            migrate(connection, found, SCHEMA_VERSION)
            connection.execute(update(about).where(_IS_VERSION).values(value=str(SCHEMA_VERSION)))
        else:
            metadata.create_all(connection)
            connection.execute(insert(about).values(name="schema_version", value=str(SCHEMA_VERSION)))
        feed.begin(connection)


_IS_VERSION = about.c.name == "schema_version"


def _version(connection: Connection) -> int:
    """Schema version of the database, 0 when it is empty."""
    if not inspect(connection).has_table(about.name):
        return 0
    return int(connection.scalar(select(about.c.value).where(_IS_VERSION)) or 0)


def _folder_refusal(folder: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"数据文件夹 {folder} 不能写入：权限不足。请换一个文件夹，或请管理员开放写权限。"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"数据文件夹 {folder} 不是文件夹。请为 --data 指定一个文件夹。"
    return f"数据文件夹 {folder} 不能使用（{error.strerror or error}）。请换一个文件夹。"
