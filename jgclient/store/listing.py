"""Lists of records: filter, search, sort and page in SQL, quick however many records there are.

Every sort column has an index that also holds form, state and ``touched``. When few records pass the filter
they are fetched and sorted. When many pass, the index of the sort column is walked, and form, state and
search hits are tested in the index itself until the page is full: nothing is sorted, no other row is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from jgclient.records import State
from jgclient.store import findable, search
from jgclient.store.codec import day_of
from jgclient.store.connection import Connection, Row
from jgclient.store.rows import ListQuery, RecordRow

#: Up to so many records are fetched and sorted (30 µs each when read from disk); above, an index is walked.
FEW = 1500
#: Up to so many search hits are collected to be tested against; above, every second or third row is a hit and
#: each row walked is looked up in the search index.
MANY_HITS = 300_000
_NAMES = tuple(field.name for field in fields(RecordRow))
_COLUMNS = ", ".join(f"record.{name}" for name in _NAMES)
#: What else orders records that are equal in the sort column; each line is the order of an index.
_ORDERS = {name: (name, "form", "state", "touched") for name in _NAMES} | {
    "updated_at": ("touched",),
    "id": ("key",),
    "state": ("state", "touched"),
    "form": ("form", "state", "touched"),
}
#: A record without a day has an empty text there, which is smaller than any day.
_DAY_TESTS = {"since": ">=", "until": "<="}
_HITS = "FROM record_text CROSS JOIN record ON record.touched = record_text.rowid"


@dataclass(frozen=True, slots=True)
class _Filter:
    """What a query lets through.

    Attributes:
        match: The FTS5 expression, empty when no text is searched.
        counted: Only form and state are tested, of which the numbers are kept.
    """

    tests: tuple[str, ...]
    parameters: dict[str, Any]
    match: str
    has_ids: bool
    counted: bool

    def where(self, *more: str, walking: bool = False) -> str:
        """The WHERE part; ``walking`` keeps the tests from choosing another index than the order's."""
        tests = [f"+{test}" if walking else test for test in self.tests]
        return " WHERE " + " AND ".join([*more, *tests]) if tests or more else ""


def page(connection: Connection, query: ListQuery) -> list[RecordRow]:
    """One page of the list.

    Raises:
        ValueError: ``query.sort`` is not a column of the list.
    """
    if query.sort not in _ORDERS:
        raise ValueError(f"cannot sort by {query.sort!r}")
    chosen = _filter_of(connection, query)
    if chosen is None:
        return []
    sql = f"SELECT {_COLUMNS} {_statement(connection, query, chosen)} LIMIT :limit OFFSET :offset"
    parameters = chosen.parameters | {"limit": query.limit, "offset": query.offset}
    return [record_row(row) for row in connection.rows(sql, parameters)]


def ids(connection: Connection, query: ListQuery) -> list[str]:
    """The ids of one page of the list, see :func:`page`."""
    chosen = _filter_of(connection, query)
    if chosen is None:
        return []
    sql = f"SELECT record.id {_statement(connection, query, chosen)} LIMIT :limit OFFSET :offset"
    parameters = chosen.parameters | {"limit": query.limit, "offset": query.offset}
    return [row[0] for row in connection.rows(sql, parameters)]


def count(connection: Connection, query: ListQuery) -> int:
    """How many records the query finds, whatever its page."""
    chosen = _filter_of(connection, query)
    if chosen is None:
        return 0
    if not chosen.counted or (chosen.tests and chosen.match):
        return int(connection.value(f"SELECT count(*) {_collected(chosen)}", chosen.parameters))
    if chosen.match:
        return _hits(connection, chosen, limit=-1)
    return _counted(connection, query)


def holding(connection: Connection, texts: Iterable[str]) -> list[str]:
    """Ids of records in which one of these texts stands whole; now and then one more, so compare."""
    findable.catch_up(connection)
    match = " OR ".join(search.whole_expression([text]) for text in texts if text)
    sql = f"SELECT record.id {_HITS} WHERE record_text MATCH ? ORDER BY record.key"
    return [row["id"] for row in connection.rows(sql, [match])] if match else []


def counts_by_state(connection: Connection, form: str) -> dict[State, int]:
    """Number of records in each state; states without records are absent."""
    condition = "AND form = ?" if form else ""
    sql = f"SELECT state, sum(records) FROM record_count WHERE records > 0 {condition} GROUP BY state"
    return {State(state): number for state, number in connection.rows(sql, [form] if form else [])}


def record_row(row: Row) -> RecordRow:
    """One line of the list from its row."""
    values = dict(zip(_NAMES, row, strict=True))
    values["state"] = State(row["state"])
    values["updated_at"] = datetime.fromisoformat(row["updated_at"])
    values["urgent_by"] = day_of(row["urgent_by"])
    return RecordRow(**values)


def row_of(connection: Connection, record_id: str) -> RecordRow | None:
    """The line of one record, None when there is none."""
    row = connection.row(f"SELECT {_COLUMNS} FROM record WHERE id = ?", [record_id])
    return None if row is None else record_row(row)


def _filter_of(connection: Connection, query: ListQuery) -> _Filter | None:
    """The filter of a query, None when it can find nothing (a search text without a letter or digit)."""
    match = search.match_expression(query.text)
    if query.text.strip() and not match:
        return None
    if match:
        findable.catch_up(connection)
    tests = []
    parameters: dict[str, Any] = {"match": match} if match else {}
    wanted = {
        "form": [query.form] if query.form else None,
        "state": sorted(state.value for state in query.states) or None,
        "id": query.ids,
        "author": [query.author] if query.author else None,
    }
    for name, values in wanted.items():
        if values is not None:
            marks = {f"{name}_{i}": value for i, value in enumerate(values)}
            tests.append(f"record.{name} IN ({', '.join(f':{mark}' for mark in marks)})")
            parameters |= marks
    days = {"since": query.since or ("0" if query.until else ""), "until": query.until}
    tests += [f"record.act_date {_DAY_TESTS[name]} :{name}" for name, day in days.items() if day]
    parameters |= {name: day for name, day in days.items() if day}
    counted = query.ids is None and not (query.author or query.since or query.until)
    return _Filter(tuple(tests), parameters, match, query.ids is not None, counted)


def _statement(connection: Connection, query: ListQuery, chosen: _Filter) -> str:
    """FROM, WHERE and ORDER of a page, by the way that is quickest for this many hits."""
    direction = "DESC" if query.descending else "ASC"
    order = ", ".join(f"record.{column} {direction}" for column in _ORDERS[query.sort])
    if chosen.match and query.sort == "updated_at":  # the search index is kept in this order
        return f"{_collected(chosen)} ORDER BY record_text.rowid {direction}"
    if _is_few(connection, query, chosen):
        return f"{_collected(chosen)} ORDER BY +{order}"
    if not chosen.match:
        return f"FROM record{chosen.where(walking=True)} ORDER BY {order}"
    if _hits(connection, chosen, MANY_HITS + 1) <= MANY_HITS:
        hit = "record.touched IN (SELECT rowid FROM record_text WHERE record_text MATCH :match)"
    else:
        hit = "EXISTS (SELECT 1 FROM record_text WHERE rowid = record.touched AND record_text MATCH :match)"
    return f"FROM record{chosen.where(f'+{hit}', walking=True)} ORDER BY {order}"


def _collected(chosen: _Filter) -> str:
    """FROM and WHERE that start with what is rarest: the search hits, else the filter's own index."""
    if chosen.match:
        return f"{_HITS}{chosen.where('record_text MATCH :match')}"
    return f"FROM record{chosen.where()}"


def _is_few(connection: Connection, query: ListQuery, chosen: _Filter) -> bool:
    if chosen.has_ids:
        return True
    if chosen.match:
        return _hits(connection, chosen, FEW + 1) <= FEW
    if chosen.counted:
        return bool(chosen.tests) and _counted(connection, query) <= FEW
    some = f"SELECT count(*) FROM (SELECT 1 {_collected(chosen)} LIMIT {FEW + 1})"
    return int(connection.value(some, chosen.parameters)) <= FEW


def _hits(connection: Connection, chosen: _Filter, limit: int) -> int:
    """Number of search hits, whatever their form and state; counted up to ``limit``, to the end with -1."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM record_text WHERE record_text MATCH ? LIMIT ?)"
    return int(connection.value(sql, [chosen.match, limit]))


def _counted(connection: Connection, query: ListQuery) -> int:
    """Number of records of the form and the states of a query."""
    counts = counts_by_state(connection, query.form)
    return sum(number for state, number in counts.items() if state in (query.states or counts))
