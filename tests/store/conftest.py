from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from store_parts import Clock, made_revision

from jgclient.records import Content, Revision, new_record_id
from jgclient.store import Store, Summary, open_store


@pytest.fixture(autouse=True)
def _no_credential_store() -> Iterator[None]:
    """Keep the tests out of the developer's own credential store."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path, clock: Clock) -> Iterator[Store]:
    with open_store(folder, clock=clock) as opened:
        yield opened


@pytest.fixture
def draft(clock: Clock) -> Callable[..., str]:
    """Keep a draft; returns its record id."""

    def keep(store: Store, record_id: str = "", **changes: object) -> str:
        record_id = record_id or new_record_id(clock())
        values = {"form": "check", "form_version": 1, "author": "甲", "texts": {"n": "一"}} | changes
        store.records.save_draft(record_id, **values)
        return record_id

    return keep


@pytest.fixture
def finish(clock: Clock) -> Callable[..., Revision]:
    """Finish a revision of a record, new or old, and queue it."""

    def add(
        store: Store,
        record_id: str = "",
        *,
        content: Content | None = None,
        summary: Summary | None = None,
        urgent_by=None,
        **changes: str,
    ) -> Revision:
        record_id = record_id or new_record_id(clock())
        revision = made_revision(store, record_id, clock(), content or {"n": "一"}, **changes)
        store.records.add_revision(revision, summary or Summary(title="检查"), urgent_by)
        return revision

    return add
