"""One client of the sync tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from jgclient.contract import Attachment
from jgclient.platform_api import HttpPlatform
from jgclient.records import Revision, State, chain_hash, payload_hash
from jgclient.store import ListQuery, Store, Summary, open_store
from jgclient.sync import SyncReport, run

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=timezone(timedelta(hours=8)))
UNIT = "11410100000000019W"
#: Seconds without a byte after which the client gives up waiting; a stalled server costs a test just that.
STALL = 0.25


class Profile:
    """One client: its store, and what a person does with it."""

    def __init__(self, folder: Path) -> None:
        self.reopen(folder)
        self.pauses: list[float] = []
        self.lines: list[str] = []
        self._cancelled = False

    def reopen(self, folder: Path) -> None:
        """Open the data folder (again)."""
        self.store: Store = open_store(folder, clock=lambda: NOW)

    def finish(
        self, record_id: str, *, urgent_by: date | None = None, operation: str = "",
        attachments: Sequence[Attachment] = (), **content: Any,
    ) -> Revision:  # fmt: skip
        """Finish a record (again) and queue it."""
        nxt = self.store.records.next_operation(record_id)
        payload = {
            "form": "note", "form_version": 1, "operation": operation or nxt.operation, "reasons": {},
            "attachments": [file.to_json() for file in attachments],
            "content": {"name": f"记录 {record_id}", **content},
        }  # fmt: skip
        link = {"record_id": record_id, "revision": nxt.revision, "author": "李某", "made_at": NOW}
        sha256 = payload_hash(**payload)
        revision = Revision(
            **payload, **link, base_revision=nxt.base_revision, sha256=sha256, previous=nxt.previous,
            chain=chain_hash(nxt.previous, sha256=sha256, **link),
        )  # fmt: skip
        self.store.records.add_revision(revision, Summary(title=content.get("name", record_id)), urgent_by)
        return revision

    def finish_many(self, count: int, **content: Any) -> list[str]:
        """Finish so many records; returns their ids."""
        ids = [f"r{n:04d}" for n in range(count)]
        with self.store.atomic():
            for record_id in ids:
                self.finish(record_id, **content)
        return ids

    def sync(self, platform: HttpPlatform, **changes: Any) -> SyncReport:
        """One run; its waits are noted, not waited."""
        settings = {
            "device_id": "device-1", "unit_code": UNIT, "now": lambda: NOW, "pause": self.pauses.append,
            "jitter": lambda: 1.0, "on_progress": lambda _d, _t, report: self.lines.append(report.line()),
        }  # fmt: skip
        return run(self.store, platform, **{**settings, **changes})

    def states(self) -> dict[State, int]:
        """Number of records in each state there is."""
        return {state: count for state, count in self.store.records.counts_by_state().items() if count}

    def ids(self, state: State) -> list[str]:
        """Ids of the records in a state."""
        return sorted(
            r.id for r in self.store.records.list(ListQuery(states=frozenset({state}), limit=10_000))
        )
