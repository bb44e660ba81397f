"""A fresh profile of an office, and the shipped forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from limits_office import Office

from jgclient.forms.library import FormLibrary, load_library, resources_folder
from jgclient.store import Store, open_store

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
UNIT = {
    "unit_name": "郑州市XX局", "unit_code": "11410100000000019W", "unit_region": "410100",
    "user_name": "李某",
}  # fmt: skip


@pytest.fixture(scope="session")
def library() -> FormLibrary:
    found = load_library(resources_folder())
    assert not found.broken
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    with open_store(tmp_path / "data", clock=lambda: NOW) as opened:
        for name, value in UNIT.items():
            opened.settings.set(name, value)
        yield opened
    keyring.set_keyring(before)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def samples() -> Path:
    return resources_folder() / "samples"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    made = Office(tmp_path / "data")
    yield made
    made.store.close()
