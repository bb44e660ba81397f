"""Attachments: files addressed by their SHA-256, sent in pieces by tus 1.0 (resumable uploads, tus.io).

A record is committed only when every file it names is confirmed; until then its outcome is ``deferred`` with
a problem of code :data:`ATTACHMENT_MISSING` that names the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jgclient.contract import reading
from jgclient.contract.reading import ContractError
from jgclient.records import Json

TUS_VERSION = "1.0.0"
#: Media type of the body of a tus ``PATCH``.
TUS_MEDIA_TYPE = "application/offset+octet-stream"
#: Bytes of one file that every platform takes.
MAX_ATTACHMENT_BYTES = 100 * 2**20
#: Code of the problem at a deferred record; its ``value`` is the SHA-256, its message has the file name.
ATTACHMENT_MISSING = "attachment-missing"

_SHA256 = re.compile("[0-9a-f]{64}")


def is_sha256(text: str) -> bool:
    """Whether ``text`` is a SHA-256 as the contract writes it: 64 lower-case hex digits."""
    return _SHA256.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a record, as fields of type ``attachments`` and items name it.

    Attributes:
        name: File name as shown; never used as a path.
        size: Bytes.
    """

    sha256: str
    name: str
    size: int

    @classmethod
    def from_json(cls, data: Json) -> Attachment:
        """Read ``{"sha256", "name", "size"}``.

        Raises:
            ContractError: a member is missing or wrong.
        """
        members = reading.as_object(data, "attachment")
        made = cls(
            reading.text(members, "sha256"), reading.text(members, "name"), reading.number(members, "size")
        )
        if not is_sha256(made.sha256) or made.size < 0:
            raise ContractError("attachment must have a SHA-256 and a size")
        return made

    def to_json(self) -> dict[str, Json]:
        """The attachment as a JSON object."""
        return {"sha256": self.sha256, "name": self.name, "size": self.size}


def attachments_from_json(data: Iterable[Json]) -> list[Attachment]:
    """Read the ``attachments`` of an item.

    Raises:
        ContractError: one of them is malformed.
    """
    return [Attachment.from_json(entry) for entry in data]


@dataclass(frozen=True, slots=True)
class AttachmentState:
    """How much of a file has arrived.

    Attributes:
        offset: Bytes that have arrived.
        size: Bytes of the whole file.
    """

    offset: int
    size: int

    @property
    def confirmed(self) -> bool:
        """All bytes have arrived; a platform says so only after it has verified the hash."""
        return self.offset == self.size
