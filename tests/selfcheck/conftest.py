from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jgclient.records import Revision, chain_hash, new_record_id, payload_hash
from jgclient.store import Store, Summary, open_store


class Clock:
    """A clock that moves one second whenever it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture(autouse=True)
def _no_credential_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path, clock: Clock) -> Iterator[Store]:
    """A store with a draft, a record on its way through, and a backup in two places."""
    usb = folder.parent / "usb"
    usb.mkdir()
    with open_store(folder, clock=clock) as opened:
        opened.settings.set("unit_name", "郑州市某某局")
        opened.settings.set("unit_code", "11410100000000019W")
        opened.backups.set_place(usb)
        opened.records.save_draft(
            "d1", form="check", form_version=1, texts={"check_action_name": "一"}, author="甲"
        )
        finished(opened, clock())
        opened.backups.make("hand")
        yield opened


def finished(store: Store, now: datetime) -> Revision:
    """A record finished and queued."""
    content = {"check_action_name": "对某某的检查"}
    sha256 = payload_hash(
        form="check", form_version=1, operation="i", content=content, reasons={}, attachments=[]
    )
    record_id = new_record_id(now)
    chain = chain_hash("", record_id=record_id, revision=1, author="甲", made_at=now, sha256=sha256)
    made = Revision(record_id, 1, "check", 1, "i", 0, content, {}, "甲", now, sha256, "", chain)
    store.records.add_revision(made, Summary(title="对某某的检查"))
    return made
