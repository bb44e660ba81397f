"""A platform after the sync contract, small enough to see that it is right, and everything it was told."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jgclient.contract import (
    Batch,
    BatchAnswer,
    Capabilities,
    Change,
    ChangesPage,
    DayCount,
    Item,
    KeptRecord,
    Mark,
    Outcome,
    Reconciliation,
    Result,
    content_hash,
    marks_hash,
)
from jgclient.forms.problems import Problem
from jgclient.records import canonical_json

RETURNED = Problem(
    code="M-01", kind="08数据关联性检查", strength="hard", fields=("name",), message="名称不符", help="请更正"
)


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def json_answer(data: Any, status: int = 200) -> Answer:
    return Answer(status, canonical_json(data).encode())


def problem_answer(status: int, detail: str = "", **headers: str) -> Answer:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        status, json.dumps({"status": status, "detail": detail}).encode(),
        {"Content-Type": "application/problem+json", **fields},
    )  # fmt: skip


class ModelPlatform:
    """Keeps by id + revision + hash.

    Attributes:
        items: Every item that was taken in, by (record id, revision).
        feed: What ``GET /v1/changes`` tells; a cursor is a place in it.
        expired: Cursors that are answered 410.
        page: Entries of one page of the feed.
        files: Bytes that have arrived, by hash; ``sizes`` what was announced.
        devices: Public key by device.
        kept: Hash and receipt number by (record id, revision).
        copies: How often each revision was taken in; anything but 1 is a broken promise.
        batch_sizes: Number of items of every batch that came in.
        judge: What to make of an item before it is kept: an outcome other than ``accepted``.
        refuse: A whole batch's answer instead of taking it in, or None.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.capabilities = Capabilities(clock().isoformat(), 200, 1_000_000, {"note": [1]})
        self.kept: dict[tuple[str, int], tuple[str, str]] = {}
        self.copies: Counter[tuple[str, int]] = Counter()
        self.batch_sizes: list[int] = []
        self.judge: Callable[[Item], Outcome] = lambda _item: "accepted"
        self.refuse: Callable[[Batch], Answer | None] = lambda _batch: None
        self.token = ""
        #: Takes revisions whatever they are based on.
        self.lenient = False
        self.items: dict[tuple[str, int], Item] = {}
        self.feed: list[Change] = []
        self.expired: set[str] = set()
        self.page = 3
        self.files: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}
        self.devices: dict[str, str] = {}
        self._answers: dict[str, tuple[bytes, Answer]] = {}
        self._lock = Lock()

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        with self._lock:
            where = urlsplit(path)
            if headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if where.path.endswith("/v1/capabilities"):
                return json_answer(asdict(self.capabilities))
            if where.path.endswith("/v1/sessions"):
                return self._session(json.loads(body))
            if self.token and headers.get("Authorization") != f"Bearer {self.token}":
                return problem_answer(401, "尚未登录")
            query = {name: texts[0] for name, texts in parse_qs(where.query).items()}
            if where.path.endswith("/v1/receipts"):
                return self._receipts(query.get("ids", "").split(","))
            for part, answer in self._others.items():
                if part in where.path:
                    return answer(self, method, where.path.rpartition("/")[2], query, headers, body)
            assert (method, where.path.endswith("/v1/batches")) == ("POST", True), path
            return self._batch(body, headers)

    def _session(self, wanted: dict[str, str]) -> Answer:
        if wanted["password"] != "right":
            return problem_answer(401, "用户名或密码不对")
        self.token = f"token-of-{wanted['user']}"
        return json_answer({"token": self.token}, 201)

    def _receipts(self, ids: list[str]) -> Answer:
        assert len(ids) <= 200
        found = [
            Result(record_id, revision, "accepted", number, self.clock().isoformat(), sha256)
            for (record_id, revision), (sha256, number) in sorted(self.kept.items())
            if record_id in ids
        ]
        return json_answer({"results": [result.to_json() for result in found]})

    def _batch(self, body: bytes, headers: dict[str, str]) -> Answer:
        batch = Batch.from_json(json.loads(body))
        assert headers["Idempotency-Key"] == f'"{batch.batch_id}"'
        known = self._answers.get(batch.batch_id)
        if known:
            return known[1] if known[0] == body else problem_answer(422, "同一批号内容不同")
        self.batch_sizes.append(len(batch.items))
        refused = self.refuse(batch)
        if refused:
            return refused
        results = [self._result(item) for item in batch.items]
        answer = json_answer(BatchAnswer(batch.batch_id, self.clock().isoformat(), results).to_json())
        self._answers[batch.batch_id] = (body, answer)
        return answer

    def _result(self, item: Item) -> Result:
        assert item.sha256 == item.true_hash()
        key = (item.id, item.revision)
        if key in self.kept:
            sha256, number = self.kept[key]
            if sha256 != item.sha256:
                return Result(*key, "conflict")
            return Result(*key, "duplicate", number, self.clock().isoformat(), sha256)
        newest = max((revision for record_id, revision in self.kept if record_id == item.id), default=0)
        if item.base_revision != newest and not self.lenient:
            return Result(*key, "conflict")
        outcome = self.judge(item)
        if outcome != "accepted":
            return Result(*key, outcome, problems=[RETURNED] if outcome == "rejected" else [])
        self.copies[key] += 1
        self.items[key] = item
        self.kept[key] = (item.sha256, f"R{len(self.kept) + 1:06d}")
        return Result(*key, "accepted", self.kept[key][1], self.clock().isoformat(), item.sha256)

    # -- what came with the second edition of the contract ---------------------------------------------

    def tell(self, kind: str, entry_id: str, content: dict[str, Any] | None, **changes: Any) -> Change:
        """Put an entry at the end of the feed; None is its tombstone."""
        values = {
            "kind": kind, "id": entry_id, "deleted": content is None, "changed_at": self.clock().isoformat(),
            "sha256": "" if content is None else content_hash(content), "content": content or {},
        }  # fmt: skip
        self.feed = [change for change in self.feed if (change.kind, change.id) != (kind, entry_id)]
        self._told = getattr(self, "_told", 0) + 1
        change = Change(**{**values, "cursor": f"c{self._told:06d}", **changes})
        self.feed.append(change)
        return change

    def _changes(self, _method: str, _name: str, query: dict[str, str], *_rest: Any) -> Answer:
        cursor, kinds = query.get("cursor", ""), query.get("kinds", "").split(",")
        if cursor in self.expired:
            return problem_answer(410, "游标已失效")
        later = [change for change in self.feed if change.kind in kinds and change.cursor > cursor]
        page = later[: self.page]
        end = page[-1].cursor if page else cursor
        answer = ChangesPage(page, end, len(later) > len(page), self.clock().isoformat())
        return json_answer(answer.to_json())

    def newest(self) -> dict[str, Item]:
        """Newest item of each record."""
        return {record_id: self.items[record_id, revision] for record_id, revision in sorted(self.items)}

    def forget(self, record_id: str, revision: int) -> None:
        """Lose what was kept, as a platform restored from its own backup does."""
        for table in (self.kept, self.items, self.copies):
            del table[record_id, revision]

    def _reconciliation(self, _method: str, _name: str, query: dict[str, str], *_rest: Any) -> Answer:
        days: dict[tuple[str, str], list[Mark]] = {}
        for item in self.newest().values():
            day = str(item.content.get("day", ""))
            fits = query.get("from", "") <= day and (not day or day <= query.get("to", "9999"))
            if query.get("form", item.form) == item.form and (fits or not day):
                mark = Mark(item.id, item.revision, item.sha256, item.operation)
                days.setdefault((item.form, day), []).append(mark)
        counts = [
            DayCount(*key, len(marks), marks_hash(marks), tuple(marks) if query.get("detail") else ())
            for key, marks in sorted(days.items())
        ]
        return json_answer(Reconciliation(query["unit"], self.clock().isoformat(), counts).to_json())

    def _records(self, _method: str, _name: str, query: dict[str, str], *_rest: Any) -> Answer:
        found = [item for record_id, item in self.newest().items() if record_id in query["ids"].split(",")]
        kept = [KeptRecord(i, self.kept[i.id, i.revision][1], self.clock().isoformat()) for i in found]
        return json_answer({"records": [record.to_json() for record in kept]})

    def _devices(self, _method: str, _name: str, _query: Any, _headers: Any, body: bytes) -> Answer:
        told = json.loads(body)
        self.devices[told["device_id"]] = told["public_key"]
        return json_answer({}, 201)

    def _attachment(
        self, method: str, sha256: str, _query: Any, headers: dict[str, str], body: bytes
    ) -> Answer:
        tus = {"Tus-Resumable": "1.0.0"}
        if method == "POST":
            self.sizes[sha256] = int(headers["Upload-Length"])
            self.files.setdefault(sha256, bytearray())
        if sha256 not in self.files:
            return Answer(404, b"", tus)
        held = self.files[sha256]
        if method == "PATCH":
            if int(headers["Upload-Offset"]) != len(held):
                return Answer(409, b"", tus)
            held += body
            if len(held) == self.sizes[sha256] and hashlib.sha256(held).hexdigest() != sha256:
                held.clear()
        told = {**tus, "Upload-Offset": str(len(held)), "Upload-Length": str(self.sizes[sha256])}
        return Answer(201 if method == "POST" else 204 if method == "PATCH" else 200, b"", told)

    _others = {  # noqa: RUF012 - a table of methods
        "/v1/changes": _changes, "/v1/reconciliation": _reconciliation, "/v1/records": _records,
        "/v1/devices": _devices, "/v1/attachments": _attachment,
    }  # fmt: skip
