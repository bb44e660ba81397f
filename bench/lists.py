"""Pages, filters, sorting and search in a full store, each beside the bare SQL of the same query."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Store
from jgclient.store.search import match_expression

ROUNDS = 20
PAGE = 200
#: Milliseconds a page may take: in the order asked for most, and in any other while searching.
AT_ONCE, SEARCH_SORTED = 50.0, 300.0
_COLUMNS = ", ".join(f"record.{field.name}" for field in fields(RecordRow))
_ORDERS = {"updated_at": "touched", "id": "key"}
_ONE = ("物", "宏", "7", "业")
_TWO = ("物业", "恒安", "中原", "26")


@dataclass(frozen=True)
class Case:
    """One kind of query.

    Attributes:
        queries: Taken in turn.
        bare: The SQL a person would write for a query, and its parameters.
        limit: Milliseconds, at the 95th percentile.
    """

    what: str
    queries: tuple[ListQuery, ...]
    bare: Callable[[ListQuery], tuple[str, list[Any]]]
    limit: float


@dataclass(frozen=True)
class Timing:
    """Milliseconds at the 95th percentile: ours, bare SQL, limit."""

    what: str
    ours: float
    bare: float
    limit: float


def cases() -> Iterator[Case]:
    """Everything a person can do with a list."""
    pages = tuple(ListQuery(limit=PAGE, offset=n * PAGE) for n in range(5))
    yield Case("page, newest first", pages, _bare, AT_ONCE)
    states = [frozenset({state}) for state in (State.DRAFT, State.PARKED, State.ACCEPTED, State.RETURNED)]
    filters = tuple(ListQuery(form=form, states=s, limit=PAGE) for s in states for form in ("", "check"))
    yield Case("filter by form and state", filters, _bare, AT_ONCE)
    for column in (field.name for field in fields(RecordRow)):
        both = tuple(ListQuery(sort=column, descending=down, limit=PAGE) for down in (True, False))
        yield Case(f"sort by {column}", both, _bare, AT_ONCE)
    sorted_filter = tuple(
        ListQuery(sort=column, states=s, limit=PAGE)
        for column in ("party", "act_date", "number")
        for s in states
    )
    yield Case("sort and filter by state", sorted_filter, _bare, AT_ONCE)
    for words, name in ((_ONE, "1 character"), (_TWO, "2 characters")):
        newest = tuple(ListQuery(text=word, limit=PAGE) for word in words)
        yield Case(f"search {name}, newest first", newest, _bare_search, AT_ONCE)
        others = tuple(
            ListQuery(text=word, sort=column, descending=False, limit=PAGE)
            for word in words for column in ("party", "number", "act_date", "reason")
        )  # fmt: skip
        yield Case(f"search {name}, any other order", others, _bare_search, SEARCH_SORTED)


def measure(store: Store) -> Iterator[Timing]:
    """Time every case; ours and the bare SQL take turns in one connection."""
    for case in cases():
        ours, bare = [], []
        for number in range(max(ROUNDS, len(case.queries))):
            query = case.queries[number % len(case.queries)]
            sql, parameters = case.bare(query)
            bare.append(milliseconds(lambda: store._db.rows(sql, parameters)))  # noqa: B023 - called at once
            ours.append(milliseconds(lambda: store.records.list(query)))  # noqa: B023
        yield Timing(case.what, p95(ours), p95(bare), case.limit)


def milliseconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


def _bare(query: ListQuery) -> tuple[str, list[Any]]:
    marks = ", ".join("?" * len(query.states))
    tests = ["form = ?"] * bool(query.form) + [f"state IN ({marks})"] * bool(query.states)
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    parameters: list[Any] = [query.form] if query.form else []
    parameters += [state.value for state in query.states]
    return f"SELECT {_COLUMNS} FROM record {where} {_order(query)}", parameters  # noqa: S608 - our own names


def _bare_search(query: ListQuery) -> tuple[str, list[Any]]:
    hits = "SELECT rowid FROM record_text WHERE record_text MATCH ?"
    sql = f"SELECT {_COLUMNS} FROM record WHERE touched IN ({hits}) {_order(query)}"  # noqa: S608
    return sql, [match_expression(query.text)]


def _order(query: ListQuery) -> str:
    column = _ORDERS.get(query.sort, query.sort)
    direction = "DESC" if query.descending else "ASC"
    return f"ORDER BY {column} {direction} LIMIT {query.limit} OFFSET {query.offset}"
