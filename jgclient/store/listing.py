"""Lists of records: filter, search, sort and page in SQL, quick however many records there are.

Two ways lead to a sorted page. When few records pass the filter they are collected and sorted. When many
pass, the index of the sort column is walked and each record tested until the page is full, without sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from jgclient.records import State
from jgclient.store import search
from jgclient.store.codec import day_of
from jgclient.store.connection import Connection, Row
from jgclient.store.rows import ListQuery, RecordRow

#: Up to so many records are collected and sorted (measured: about 1 µs each); above, the index is walked.
FEW = 20_000
_SORTS = {field.name: field.name for field in fields(RecordRow)} | {"updated_at": "touched", "id": "key"}
_COLUMNS = ", ".join(f"record.{field.name}" for field in fields(RecordRow))


@dataclass(frozen=True, slots=True)
class _Filter:
    """The WHERE part of a query. ``match`` is the FTS5 expression, empty when no text is searched."""

    conditions: tuple[str, ...]
    parameters: dict[str, Any]
    match: str

    def where(self, *more: str) -> str:
        conditions = [*self.conditions, *more]
        return " WHERE " + " AND ".join(conditions) if conditions else ""


def page(connection: Connection, query: ListQuery) -> list[RecordRow]:
    """One page of the list.

    Raises:
        ValueError: ``query.sort`` is not a column of the list.
    """
    if query.sort not in _SORTS:
        raise ValueError(f"cannot sort by {query.sort!r}")
    chosen = _filter_of(query)
    if chosen is None:
        return []
    parameters = chosen.parameters | {"limit": query.limit, "offset": query.offset}
    return [record_row(row) for row in connection.rows(_page_sql(connection, query, chosen), parameters)]


def count(connection: Connection, query: ListQuery) -> int:
    """How many records the query finds, whatever its page."""
    chosen = _filter_of(query)
    if chosen is None:
        return 0
    return int(connection.value(f"SELECT count(*) {_source(chosen)}", chosen.parameters))


def counts_by_state(connection: Connection, form: str) -> dict[State, int]:
    """Number of records in each state; states without records are absent."""
    condition = "WHERE form = ?" if form else ""
    rows = connection.rows(
        f"SELECT state, count(*) FROM record {condition} GROUP BY state", [form] if form else []
    )
    return {State(state): number for state, number in rows}


def record_row(row: Row) -> RecordRow:
    """One line of the list from its row."""
    values = {field.name: row[field.name] for field in fields(RecordRow)}
    values["state"] = State(row["state"])
    values["updated_at"] = datetime.fromisoformat(row["updated_at"])
    values["urgent_by"] = day_of(row["urgent_by"])
    return RecordRow(**values)


def row_of(connection: Connection, record_id: str) -> RecordRow | None:
    """The line of one record, None when there is none."""
    row = connection.row(f"SELECT {_COLUMNS} FROM record WHERE id = ?", [record_id])
    return None if row is None else record_row(row)


def _filter_of(query: ListQuery) -> _Filter | None:
    """The filter of a query, None when it can find nothing (a search text without a letter or digit)."""
    conditions = []
    parameters: dict[str, Any] = {}
    if query.form:
        conditions.append("record.form = :form")
        parameters["form"] = query.form
    for name, values in (("state", sorted(s.value for s in query.states) or None), ("id", query.ids)):
        if values is not None:
            marks = {f"{name}_{i}": value for i, value in enumerate(values)}
            conditions.append(f"record.{name} IN ({', '.join(f':{mark}' for mark in marks)})")
            parameters |= marks
    match = search.match_expression(query.text)
    if query.text.strip() and not match:
        return None
    return _Filter(tuple(conditions), parameters | ({"match": match} if match else {}), match)


def _page_sql(connection: Connection, query: ListQuery, chosen: _Filter) -> str:
    column = _SORTS[query.sort]
    direction = "DESC" if query.descending else "ASC"
    tail = "LIMIT :limit OFFSET :offset"
    if chosen.match and column == "touched":  # the search index is kept in this order
        return (
            f"SELECT {_COLUMNS} FROM record_text CROSS JOIN record ON record.touched = record_text.rowid"
            f"{chosen.where('record_text MATCH :match')} ORDER BY record_text.rowid {direction} {tail}"
        )
    if _is_few(connection, chosen):
        order = f"ORDER BY +record.{column} {direction}, record.key {direction}"
        return f"SELECT {_COLUMNS} {_source(chosen)} {order} {tail}"
    member = (
        ["EXISTS (SELECT 1 FROM record_text WHERE rowid = record.touched AND record_text MATCH :match)"]
        if chosen.match
        else []
    )
    return (
        f"SELECT {_COLUMNS} FROM record{chosen.where(*member)} "
        f"ORDER BY record.{column} {direction}, record.key {direction} {tail}"
    )


def _source(chosen: _Filter) -> str:
    """FROM and WHERE that collect everything the filter lets through, starting with what is rarest."""
    if not chosen.match:
        return f"FROM record{chosen.where()}"
    return (
        "FROM record_text CROSS JOIN record ON record.touched = record_text.rowid"
        f"{chosen.where('record_text MATCH :match')}"
    )


def _is_few(connection: Connection, chosen: _Filter) -> bool:
    if not chosen.conditions and not chosen.match:
        return False
    sql = f"SELECT count(*) FROM (SELECT 1 {_source(chosen)} LIMIT {FEW + 1})"
    return int(connection.value(sql, chosen.parameters)) <= FEW
