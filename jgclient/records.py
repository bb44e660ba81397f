"""Records, revisions and the states derived from them. Pure meaning: no SQL, no network, no clock."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

Json = Any
Content = dict[str, Json]
Operation = Literal["i", "u", "d"]


class State(Enum):
    """The state of a record, always derived from facts by :func:`derive_state`."""

    DRAFT = "draft"
    INVALID = "invalid"
    QUEUED = "queued"
    SENDING = "sending"
    PARKED = "parked"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CONFLICT = "conflict"
    WITHDRAWN = "withdrawn"

    @property
    def title(self) -> str:
        """The Chinese word the clerk sees."""
        return _STATE_TITLES[self]

    @classmethod
    def named(cls, word: str) -> State:
        """The state called by its code or its Chinese title.

        Raises:
            ValueError: there is no such state; the text lists those there are.
        """
        for state in cls:
            if word in (state.value, state.title):
                return state
        known = "、".join(f"{s.title}（{s.value}）" for s in cls)
        raise ValueError(f"没有“{word}”这个状态，可用：{known}")


_STATE_TITLES = {
    State.DRAFT: "草稿",
    State.INVALID: "有错",
    State.QUEUED: "待上报",
    State.SENDING: "上报中",
    State.PARKED: "已搁置",
    State.ACCEPTED: "已接收",
    State.RETURNED: "被退回",
    State.CONFLICT: "冲突",
    State.WITHDRAWN: "已撤回",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """One finished, immutable version of a record.

    Attributes:
        sha256: Hash of what is sent (:func:`payload_hash`), lower-case hex.
        previous: Chain hash of the revision before, empty for the first.
        chain: :func:`chain_hash` of this revision.
        made_at: Aware date-time of finishing.
        reasons: Written reasons for soft problems, by problem code; they travel with the record.
    """

    record_id: str
    revision: int
    form: str
    form_version: int
    operation: Operation
    base_revision: int
    content: Content
    reasons: dict[str, str]
    author: str
    made_at: datetime
    sha256: str
    previous: str
    chain: str
    attachments: list[dict[str, Json]] = field(default_factory=list)

    def true_hash(self) -> str:
        """The hash the content really has; equals ``sha256`` while nobody has changed either."""
        return payload_hash(
            form=self.form, form_version=self.form_version, operation=self.operation, content=self.content,
            reasons=self.reasons, attachments=self.attachments,
        )  # fmt: skip

    def true_chain(self) -> str:
        """The chain hash the revision really has after ``previous``."""
        return chain_hash(
            self.previous, record_id=self.record_id, revision=self.revision, author=self.author,
            made_at=self.made_at, sha256=self.sha256,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one record; the only input of :func:`derive_state`.

    Attributes:
        has_draft: A draft exists (typing has begun and is not finished).
        offered: The draft was once offered for finishing (import, Ctrl+Enter, submit).
        hard_problems: Number of hard problems found in the draft.
        revision: Number of the last revision, 0 when there is none.
        operation: Operation of the last revision.
        outbox: State of the last revision's outbox row: waiting, sent, parked, done or empty.
        outcome: Last answer of the platform to the last revision, empty when there is none;
            ``returned`` when a person there has returned it after it was accepted; ``withdrawn`` when it was
            withdrawn here before anything of it was accepted.
    """

    has_draft: bool = False
    offered: bool = False
    hard_problems: int = 0
    revision: int = 0
    operation: str = ""
    outbox: str = ""
    outcome: str = ""


_RETURNED = ("rejected", "returned")


def derive_state(facts: Facts) -> State:
    """The state that follows from the facts. A draft over a sent revision hides the revision's state."""
    if facts.has_draft:
        if facts.outcome in _RETURNED:
            return State.RETURNED
        return State.INVALID if facts.offered and facts.hard_problems else State.DRAFT
    if facts.outbox == "sent":
        return State.SENDING
    if facts.outbox == "parked":
        return State.PARKED
    return _answered_state(facts)


def _answered_state(facts: Facts) -> State:
    if facts.outbox == "waiting":  # perhaps for the second time, because the platform lacks it
        return State.QUEUED
    if facts.outcome in ("accepted", "duplicate"):
        return State.WITHDRAWN if facts.operation == "d" else State.ACCEPTED
    if facts.outcome in _RETURNED:
        return State.RETURNED
    if facts.outcome == "conflict":
        return State.CONFLICT
    if facts.outcome == "withdrawn":
        return State.WITHDRAWN
    return State.QUEUED


def canonical_json(value: Json) -> str:
    """JSON with sorted keys, no spaces and no ASCII escapes: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def payload_hash(
    *,
    form: str,
    form_version: int,
    operation: str,
    content: Content,
    reasons: dict[str, str],
    attachments: list[dict[str, Json]],
) -> str:
    """SHA-256 (hex) over everything of a revision that the platform keeps.

    Record id and revision number are not part of it: they are compared beside it
    (“same id + revision + hash”, sync contract).
    """
    payload = {
        "attachments": attachments, "content": content, "form": form, "form_version": form_version,
        "operation": operation, "reasons": reasons,
    }  # fmt: skip
    return hashlib.sha256(canonical_json(payload).encode()).hexdigest()


def chain_hash(
    previous: str, *, record_id: str, revision: int, author: str, made_at: datetime, sha256: str
) -> str:
    """Hash of one revision that includes the one before, so that no link can be changed unseen."""
    link = {
        "author": author, "made_at": made_at.isoformat(), "previous": previous, "record_id": record_id,
        "revision": revision, "sha256": sha256,
    }  # fmt: skip
    return hashlib.sha256(canonical_json(link).encode()).hexdigest()


def new_record_id(now: datetime) -> str:
    """A UUIDv7 (RFC 9562): sorts by the time it was made, unique without a server."""
    millis = int(now.timestamp() * 1000)
    value = (millis & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
