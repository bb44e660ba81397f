"""The profile to practise in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from jgclient import entering, practice
from jgclient.deadlines.calendar import load_calendar
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.records import State
from jgclient.store import ListQuery, Store, open_store


@pytest.fixture
def filled(store: Store, library: FormLibrary, now: datetime) -> Store:
    practice.fill(store, library, load_calendar(resources_folder() / "calendars"), now=lambda: now)
    return store


def test_there_is_something_in_every_state_to_practise_with(filled: Store) -> None:
    counts = filled.records.counts_by_state()
    for state in (State.DRAFT, State.INVALID, State.QUEUED, State.ACCEPTED, State.RETURNED):
        assert counts.get(state, 0) > 0, state
    assert practice.is_practice(filled)
    assert filled.registers.count("item") == 3
    assert filled.outbox.receipt_count() == counts[State.ACCEPTED]


def test_what_came_back_names_a_field_of_its_form(filled: Store, library: FormLibrary) -> None:
    for row in filled.records.list(ListQuery(states=frozenset({State.RETURNED}), limit=100)):
        [problem] = filled.records.problems(row.id)
        [field] = problem.fields
        assert field == library.get(row.form).party_field


def test_what_came_back_is_accepted_the_second_time(
    filled: Store, library: FormLibrary, now: datetime
) -> None:
    calendar = load_calendar(resources_folder() / "calendars")
    row = filled.records.list(ListQuery(states=frozenset({State.RETURNED}), limit=1))[0]
    opened = entering.open_record(filled, library, row.id)
    assert entering.finish(filled, library, calendar, opened, opened.texts, opened.reasons, now=now).revision
    practice.report(filled, now=lambda: now)
    assert filled.records.row(row.id).state is State.ACCEPTED


def test_a_profile_is_made_once(tmp_path: Path, library: FormLibrary, now: datetime) -> None:
    calendar = load_calendar(resources_folder() / "calendars")
    place = practice.make(tmp_path, library, calendar, now=lambda: now)
    with open_store(place, clock=lambda: now) as store:
        before = store.records.counts_by_state()
    assert practice.make(tmp_path, library, calendar, now=lambda: now) == place
    with open_store(place, clock=lambda: now) as store:
        assert store.records.counts_by_state() == before
