"""A profile to practise in: made-up records in every state, and a platform that is only pretended.

Nothing in it reaches a real platform: reporting from such a profile is answered here.
"""

# ruff: noqa: ARG002 - a pretended platform has the methods of every platform
from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from jgclient import entering, sync
from jgclient.contract import (
    AttachmentState,
    BatchAnswer,
    Capabilities,
    ChangesPage,
    KeptRecord,
    Reconciliation,
    Result,
    TransportError,
)
from jgclient.deadlines.calendar import Calendar
from jgclient.forms.library import FormLibrary
from jgclient.forms.problems import Problem
from jgclient.forms.resources import resources_folder
from jgclient.importing import import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store, open_store

#: Setting that marks a profile as one to practise in.
PRACTICE = "practice"
#: Folder of the practice profile inside the data folder of the real one.
FOLDER = "practice"
_UNIT = {
    "unit_name": "练习用的某某局", "unit_code": "11410100000000019W", "unit_region": "410100",
    "user_name": "练习员", "gateway_url": "https://practice.invalid", "gateway_user": "practice",
}  # fmt: skip
_WORKBOOKS = (
    "监管事项清单（附件模板）",
    "检查实施清单（样表）",
    "行政检查台账（科室自用）",
    "行政处罚双公示模板（法人）",
)
#: Records reported while filling, and left waiting.
_REPORTED, _WAITING = 40, 12
#: Where the forms hold the name that a platform looks up.
_NAMES = ("administrative_cp", "cf_xdr_mc")
_MISMATCH = Problem(
    "1001", "08数据关联性检查", "hard", (), "主体信息不匹配",
    help="练习：平台登记的名称与填写的不同。请核对名称后重新提交，第二次会被接收。",
)  # fmt: skip
_NO_SUCH = TransportError("park", "练习中没有这一项，请在正式数据里使用。")


class PretendPlatform:
    """Answers batches as a platform would: one record in ten comes back once, the others are accepted."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def capabilities(self) -> Capabilities:
        """Small batches, so that there is progress to see."""
        return Capabilities(self._now().isoformat(), 20, 1_000_000, {})

    def log_in(self, user: str, password: str, device_id: str) -> str:
        """Everybody may practise."""
        return "practice"

    def send_batch(self, batch_id: str, body: bytes) -> BatchAnswer:
        """Accept, or send back for the first time."""
        items = json.loads(body)["items"]
        return BatchAnswer(batch_id, self._now().isoformat(), [self._answer(item) for item in items])

    def receipts(self, ids: Sequence[str]) -> list[Result]:
        """Nothing is kept; what was not answered is sent again."""
        return []

    def changes(self, cursor: str = "", kinds: Sequence[str] = ()) -> ChangesPage:
        """Nothing new."""
        return ChangesPage([], cursor, False, self._now().isoformat())

    def records(self, ids: Sequence[str]) -> list[KeptRecord]:
        """Nothing is kept."""
        return []

    def reconciliation(
        self, unit: str, form: str, first: date | None, last: date | None, *, detail: bool = False
    ) -> Reconciliation:
        """There is nothing to compare with."""
        raise _NO_SUCH

    def attachment(self, sha256: str) -> AttachmentState | None:
        """No files are taken (:attr:`Capabilities.max_attachment_bytes` is 0)."""
        raise _NO_SUCH

    def create_attachment(self, sha256: str, size: int) -> AttachmentState:
        """No files are taken."""
        raise _NO_SUCH

    def send_attachment(self, sha256: str, offset: int, chunk: bytes) -> AttachmentState:
        """No files are taken."""
        raise _NO_SUCH

    def register_device(self, device_id: str, public_key: str) -> None:
        """Every device may practise."""

    def _answer(self, item: dict[str, object]) -> Result:
        record_id, revision, sha256 = str(item["id"]), int(str(item["revision"])), str(item["sha256"])
        if revision == 1 and int(sha256[:4], 16) % 10 == 0:
            content = item["content"]
            at = tuple(name for name in _NAMES if isinstance(content, dict) and name in content)
            problems = [replace(_MISMATCH, fields=at)]
            return Result(record_id, revision, "rejected", sha256=sha256, problems=problems)
        number = f"LX{self._now():%Y%m%d}{int(sha256[:8], 16) % 1_000_000:06d}"
        return Result(
            record_id, revision, "accepted", receipt_no=number, received_at=self._now().isoformat(),
            sha256=sha256,
        )  # fmt: skip


def is_practice(store: Store) -> bool:
    """Whether the profile is one to practise in."""
    return bool(store.settings.get(PRACTICE))


def platform(store: Store, now: Callable[[], datetime]) -> PretendPlatform | None:
    """Where a practice profile reports to; None for a real profile."""
    return PretendPlatform(now) if is_practice(store) else None


def make(folder: Path, library: FormLibrary, calendar: Calendar, *, now: Callable[[], datetime]) -> Path:
    """Make the practice profile unless it is there; returns its folder.

    Raises:
        StoreError: it cannot be made.
    """
    place = folder / FOLDER
    with open_store(place, clock=now) as store:
        if not is_practice(store):
            fill(store, library, calendar, now=now)
    return place


def fill(store: Store, library: FormLibrary, calendar: Calendar, *, now: Callable[[], datetime]) -> None:
    """Fill an empty profile: registers and ledgers imported, most reported, some waiting, wrong, returned."""
    for name, value in _UNIT.items():
        store.settings.set(name, value)
    for name in _WORKBOOKS:
        import_workbook(store, library, resources_folder() / "samples" / f"{name}.xlsx", now=now())
    drafts = store.records.list(
        ListQuery(states=frozenset({State.DRAFT}), sort="id", limit=_REPORTED + _WAITING)
    )
    ids = [row.id for row in drafts]
    entering.submit(store, library, calendar, ids[:_REPORTED], now=now())
    report(store, now=now)
    entering.submit(store, library, calendar, ids[_REPORTED:], now=now())
    store.settings.set(PRACTICE, True)


def report(store: Store, *, now: Callable[[], datetime]) -> None:
    """Report what waits to the pretended platform."""
    sync.run(
        store, PretendPlatform(now), device_id=sync.device_id(store),
        unit_code=entering.unit_of(store)["code"], now=now,
    )  # fmt: skip
