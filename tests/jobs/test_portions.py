"""Many records, some with each commit: all of them once, progress that is true, an end when asked for."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jgclient import entering, portions
from jgclient.changing import withdraw
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.forms.library import FormLibrary
from jgclient.forms.resources import resources_folder
from jgclient.records import State
from jgclient.store import ListQuery, Store, StoreError


@given(st.lists(st.integers(), max_size=60), st.integers(0, 8))
def test_everything_comes_once_until_somebody_stops_it(things: list[int], asked: int) -> None:
    told: list[tuple[int, int]] = []
    came: list[int] = []
    for part in portions.portions(things, lambda *at: told.append(at), lambda: len(told) > asked):
        assert told[-1] == (len(came), len(things)), "told of is what was kept"
        came += part
    assert came == things[: len(came)]
    assert told == sorted(told)
    if len(things) <= asked * portions._TOGETHER:
        assert (came, told[-1]) == (things, (len(things), len(things)))


@pytest.fixture
def ids(store: Store, library: FormLibrary, now: datetime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Five drafts, to be kept two at a time."""
    monkeypatch.setattr(portions, "_TOGETHER", 2)
    opened = [entering.open_new(store, library, "check", now=now) for _ in range(5)]
    for each in opened:
        entering.keep(store, library, each, {"number": each.record_id[-6:]}, {}, now=now)
    return [each.record_id for each in opened]


def test_a_full_disk_ends_the_job_and_loses_its_own_portion_alone(
    store: Store, library: FormLibrary, ids: list[str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar: Calendar = load_calendar(resources_folder() / "calendars")
    drop = store.records.drop_draft

    def drop_until_full(record_id: str) -> None:
        if record_id == ids[3]:
            raise StoreError("disk_full")
        drop(record_id)

    monkeypatch.setattr(store.records, "drop_draft", drop_until_full)
    with pytest.raises(StoreError, match="磁盘空间已满"):
        withdraw(store, library, calendar, ids, "", now=now)
    left = {row.id for row in store.records.list(ListQuery(states=frozenset({State.DRAFT, State.INVALID})))}
    assert left == set(ids[2:])
    assert len(store.trash.list()) == 2
