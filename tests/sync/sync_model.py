"""A platform after the sync contract, small enough to see that it is right, and everything it was told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jgclient.contract import Batch, BatchAnswer, Capabilities, Item, Result
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
        self.judge: Callable[[Item], str] = lambda _item: "accepted"
        self.refuse: Callable[[Batch], Answer | None] = lambda _batch: None
        self.token = ""
        self._answers: dict[str, tuple[bytes, Answer]] = {}
        self._lock = Lock()

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        with self._lock:
            where = urlsplit(path)
            if where.path.endswith("/v1/capabilities"):
                return json_answer(asdict(self.capabilities))
            if where.path.endswith("/v1/sessions"):
                return self._session(json.loads(body))
            if self.token and headers.get("Authorization") != f"Bearer {self.token}":
                return problem_answer(401, "尚未登录")
            if where.path.endswith("/v1/receipts"):
                return self._receipts(parse_qs(where.query).get("ids", [""])[0].split(","))
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
        outcome = self.judge(item)
        if outcome != "accepted":
            return Result(*key, outcome, problems=[RETURNED] if outcome == "rejected" else [])  # type: ignore[arg-type]
        self.copies[key] += 1
        self.kept[key] = (item.sha256, f"R{len(self.kept) + 1:06d}")
        return Result(*key, "accepted", self.kept[key][1], self.clock().isoformat(), item.sha256)
