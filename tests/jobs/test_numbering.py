from __future__ import annotations

from datetime import datetime, timedelta

from jgclient.forms.library import FormLibrary
from jgclient.numbering import next_number, preview_numbers, reserve_numbers
from jgclient.store import Store


def test_numbers_run_per_form_and_day(store: Store, library: FormLibrary, now: datetime) -> None:
    check, penalty = library.get("check"), library.get("penalty")
    first = next_number(store, check, now)
    assert first.startswith("41010020261121")
    assert first.endswith("00001")
    assert len(first) <= 50
    assert next_number(store, check, now).endswith("00002")
    assert next_number(store, penalty, now).endswith("00001")
    assert next_number(store, check, now + timedelta(days=1))[6:14] == "20261122"
    assert next_number(store, check, now + timedelta(days=1)).endswith("00002")


def test_a_block_is_nobody_elses(store: Store, library: FormLibrary, now: datetime) -> None:
    check = library.get("check")
    block = reserve_numbers(store, check, now, 3)
    assert next_number(store, check, now) not in block
    assert len(set(block)) == 3


def test_a_preview_takes_nothing(store: Store, library: FormLibrary, now: datetime) -> None:
    check = library.get("check")
    before = store.settings.all()
    assert len(preview_numbers(store, check, now, 2)) == 2
    assert store.settings.all() == before
    assert preview_numbers(store, check, now, 1)[0][-5:] == next_number(store, check, now)[-5:]
