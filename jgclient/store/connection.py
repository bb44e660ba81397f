"""One connection to the encrypted file: pragmas, transactions, errors translated."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from jgclient.records import canonical_json
from jgclient.store.errors import StoreError, translated

#: How long a writer waits for another one; imports write in portions far shorter than this.
BUSY_TIMEOUT_SECONDS = 5.0
#: Decrypted pages kept in memory by a connection; reading a page anew costs 30 µs.
CACHE_KIB = 32 * 1024
#: Pages in the log before they are moved into the file. A finished record writes 40 to 50, so with SQLite's
#: usual 1,000 every twentieth save would pay for the move.
WAL_PAGES = 2_000
#: Rows of one statement; SQLite takes 32 766 values and more in it.
_ROWS_AT_ONCE = 2_000
Parameters = Sequence[Any] | Mapping[str, Any]
Row = Any  # sqlcipher3's Row: by name and by position


def connect(path: Path, key: bytes) -> dbapi2.Connection:
    """Open the file with a raw 256-bit key. Nothing is read yet, so a wrong key shows at the first query.

    ``synchronous=FULL``: a commit that returned has reached the disk.
    """
    with translated():
        raw = dbapi2.connect(str(path), isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS)
        raw.execute("PRAGMA cipher_log_level = NONE")  # it writes to stderr otherwise
        raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        raw.row_factory = dbapi2.Row
        return raw


def prepare(raw: dbapi2.Connection) -> None:
    """Set what every connection needs; the first statement that needs the right key.

    Raises:
        StoreError: wrong key, damaged, locked.
    """
    with translated():
        try:
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except dbapi2.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":  # the first page does not decrypt
                raise StoreError("wrong_key") from error
            raise
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute("PRAGMA temp_store = MEMORY")  # no plaintext in temporary files
        raw.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        raw.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")


class Connection:
    """SQL with faults told as :class:`StoreError`. Stays in the thread that made it."""

    def __init__(self, raw: dbapi2.Connection) -> None:
        self.raw = raw
        self._damaged = False

    def read_only(self) -> None:
        """From now on refuse every change: the file is damaged, and writing could make it worse."""
        self._damaged = True
        with translated():
            self.raw.execute("PRAGMA query_only = ON")

    @property
    def is_read_only(self) -> bool:
        """Whether changes are refused."""
        return self._damaged

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        with translated():
            return list(self.raw.execute(sql, parameters))

    def row(self, sql: str, parameters: Parameters = ()) -> Row:
        """First row of a query, None when there is none."""
        with translated():
            return self.raw.execute(sql, parameters).fetchone()

    def value(self, sql: str, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - what the column holds
        """First column of the first row, None when there is no row."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Execute a writing statement; returns the number of rows it touched."""
        self._refuse_if_damaged()
        with translated():
            return int(self.raw.execute(sql, parameters).rowcount)

    def run_many(self, sql: str, rows: Sequence[Parameters]) -> int:
        """Execute a writing statement once for each row of parameters; returns how many rows it touched."""
        self._refuse_if_damaged()
        with translated():
            return int(self.raw.executemany(sql, rows).rowcount) if rows else 0

    def run_set(self, sql: str, rows: Sequence[Parameters]) -> int:
        """Execute a writing statement once for all rows; returns how many rows it touched.

        The statement reads them from ``json_each(?)``, a row's columns as ``value ->> 0`` and so on. Several
        times quicker than :meth:`run_many` where triggers or savepoints are: these cost once a statement.
        """
        return self.run(sql, [canonical_json(rows)]) if rows else 0

    def insert_rows(self, head: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, many with one statement: so other threads of the program go on meanwhile.

        Every statement has to ask the interpreter back; one for each row would wait for it each time.

        Args:
            head: The statement up to its columns, ``INSERT INTO table (a, b)``.
            rows: The values of each.
        """
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            marks = f"({', '.join('?' * len(some[0]))})"
            self.run(f"{head} VALUES {', '.join([marks] * len(some))}", list(chain.from_iterable(some)))

    def insert(self, table: str, values: Mapping[str, Any], *, conflict: str = "") -> int:
        """Insert one row; ``conflict`` is e.g. ``OR IGNORE``. Returns the number of rows written."""
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        return self.run(f"INSERT {conflict} INTO {table} ({names}) VALUES ({marks})", values)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """One transaction; inside another one a savepoint.

        The outermost takes the write lock at once (``IMMEDIATE``): a transaction that began by reading and
        then wants to write is refused without waiting when another process wrote in between.
        """
        self._refuse_if_damaged()
        if self.raw.in_transaction:
            name = f"s{secrets.token_hex(8)}"
            begin, end, undo = f"SAVEPOINT {name}", f"RELEASE {name}", f"ROLLBACK TO {name}"
        else:
            begin, end, undo = "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
        with translated():
            self.raw.execute(begin)
            try:
                yield
                self.raw.execute(end)
            except BaseException:
                self._undo(undo)
                raise

    def _refuse_if_damaged(self) -> None:
        if self._damaged:
            raise StoreError("damaged")

    def _undo(self, undo: str) -> None:
        """Roll back; a full disk or a broken file may have ended the transaction already."""
        if not self.raw.in_transaction:
            return
        self.raw.execute(undo)
        if undo.startswith("ROLLBACK TO"):
            self.raw.execute(undo.replace("ROLLBACK TO", "RELEASE"))

    def move_log(self) -> None:
        """Move what the log holds into the file, as far as nobody reads older pages; nobody waits for it."""
        self.row("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close; nothing can be done with it afterwards."""
        with translated():
            self.raw.close()
