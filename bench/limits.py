"""100 000 records with open limits: what the workbench asks each time, and a calendar that arrives."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from jgclient.forms.library import load_library, resources_folder
from jgclient.limits import Basis, look, profile_calendar, renew
from jgclient.reminding import overdue_count
from jgclient.store import Store, open_store
from jgclient.store.duty_rows import DutyQuery

RECORDS = 100_000
_NOW = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
#: What the product promises.
_BOARD_MS, _RECOUNT_S = 50.0, 3.0
_ROUNDS = 40
_SPAN = timedelta(days=800)


@contextmanager
def office() -> Iterator[tuple[Store, Basis]]:
    """A store whose index of limits is up to date; half of the limits touch a year not yet published."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), clock=lambda: _NOW) as store:
        basis = Basis(load_library(resources_folder()), profile_calendar(Path(folder)))
        _fill(store)
        renew(store, basis, now=_NOW)
        yield store, basis


def board() -> tuple[float, float]:
    """p95 of the workbench's questions against its limit, in ms."""
    return _measured()[0], _BOARD_MS


def recount() -> tuple[float, float]:
    """Counting all limits again when a calendar arrives against its limit, in s."""
    return _measured()[1], _RECOUNT_S


@lru_cache(maxsize=1)
def _measured() -> tuple[float, float]:
    with office() as (store, basis):
        taken = sorted(_timed(store, basis) for _ in range(_ROUNDS))
        started = time.perf_counter()
        renew(store, _with_2027(basis), now=_NOW)
        return statistics.quantiles(taken, n=20)[-1] * 1000, time.perf_counter() - started


def _timed(store: Store, basis: Basis) -> float:
    started = time.perf_counter()
    _ask(store, basis)
    return time.perf_counter() - started


def _ask(store: Store, basis: Basis) -> None:
    """Cards, first page, dots of the month and filters, as ``ui/workbench`` and ``ui/board`` ask for them."""
    duties, today = store.duties, _NOW.date()
    overdue_count(store, _NOW)
    for query in (
        DutyQuery(first=today, last=today),
        DutyQuery(first=today, last=today + timedelta(days=6)),
        DutyQuery(),
    ):
        duties.count(query)
    duties.page(DutyQuery(overdue_on=today, limit=1))
    look(duties.page(DutyQuery()), basis, _NOW)
    duties.days(today - _SPAN, today + _SPAN)
    duties.persons(today)
    duties.titles()


def _with_2027(basis: Basis) -> Basis:
    known = basis.calendar
    new_year = frozenset(date(2027, 1, day) for day in (1, 2, 3, 4, 5))
    calendar = replace(known, rest=known.rest | new_year, years=known.years | {2027}, _year_days={})
    return Basis(basis.library, calendar)


def _fill(store: Store) -> None:
    """Drafts written straight into the tables; one by one they would take minutes of fsync."""
    db = store._db
    day = date(2026, 11, 1)
    rows = [
        (key, f"id-{key:06d}", day + timedelta(days=key % 82), f"人{key % 12}")
        for key in range(1, RECORDS + 1)
    ]
    with store.atomic():
        db.run_many(
            "INSERT INTO record (key, id, touched, form, state, title, party, author, updated_at) "
            "VALUES (?, ?, ?, 'check', 'draft', ?, ?, ?, ?)",
            [
                (key, name, key, f"对{name}的检查", f"{name}公司", who, _NOW.isoformat())
                for key, name, _, who in rows
            ],
        )
        db.run_many(
            "INSERT INTO draft VALUES (?, 'check', 1, ?, '{}', '[]', 0, 0, 0, ?, ?, '{}')",
            [(key, f'{{"check_date":"{day}"}}', who, _NOW.isoformat()) for key, _, day, who in rows],
        )
