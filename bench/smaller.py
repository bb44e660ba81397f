"""The figures of :mod:`bench.million` on a store that is made while one waits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bench import full_store, lists
from bench import saving as saves
from jgclient.store import Store, open_store

COUNT = 20_000


def saving() -> tuple[float, float]:
    """Saving a finished record, and SQLite alone keeping the same rows, in ms at the 95th percentile."""
    return _saving().ours, _saving().same_rows


def saving_of_content() -> tuple[float, float]:
    """Saving a finished record, and SQLite alone keeping its content as one text."""
    return _saving().ours, _saving().content


@cache
def _saving() -> saves.Timings:
    with _store() as (store, place):
        return saves.measure(store, place)


def slowest_list() -> tuple[float, float]:
    """The kind of list that comes nearest to its limit, and that limit, in ms at the 95th percentile."""
    with _store() as (store, _):
        slowest = max(lists.measure(store), key=lambda timing: timing.ours / timing.limit)
    return slowest.ours, slowest.limit


@contextmanager
def _store() -> Iterator[tuple[Store, Path]]:
    """A store of its own, and a folder on the same disk."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        full_store.fill(folder, COUNT)
        with open_store(folder, clock=full_store.clock) as store:
            yield store, Path(place)
