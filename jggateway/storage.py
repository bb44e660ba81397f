"""Opens the gateway's database and hands out transactions. What is in it: :mod:`jggateway.tables`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from threading import Lock

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError

from jggateway.tables import SCHEMA_VERSION, about, metadata

DATABASE_FILE = "gateway.sqlite3"
#: How long a statement waits for another process (``jggateway users add`` beside ``serve``), milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: More than the 40 threads in which FastAPI runs plain functions, so that none waits for a connection.
POOL_SIZE = 48


class StorageError(Exception):
    """The database cannot be used; the text says in Chinese why and what to do."""


class Storage:
    """The database of one gateway; safe to share between threads.

    Attributes:
        folder: The data folder.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self._engine = engine
        self._writer = Lock()

    def close(self) -> None:
        """Close every connection; SQLite folds its write-ahead log into the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, keep: bool = True) -> Iterator[Connection]:
        """A transaction that is durable when the block ends, and undone when it raises.

        Writers of this process wait in line here; SQLite's own waiting is polling and unfair.

        Args:
            keep: False undoes everything at the end (a dry run).
        """
        connecting = self._engine.execution_options(writes=True).connect
        with self._writer, connecting() as connection, connection.begin() as transaction:
            yield connection
            if not keep:
                transaction.rollback()


def open_storage(folder: Path, *, create: bool = True) -> Storage:
    """Open the database in ``folder``.

    Args:
        folder: The data folder.
        create: Make folder and database when they are not there yet.

    Raises:
        StorageError: not there, not writable, held by another program, damaged, or of a newer version.
    """
    path = folder / DATABASE_FILE
    try:
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.exists():
            raise StorageError(
                f"{folder} 中没有网关数据。请检查 --data 是否写对，或先用 serve、users add 建立。"
            )
    except OSError as error:
        raise StorageError(_folder_refusal(folder, error)) from error
    storage = Storage(folder, _engine(path))
    try:
        _prepare(storage)
    except DBAPIError as error:
        storage.close()
        raise StorageError(database_refusal(folder, error)) from error
    except StorageError:
        storage.close()
        raise
    return storage


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,  # error texts reach the log, records must not
        pool_size=POOL_SIZE,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not guessed by the driver
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a receipt must survive a power cut
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a reader that turns writer later would fail instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(storage: Storage) -> None:
    with storage.writing() as connection:
        metadata.create_all(connection)
        found = connection.scalar(select(about.c.value).where(about.c.name == "schema_version"))
        if found is None:
            connection.execute(insert(about).values(name="schema_version", value=str(SCHEMA_VERSION)))
        elif int(found) > SCHEMA_VERSION:
            raise StorageError(
                f"{storage.folder} 中的数据由更新版本的网关建立（数据版本 {found}，"
                f"本程序支持到 {SCHEMA_VERSION}），未作改动。请改用新版网关。"
            )


def _folder_refusal(folder: Path, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"数据文件夹 {folder} 不能写入：权限不足。请换一个文件夹，或请管理员开放写权限。"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"数据文件夹 {folder} 不是文件夹。请为 --data 指定一个文件夹。"
    return f"数据文件夹 {folder} 不能使用（{error.strerror or error}）。请换一个文件夹。"


def database_refusal(folder: Path, error: DBAPIError) -> str:
    """One Chinese sentence with the remedy for an error of the database in ``folder``."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    for code, sentence in _DATABASE_REFUSALS.items():
        if name.startswith(code):
            return sentence.format(path=folder / DATABASE_FILE)
    name = name or type(error).__name__
    return f"数据库 {folder / DATABASE_FILE} 出错（{name}）。请查看 gateway.log 并联系管理员。"


_DATABASE_REFUSALS = {
    "SQLITE_BUSY": "数据库 {path} 被其他程序占用。请关闭占用它的程序（如备份、查看工具）后再试。",
    "SQLITE_READONLY": "数据库 {path} 是只读的。请检查文件和文件夹的写权限。",
    "SQLITE_CANTOPEN": "数据库 {path} 打不开。请检查文件夹是否存在、是否有读写权限。",
    "SQLITE_FULL": "磁盘已满，{path} 写不进去。请清理磁盘后再试；已接收的数据不受影响。",
    "SQLITE_NOTADB": "{path} 不是网关的数据库文件。请换一个数据文件夹，或用备份恢复该文件。",
    "SQLITE_CORRUPT": "数据库 {path} 已损坏。请停止网关，用最近的备份恢复该文件。",
    "SQLITE_IOERR": "读写 {path} 时磁盘出错。请检查磁盘后再试。",
}
