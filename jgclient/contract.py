"""The sync contract as data: batches, answers, receipts. Shared by client and gateway, no network in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, cast

from jgclient.forms.problems import Problem
from jgclient.records import Content, Json, Revision, canonical_json, payload_hash

CONTRACT_VERSION = 1
Outcome = Literal["accepted", "duplicate", "rejected", "conflict", "deferred"]
OUTCOMES: tuple[Outcome, ...] = ("accepted", "duplicate", "rejected", "conflict", "deferred")
Mode = Literal["commit", "validate"]
Reaction = Literal["retry", "halve", "login", "stop", "park", "unknown"]


class ContractError(ValueError):
    """A message does not have the shape the contract demands; the text says where."""


@dataclass(frozen=True, slots=True)
class Item:
    """One revision as it travels."""

    id: str
    form: str
    form_version: int
    revision: int
    base_revision: int
    operation: Literal["i", "u", "d"]
    author: str
    content: Content
    sha256: str
    reasons: dict[str, str] = field(default_factory=dict)
    attachments: list[dict[str, Json]] = field(default_factory=list)

    @classmethod
    def of(cls, revision: Revision) -> Item:
        """The item that carries ``revision``."""
        return cls(
            id=revision.record_id, form=revision.form, form_version=revision.form_version,
            revision=revision.revision, base_revision=revision.base_revision, operation=revision.operation,
            author=revision.author, content=revision.content, sha256=revision.sha256,
            reasons=revision.reasons, attachments=revision.attachments,
        )  # fmt: skip

    def true_hash(self) -> str:
        """The hash the content really has; the gateway compares it with ``sha256``."""
        return payload_hash(
            form=self.form, form_version=self.form_version, operation=self.operation,
            content=self.content, reasons=self.reasons, attachments=self.attachments,
        )  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Item:
        """Read one item.

        Raises:
            ContractError: a member is missing or of the wrong type.
        """
        members = _object(data, "item")
        operation = _text(members, "operation")
        if operation not in ("i", "u", "d"):
            raise ContractError(f"operation must be i, u or d, not {operation!r}")
        return cls(
            id=_text(members, "id"), form=_text(members, "form"),
            form_version=_number(members, "form_version"), revision=_number(members, "revision"),
            base_revision=_number(members, "base_revision"),
            operation=cast("Literal['i', 'u', 'd']", operation), author=_text(members, "author"),
            content=_object(members.get("content"), "content"), sha256=_text(members, "sha256"),
            reasons={str(k): str(v) for k, v in _object(members.get("reasons", {}), "reasons").items()},
            attachments=list(_list(members.get("attachments", []), "attachments")),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What one ``POST /v1/batches`` carries."""

    batch_id: str
    device_id: str
    unit_code: str
    mode: Mode
    items: list[Item]

    def to_bytes(self) -> bytes:
        """The exact bytes that are stored and then sent (canonical JSON, UTF-8)."""
        return canonical_json(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: Json) -> Batch:
        """Read a batch.

        Raises:
            ContractError: the batch or one of its items is malformed.
        """
        members = _object(data, "batch")
        mode = _text(members, "mode")
        if mode not in ("commit", "validate"):
            raise ContractError(f"mode must be commit or validate, not {mode!r}")
        return cls(
            batch_id=_text(members, "batch_id"), device_id=_text(members, "device_id"),
            unit_code=_text(members, "unit_code"), mode=cast("Mode", mode),
            items=[Item.from_json(entry) for entry in _list(members.get("items"), "items")],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """The platform's answer to one item.

    Attributes:
        receipt_no: Number of the receipt; empty unless accepted or duplicate.
        received_at: Server time of acceptance, ISO 8601; empty unless accepted or duplicate.
        sha256: Hash of the revision the receipt stands for; lets a client match answers to what it sent.
    """

    id: str
    revision: int
    outcome: Outcome
    receipt_no: str = ""
    received_at: str = ""
    sha256: str = ""
    problems: list[Problem] = field(default_factory=list)

    def to_json(self) -> dict[str, Json]:
        """The result as a JSON object."""
        return {
            "id": self.id, "revision": self.revision, "outcome": self.outcome, "receipt_no": self.receipt_no,
            "received_at": self.received_at, "sha256": self.sha256,
            "problems": [p.to_json() for p in self.problems],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Result:
        """Read one result.

        Raises:
            ContractError: a member is missing, of the wrong type, or the outcome is unknown.
        """
        members = _object(data, "result")
        outcome = _text(members, "outcome")
        if outcome not in OUTCOMES:
            raise ContractError(f"unknown outcome {outcome!r}")
        problems = _list(members.get("problems", []), "problems")
        return cls(
            id=_text(members, "id"), revision=_number(members, "revision"), outcome=outcome,
            receipt_no=str(members.get("receipt_no") or ""),
            received_at=str(members.get("received_at") or ""), sha256=str(members.get("sha256") or ""),
            problems=[_problem(p) for p in problems],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What a batch was answered with, one result an item, in order."""

    batch_id: str
    server_time: str
    results: list[Result]

    def to_json(self) -> dict[str, Json]:
        """The answer as a JSON object."""
        return {
            "batch_id": self.batch_id, "server_time": self.server_time,
            "results": [r.to_json() for r in self.results],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> BatchAnswer:
        """Read an answer.

        Raises:
            ContractError: the answer is malformed.
        """
        members = _object(data, "answer")
        return cls(
            batch_id=_text(members, "batch_id"), server_time=_text(members, "server_time"),
            results=[Result.from_json(entry) for entry in _list(members.get("results"), "results")],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform says it can do (``GET /v1/capabilities``)."""

    server_time: str
    max_items: int
    max_bytes: int
    forms: dict[str, list[int]]
    contract_version: int = CONTRACT_VERSION
    minimum_client: str = "0.1.0"

    @classmethod
    def from_json(cls, data: Json) -> Capabilities:
        """Read capabilities.

        Raises:
            ContractError: malformed.
        """
        members = _object(data, "capabilities")
        forms = _object(members.get("forms", {}), "forms")
        return cls(
            server_time=_text(members, "server_time"), max_items=_number(members, "max_items"),
            max_bytes=_number(members, "max_bytes"),
            forms={name: [_whole(v, name) for v in _list(found, name)] for name, found in forms.items()},
            contract_version=_whole(members.get("contract_version", CONTRACT_VERSION), "contract_version"),
            minimum_client=str(members.get("minimum_client", "")),
        )  # fmt: skip


class TransportError(Exception):
    """Sending failed. ``reaction`` is what the client must do about it (contract, table of answers).

    Attributes:
        reaction: ``retry`` keep and try later · ``halve`` smaller batches ·
            ``login`` pause and ask the user · ``stop`` systemic, end the run and say so ·
            ``park`` this batch is refused as a whole ·
            ``unknown`` ask for receipts before anything else.
        message: A Chinese sentence with the remedy.
        retry_after: Seconds the server asked to wait, 0 when it did not say.
        status: HTTP status, 0 when there was none.
    """

    def __init__(
        self,
        reaction: Reaction,
        message: str,
        *,
        retry_after: float = 0,
        status: int = 0,
    ) -> None:
        super().__init__(message)
        self.reaction = reaction
        self.message = message
        self.retry_after = retry_after
        self.status = status


class Transport(Protocol):
    """The seam of ``sync``: HTTP and package file carry the same batches and receipts.

    Every method raises :class:`TransportError` when it cannot answer.
    """

    def capabilities(self) -> Capabilities:
        """What the platform can do."""

    def log_in(self, user: str, password: str, device_id: str) -> str:
        """Open a session; returns the bearer token, which the transport keeps for the next calls."""

    def send_batch(self, batch_id: str, body: bytes) -> BatchAnswer:
        """Send the stored bytes of a batch; the answer echoes the batch id."""

    def receipts(self, ids: Sequence[str]) -> list[Result]:
        """What the platform holds for these record ids: one accepted result per kept revision."""


def proven(answer: BatchAnswer, batch_id: str, sent: Sequence[tuple[str, int]]) -> bool:
    """Whether an answer proves what became of every item: batch id echoed, every item answered, in order.

    Args:
        answer: The answer as received.
        batch_id: Id of the batch that was sent.
        sent: (record id, revision) of each item in the order sent.
    """
    return answer.batch_id == batch_id and [(r.id, r.revision) for r in answer.results] == list(sent)


def receipts_from_json(data: Json) -> list[Result]:
    """Read the answer of ``GET /v1/receipts?ids=a,b``: ``{"results": [accepted result, …]}``.

    Raises:
        ContractError: the answer is malformed.
    """
    return [Result.from_json(entry) for entry in _list(_object(data, "answer").get("results"), "results")]


def token_from_json(data: Json) -> str:
    """Read the answer of ``POST /v1/sessions``: ``{"token": text}``.

    The request is ``{"user": name, "password": text, "device_id": id}``.

    Raises:
        ContractError: there is no token in it.
    """
    return _text(_object(data, "session"), "token")


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 time of the other side as an aware date-time, or None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _object(data: Json, name: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ContractError(f"{name} must be an object")
    return cast("dict[str, Any]", data)


def _list(data: Json, name: str) -> list[Any]:
    if not isinstance(data, list):
        raise ContractError(f"{name} must be a list")
    return data


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise ContractError(f"{name} must be a text")
    return value


def _number(members: dict[str, Any], name: str) -> int:
    return _whole(members.get(name), name)


def _whole(value: Json, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ContractError(f"{name} must be a whole number")
    return value


def _problem(data: Json) -> Problem:
    members = _object(data, "problem")
    for name in ("fields", "candidates"):
        _list(members.get(name, []), name)
    return Problem.from_json(members)
