"""Batches, their answers and receipts, and what a platform can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from jgclient.contract.reading import (
    ContractError,
    as_list,
    as_object,
    as_texts,
    as_whole,
    number,
    problem,
    text,
)
from jgclient.forms.problems import Problem
from jgclient.records import Content, Json, Revision, canonical_json, payload_hash

CONTRACT_VERSION = 1
Outcome = Literal["accepted", "duplicate", "rejected", "conflict", "deferred"]
OUTCOMES: tuple[Outcome, ...] = ("accepted", "duplicate", "rejected", "conflict", "deferred")
Mode = Literal["commit", "validate"]


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

    def to_json(self) -> dict[str, Json]:
        """The item as a JSON object; its content is not copied."""
        return {
            "id": self.id, "form": self.form, "form_version": self.form_version, "revision": self.revision,
            "base_revision": self.base_revision, "operation": self.operation, "author": self.author,
            "content": self.content, "sha256": self.sha256, "reasons": self.reasons,
            "attachments": self.attachments,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Item:
        """Read one item.

        Raises:
            ContractError: a member is missing or of the wrong type.
        """
        members = as_object(data, "item")
        operation = text(members, "operation")
        if operation not in ("i", "u", "d"):
            raise ContractError(f"operation must be i, u or d, not {operation!r}")
        return cls(
            id=text(members, "id"), form=text(members, "form"),
            form_version=number(members, "form_version"), revision=number(members, "revision"),
            base_revision=number(members, "base_revision"),
            operation=cast("Literal['i', 'u', 'd']", operation), author=text(members, "author"),
            content=as_object(members.get("content"), "content"), sha256=text(members, "sha256"),
            reasons={str(k): str(v) for k, v in as_object(members.get("reasons", {}), "reasons").items()},
            attachments=list(as_list(members.get("attachments", []), "attachments")),
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
        members = {
            "batch_id": self.batch_id, "device_id": self.device_id, "unit_code": self.unit_code,
            "mode": self.mode, "items": [item.to_json() for item in self.items],
        }  # fmt: skip
        return canonical_json(members).encode()

    @classmethod
    def from_json(cls, data: Json) -> Batch:
        """Read a batch.

        Raises:
            ContractError: the batch or one of its items is malformed.
        """
        members = as_object(data, "batch")
        mode = text(members, "mode")
        if mode not in ("commit", "validate"):
            raise ContractError(f"mode must be commit or validate, not {mode!r}")
        return cls(
            batch_id=text(members, "batch_id"), device_id=text(members, "device_id"),
            unit_code=text(members, "unit_code"), mode=cast("Mode", mode),
            items=[Item.from_json(entry) for entry in as_list(members.get("items"), "items")],
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
        members = as_object(data, "result")
        outcome = text(members, "outcome")
        if outcome not in OUTCOMES:
            raise ContractError(f"unknown outcome {outcome!r}")
        problems = as_list(members.get("problems", []), "problems")
        return cls(
            id=text(members, "id"), revision=number(members, "revision"), outcome=outcome,
            receipt_no=str(members.get("receipt_no") or ""),
            received_at=str(members.get("received_at") or ""), sha256=str(members.get("sha256") or ""),
            problems=[problem(p) for p in problems],
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
        members = as_object(data, "answer")
        return cls(
            batch_id=text(members, "batch_id"), server_time=text(members, "server_time"),
            results=[Result.from_json(entry) for entry in as_list(members.get("results"), "results")],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform says it can do (``GET /v1/capabilities``).

    Attributes:
        max_items: Most items of a batch, and most ids of one question.
        max_bytes: Most bytes of a batch.
        forms: Form id → versions.
        max_attachment_bytes: Most bytes of one file; 0 for a platform that takes no attachments.
        changes: Kinds of entries that ``GET /v1/changes`` tells; empty when there is no such feed.
        encodings: Content encodings that the body of a batch may have, e.g. ``gzip``.
        public_key: What packages for this platform are sealed for and its answers are signed with
            (:class:`jgclient.packages.PublicKey` as text); empty when it takes no packages.
    """

    server_time: str
    max_items: int
    max_bytes: int
    forms: dict[str, list[int]]
    contract_version: int = CONTRACT_VERSION
    minimum_client: str = "0.1.0"
    max_attachment_bytes: int = 0
    changes: tuple[str, ...] = ()
    public_key: str = ""
    encodings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Json) -> Capabilities:
        """Read capabilities.

        Raises:
            ContractError: malformed.
        """
        members = as_object(data, "capabilities")
        forms = as_object(members.get("forms", {}), "forms")
        return cls(
            server_time=text(members, "server_time"), max_items=number(members, "max_items"),
            max_bytes=number(members, "max_bytes"),
            forms={name: [as_whole(v, name) for v in as_list(found, name)] for name, found in forms.items()},
            contract_version=as_whole(members.get("contract_version", CONTRACT_VERSION), "contract_version"),
            minimum_client=str(members.get("minimum_client", "")),
            max_attachment_bytes=as_whole(members.get("max_attachment_bytes", 0), "max_attachment_bytes"),
            changes=as_texts(members.get("changes", []), "changes"),
            public_key=str(members.get("public_key", "")),
            encodings=as_texts(members.get("encodings", []), "encodings"),
        )  # fmt: skip


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
    return [Result.from_json(entry) for entry in as_list(as_object(data, "answer").get("results"), "results")]


def token_from_json(data: Json) -> str:
    """Read the answer of ``POST /v1/sessions``: ``{"token": text}``.

    The request is ``{"user": name, "password": text, "device_id": id}``.

    Raises:
        ContractError: there is no token in it.
    """
    return text(as_object(data, "session"), "token")
