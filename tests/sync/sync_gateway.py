"""A real gateway on loopback for the sync tests, over one tiny form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path

from loopback import Served
from sync_model import Answer
from sync_profile import NOW, UNIT

from jggateway.accounts import Accounts
from jggateway.app import create_app
from jggateway.storage import open_storage

PASSWORD = "loopback-only-1"
NOTE = """
id = "note"
title = "便函"
version = 1
valid_from = 2026-01-01
title_field = "name"
date_field = "day"
[[section]]
title = "内容"
[[section.field]]
name = "name"
title = "名称"
type = "text"
required = true
max_length = 40
[[section.field]]
name = "day"
title = "日期"
type = "date"
[[section.field]]
name = "photos"
title = "照片"
type = "attachments"
"""
_TOLD = ("Content-Type", "Retry-After", "Tus-Resumable", "Upload-Offset", "Upload-Length")


def note_resources(folder: Path) -> Path:
    """A resources folder with the form of these tests."""
    for name in ("forms", "codes", "calendars"):
        (folder / name).mkdir(parents=True)
    (folder / "forms" / "note.toml").write_text(NOTE, encoding="utf-8")
    return folder


def add_user(data: Path, name: str = "clerk", unit: str = UNIT) -> None:
    """Make a user of the gateway."""
    storage = open_storage(data)
    Accounts(storage).add(name, PASSWORD, unit=unit, role="clerk", now=NOW)
    storage.close()


class Gateway:
    """A gateway on loopback, and what it keeps.

    Attributes:
        now: What its clock tells.
    """

    def __init__(self, data: Path, resources: Path) -> None:
        self._made_of = (data, resources)
        self.now: Callable[[], datetime] = lambda: NOW
        self.app = create_app(data, resources=resources, clock=self._clock)
        self._served = Served(self.app)
        self.port, self.url = self._served.port, self._served.url

    def _clock(self) -> datetime:
        return self.now()

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What it says to a request that the network let through."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, {**headers, "Connection": "close"})
        with connection.getresponse() as found:
            told = {name: found.headers[name] for name in _TOLD if found.headers[name]}
            answer = Answer(found.status, found.read(), told)
        connection.close()
        return answer

    def receipts(self) -> list[tuple[str, int, str]]:
        """(record id, revision, receipt number) of everything kept."""
        query = "SELECT id, revision, receipt_no FROM records_kept ORDER BY id, revision"
        with self.app.state.storage.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def again(self) -> Gateway:
        """A new gateway over the same data."""
        return Gateway(*self._made_of)

    def stop(self) -> None:
        """Stop serving; what is kept stays."""
        self._served.stop()
