"""Search text made later: an import keeps its rows at once, their words are cut and indexed afterwards.

At once it indexes only what tells whether a row is there already. ``text_stale`` names the records whose
words have still to be indexed, in the transaction that kept them; a crash in between loses nothing. Whoever
searches has the rest made first, so a search always finds everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from jgclient.store import search
from jgclient.store.codec import all_texts
from jgclient.store.connection import Connection, Row

#: Up to so many records are made findable while somebody waits (about 0.15 ms each).
FEW = 200
#: Records made findable in one transaction: a writer who meets it waits for about 0.1 s.
_PORTION = 500
_LEFT = """
SELECT record.key, record.touched, record.title, record.number, record.party, record.party_code, record.item,
    coalesce(draft.texts, last.content) AS source
FROM text_stale JOIN record ON record.key = text_stale.record
LEFT JOIN draft ON draft.record = record.key
LEFT JOIN revision AS last ON last.record = record.key AND last.revision = record.revision
ORDER BY text_stale.record LIMIT ?
"""
_TEXT = "INSERT INTO record_text (rowid, grams, chars, wholes) VALUES (?, ?, ?, ?)"


def postpone(connection: Connection, after: int, wholes: Sequence[tuple[int, str]]) -> None:
    """Leave the words of all records with keys above ``after`` for later.

    Args:
        connection: The store.
        after: Key.
        wholes: ``touched`` of each of these records, and what of it must be found at once.
    """
    connection.insert_rows(
        "INSERT INTO record_text (rowid, grams, chars, wholes)",
        [(touched, "", "", whole) for touched, whole in wholes],
    )
    connection.run("INSERT OR IGNORE INTO text_stale SELECT key FROM record WHERE key > ?", [after])


def left(connection: Connection) -> int:
    """How many records have no search text yet."""
    return int(connection.value("SELECT count(*) FROM text_stale"))


def is_behind(connection: Connection) -> bool:
    """Whether so many records have no search text yet that a person would notice the making; quick."""
    return bool(connection.value("SELECT 1 FROM text_stale LIMIT 1 OFFSET ?", [FEW]))


def catch_up(
    connection: Connection,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Make all search text that is left, in portions; cancelled, the next call goes on where this stopped.

    A damaged file, which can only be read, stays as it is.
    """
    total = 0 if connection.is_read_only else left(connection)
    done = 0
    while done < total and not is_cancelled() and (made := _make_portion(connection)):
        done += made
        on_progress(min(done, total), total)


def index_row(row: Row, source: str) -> tuple[int, str, str, str]:
    """The row of the search index of a record.

    Args:
        row: Its ``touched`` and what lists show of it.
        source: JSON of all it says.
    """
    shown = [row[name] for name in ("title", "number", "party", "party_code", "item")]
    texts = dict.fromkeys([*shown, *all_texts(json.loads(source))])
    cut = search.index_text(texts, names=dict.fromkeys([row["party"], row["title"]]))
    return row["touched"], cut.grams, cut.chars, cut.wholes


def write(connection: Connection, rows: Iterable[tuple[int, str, str, str]]) -> None:
    """Put rows into the search index."""
    connection.run_many(_TEXT, list(rows))


def _make_portion(connection: Connection) -> int:
    with connection.atomic():
        rows = connection.rows(_LEFT, [_PORTION])
        connection.run_many("DELETE FROM record_text WHERE rowid = ?", [[row["touched"]] for row in rows])
        write(connection, (index_row(row, row["source"]) for row in rows))
        connection.run_many("DELETE FROM text_stale WHERE record = ?", [[row["key"]] for row in rows])
    return len(rows)
