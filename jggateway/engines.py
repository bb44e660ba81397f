"""What differs between SQLite and PostgreSQL: how they are opened, and what their errors mean."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

DATABASE_FILE = "gateway.sqlite3"
POSTGRES = "postgresql+psycopg"
#: How long a statement waits for another process (``jggateway users add`` beside ``serve``), milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: More than the 40 threads in which FastAPI runs plain functions, so that none waits for a connection.
POOL_SIZE = 48
#: PostgreSQL serves about a hundred connections in all; requests beyond these wait a moment.
POSTGRES_POOL_SIZE = 8
#: Seconds to wait for a connection to PostgreSQL.
CONNECT_TIMEOUT = 10


class StorageError(Exception):
    """The database cannot be used; the text says in Chinese why and what to do."""


def open_engine(folder: Path, database: str) -> Engine:
    """The engine for ``database``, or for SQLite in ``folder`` when that is empty. Nothing is connected yet.

    Raises:
        StorageError: the address is none of a database that can be used here.
    """
    return _postgres(database) if database else _sqlite(folder / DATABASE_FILE)


def _sqlite(path: Path) -> Engine:
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


def _postgres(database: str) -> Engine:
    try:
        url = make_url(database)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in (POSTGRES, "postgresql"):
        raise StorageError(f"--database 写法不对。请写成 {POSTGRES}://用户@主机/数据库；不写则用 SQLite。")
    try:
        return create_engine(
            url.set(drivername=POSTGRES), hide_parameters=True, pool_size=POSTGRES_POOL_SIZE,
            max_overflow=POSTGRES_POOL_SIZE, pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT},
        )  # fmt: skip
    except ImportError:
        raise StorageError("缺少连接 PostgreSQL 的组件。请安装 psycopg[binary] 后再试。") from None


def database_refusal(place: str, error: DBAPIError) -> str:
    """One Chinese sentence with the remedy for an error of the database at ``place``."""
    name = str(getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or "")
    for code, sentence in _REFUSALS.items():
        if name.startswith(code):
            return sentence.format(place=place)
    if not name and error.connection_invalidated is False and POSTGRES in place:
        return f"连不上数据库 {place}。请检查它是否已启动、已用 createdb 建立，地址和密码是否写对。"
    name = name or type(error).__name__
    return f"数据库 {place} 出错（{name}）。请查看 gateway.log 并联系管理员。"


_REFUSALS = {
    "SQLITE_BUSY": "数据库 {place} 被其他程序占用。请关闭占用它的程序（如备份、查看工具）后再试。",
    "SQLITE_READONLY": "数据库 {place} 是只读的。请检查文件和文件夹的写权限。",
    "SQLITE_CANTOPEN": "数据库 {place} 打不开。请检查文件夹是否存在、是否有读写权限。",
    "SQLITE_FULL": "磁盘已满，{place} 写不进去。请清理磁盘后再试；已接收的数据不受影响。",
    "SQLITE_NOTADB": "{place} 不是网关的数据库文件。请换一个数据文件夹，或用备份恢复该文件。",
    "SQLITE_CORRUPT": "数据库 {place} 已损坏。请停止网关，用最近的备份恢复该文件。",
    "SQLITE_IOERR": "读写 {place} 时磁盘出错。请检查磁盘后再试。",
    # SQLSTATE of PostgreSQL, appendix A of its manual
    "08": "与数据库 {place} 的连接中断。请检查数据库和网络后再试；已接收的数据不受影响。",
    "28": "数据库 {place} 不接受这个用户或密码。请检查 --database 中的用户名和密码。",
    "3D000": "数据库 {place} 不存在。请先用 createdb 建立空数据库。",
    "40": "数据库 {place} 正忙，几个操作互相等待。请稍后再试；数据不会丢失。",
    "42501": "数据库 {place} 的权限不足。请把该数据库的所有权限授予网关所用的用户。",
    "53100": "数据库 {place} 所在的磁盘已满。请清理磁盘后再试；已接收的数据不受影响。",
    "53300": "数据库 {place} 的连接数已用完。请减少 --workers，或调大数据库的 max_connections。",
    "57": "数据库 {place} 正在启动或关闭。请稍后再试；已接收的数据不受影响。",
}
