"""What is inside a package: its manifest, and the documents of an answer."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from jgclient.contract import BatchAnswer, ContractError, is_sha256
from jgclient.contract.reading import as_list, as_object, number, text
from jgclient.packages.volumes import Envelope
from jgclient.records import Json, canonical_json


@dataclass(frozen=True, slots=True)
class Piece:
    """One document or attachment as the manifest lists it.

    Attributes:
        name: Batch id of a document; SHA-256 of an attachment.
        size: Bytes.
    """

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, name: str, data: bytes) -> Piece:
        """The entry of these bytes."""
        return cls(name, hashlib.sha256(data).hexdigest(), len(data))

    @classmethod
    def from_json(cls, data: Json) -> Piece:
        """Read one entry.

        Raises:
            ContractError: it is malformed.
        """
        members = as_object(data, "piece")
        piece = cls(text(members, "name"), text(members, "sha256"), number(members, "size"))
        if not is_sha256(piece.sha256) or piece.size < 0:
            raise ContractError("piece must have a SHA-256 and a size")
        return piece


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a package. The first members are those of the envelope, so that neither fits another.

    Attributes:
        documents: The batches of a package, or the :class:`BatchReply` of each in an answer, in order.
        attachments: Files the records name; none in an answer.
    """

    kind: str
    package_id: str
    unit_code: str
    device_id: str
    made_at: str
    sender: str
    documents: tuple[Piece, ...]
    attachments: tuple[Piece, ...] = ()

    @classmethod
    def from_json(cls, data: Json) -> Manifest:
        """Read a manifest.

        Raises:
            ContractError: it is malformed.
        """
        members = as_object(data, "manifest")
        pieces = {
            name: tuple(Piece.from_json(entry) for entry in as_list(members.get(name), name))
            for name in ("documents", "attachments")
        }
        named = ("kind", "package_id", "unit_code", "device_id", "made_at", "sender")
        return cls(**{name: text(members, name) for name in named}, **pieces)  # type: ignore[arg-type]  # each by its name

    def to_bytes(self) -> bytes:
        """The manifest as it is packed."""
        return canonical_json(asdict(self)).encode()

    def fits(self, envelope: Envelope) -> bool:
        """Whether this is the manifest of that envelope's package."""
        mine = (self.kind, self.package_id, self.unit_code, self.device_id, self.made_at, self.sender)
        told = (
            envelope.kind, envelope.package_id, envelope.unit_code, envelope.device_id, envelope.made_at,
            str(envelope.sender),
        )  # fmt: skip
        return mine == told


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What became of one batch of a package.

    Attributes:
        answer: The answer as it would have come online; None when the batch was refused as a whole.
        refusal: Why it was refused, a Chinese sentence; empty when there is an answer.
    """

    batch_id: str
    answer: BatchAnswer | None
    refusal: str = ""

    def to_bytes(self) -> bytes:
        """The document of an answer package."""
        answer = self.answer.to_json() if self.answer else None
        members = {"batch_id": self.batch_id, "answer": answer, "refusal": self.refusal}
        return canonical_json(members).encode()

    @classmethod
    def from_json(cls, data: Json) -> BatchReply:
        """Read one document.

        Raises:
            ContractError: it is malformed.
        """
        members = as_object(data, "reply")
        told = members.get("answer")
        answer = None if told is None else BatchAnswer.from_json(told)
        return cls(text(members, "batch_id"), answer, text(members, "refusal"))
