"""Saving one finished record, against a bare SQLite commit of the same bytes on the same disk.

Two peers take turns with ours, so that all meet the same disk in the same moment. The first is SQLite alone
keeping the very rows that ours has just kept (list line, revision, outbox, search text) in the same tables
with the same indexes: what ours adds is the check, the hashes, the cutting of the search text, reading what
is there, and encryption. The second keeps the record's content alone as one text in a table without index:
the least that any commit costs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from bench import ledger
from bench.full_store import clock
from bench.lists import milliseconds, p95
from jgclient import entering
from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import load_library, resources_folder
from jgclient.records import canonical_json
from jgclient.store import ListQuery, Store, findable

#: Saves before those that are measured: the store was filled at one go, so its pages have no room yet.
WARM, PAIRS = 200, 200
#: Numbers from here on are not those of the ledger the store was filled with.
_BEYOND = 2_000_000
_OF_RECORD = "SELECT {table}.* FROM {table} JOIN record ON record.key = {table}.record WHERE record.id = ?"


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds at the 95th percentile.

    Attributes:
        ours: Check, revision, search index, outbox, commit.
        same_rows: SQLite alone, the same rows.
        content: SQLite alone, the content as one text.
    """

    ours: float
    same_rows: float
    content: float


def measure(store: Store, place: Path) -> Timings:
    """Save records in turns with both peers; all with WAL and ``synchronous=FULL``."""
    library = load_library(resources_folder())
    calendar = load_calendar(resources_folder() / "calendars")
    bare, plain = _bare(place / "bare.db"), _plain(store, place / "plain.db")
    took: list[tuple[float, float, float]] = []
    for number, texts in enumerate(_texts(library.get("check"), 2 * store.records.count(ListQuery()))):
        now = clock() + timedelta(seconds=number)
        opened = entering.open_new(store, library, "check", now=now)

        finish = partial(entering.finish, store, library, calendar, opened, texts, {}, now=now)
        done: list[entering.Finished] = []
        ours = milliseconds(lambda: done.append(finish()))  # noqa: B023 - called at once
        if done[0].revision is None:
            raise SystemExit(f"not finished: {[problem.message for problem in done[0].blocking]}")
        rows, content = _rows(store, opened.record_id), canonical_json(texts)
        same_rows = milliseconds(lambda: _keep(plain, rows))  # noqa: B023
        alone = milliseconds(lambda: bare.execute("INSERT INTO kept VALUES (?)", [content]))  # noqa: B023
        took.append((ours, same_rows, alone))
    for raw in (bare, plain):
        raw.close()
    return Timings(*[p95(list(column)) for column in zip(*took[WARM:], strict=True)])


def _rows(store: Store, record_id: str) -> dict[str, Mapping[str, Any]]:
    """What was kept of a record, by table."""
    line = dict(store._db.row("SELECT * FROM record WHERE id = ?", [record_id]))
    facts = {
        table: dict(store._db.row(_OF_RECORD.format(table=table), [record_id]))
        for table in ("revision", "outbox")
    }
    names = ("rowid", "grams", "chars", "wholes")
    cut = findable.index_row(line, facts["revision"]["content"])
    return {"record": line, **facts, "record_text": dict(zip(names, cut, strict=True))}


def _keep(plain: dbapi2.Connection, rows: Mapping[str, Mapping[str, Any]]) -> None:
    plain.execute("BEGIN IMMEDIATE")
    for table, row in rows.items():
        marks = ", ".join(f":{name}" for name in row)
        plain.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)  # noqa: S608 - own names
    plain.execute("COMMIT")


def _plain(store: Store, path: Path) -> dbapi2.Connection:
    """A copy of the store that is not encrypted; it holds nothing but invented records."""
    store._db.raw.execute("ATTACH DATABASE ? AS plain KEY ''", [str(path)])
    store._db.raw.execute("SELECT sqlcipher_export('plain')")
    store._db.raw.execute("DETACH DATABASE plain")
    raw = dbapi2.connect(str(path), isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    return raw


def _texts(form: ledger.Form, first: int) -> Iterator[dict[str, str]]:
    names = [field.name for field in form if field.exchanged]
    for number, row in enumerate(ledger.rows(form, WARM + PAIRS)):
        if number % 50 != 7:  # those of the ledger are wrong on purpose
            texts = {name: text for name, text in zip(names, row, strict=True) if text}
            yield texts | {
                "check_action_code": f"4101002026{_BEYOND + first + number:09d}",
                "administrative_cp": f"新登记{number:05d}物业服务有限公司",
                "supervise_object": f"新登记{number:05d}物业服务有限公司",
                "administrative_cp_ui_code": ledger._credit_code(_BEYOND + first + number, wrong=False),
            }


def _bare(path: Path) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE kept (content TEXT)")
    return raw
