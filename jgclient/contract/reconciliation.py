"""Reconciliation (对账): both sides count and hash what the platform must hold, day by day, in the same way.

What is compared is the newest accepted revision of every record, withdrawals included. The day is the day of
the act (the form's date field), because periods of reporting are periods of acts; a record without one has
the empty day and belongs to every period.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jgclient.contract import reading
from jgclient.contract.batches import Item
from jgclient.records import Content, Json


@dataclass(frozen=True, slots=True)
class Mark:
    """One record as it is compared.

    Attributes:
        sha256: Hash of the revision (:func:`jgclient.records.payload_hash`).
        operation: ``d`` when the record is withdrawn.
        receipt_no: The platform's receipt of that revision.
    """

    id: str
    revision: int
    sha256: str
    operation: str = ""
    receipt_no: str = ""

    def to_json(self) -> dict[str, Json]:
        """The mark as a JSON object."""
        return {
            "id": self.id, "revision": self.revision, "sha256": self.sha256, "operation": self.operation,
            "receipt_no": self.receipt_no,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Mark:
        """Read one mark.

        Raises:
            ContractError: malformed.
        """
        members = reading.as_object(data, "record")
        return cls(
            reading.text(members, "id"), reading.number(members, "revision"), reading.text(members, "sha256"),
            reading.text_or(members, "operation"), reading.text_or(members, "receipt_no"),
        )  # fmt: skip


def marks_hash(marks: Iterable[Mark]) -> str:
    r"""The hash of a day: SHA-256 (hex) over one line ``id revision sha256\n`` a record, sorted by id.

    Equal hashes mean equal records on both sides; the count is beside it for people. No record at all has the
    hash of the empty text.
    """
    lines = sorted(f"{mark.id} {mark.revision} {mark.sha256}\n" for mark in marks)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def day_of(content: Content, date_field: str) -> str:
    """The day a record is counted under: the date of the act as ISO date, empty when there is none."""
    return str(content.get(date_field) or "")[:10] if date_field else ""


def in_period(day: str, first: date | None, last: date | None) -> bool:
    """Whether a record of ``day`` belongs to a period; one without a day belongs to every period."""
    begun = first is None or first.isoformat() <= day
    return not day or (begun and (last is None or day <= last.isoformat()))


@dataclass(frozen=True, slots=True)
class DayCount:
    """What the platform holds of one form and one day.

    Attributes:
        day: ISO date, or empty for records without one.
        count: Number of records.
        sha256: :func:`marks_hash` of them.
        records: The records, sorted by id; only with ``detail=1``.
    """

    form: str
    day: str
    count: int
    sha256: str
    records: tuple[Mark, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The day as a JSON object."""
        return {
            "form": self.form, "day": self.day, "count": self.count, "sha256": self.sha256,
            "records": [mark.to_json() for mark in self.records],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> DayCount:
        """Read one day.

        Raises:
            ContractError: malformed.
        """
        members = reading.as_object(data, "day")
        marks = reading.as_list(members.get("records", []), "records")
        return cls(
            reading.text(members, "form"), reading.day_text(members, "day"),
            reading.number(members, "count"), reading.text(members, "sha256"),
            tuple(map(Mark.from_json, marks)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The answer: only days with records, sorted by form and day."""

    unit: str
    server_time: str
    days: list[DayCount]

    def to_json(self) -> dict[str, Json]:
        """The answer as a JSON object."""
        return {
            "unit": self.unit, "server_time": self.server_time, "days": [day.to_json() for day in self.days],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Reconciliation:
        """Read the answer.

        Raises:
            ContractError: malformed.
        """
        members = reading.as_object(data, "reconciliation")
        days = reading.as_list(members.get("days"), "days")
        return cls(
            reading.text(members, "unit"), reading.text(members, "server_time"),
            [DayCount.from_json(entry) for entry in days],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """The newest accepted revision of a record in full, with its receipt (``GET /v1/records?ids=a,b``)."""

    item: Item
    receipt_no: str
    received_at: str

    def to_json(self) -> dict[str, Json]:
        """The item as it was sent, with ``receipt_no`` and ``received_at`` beside its members."""
        return {**self.item.to_json(), "receipt_no": self.receipt_no, "received_at": self.received_at}

    @classmethod
    def from_json(cls, data: Json) -> KeptRecord:
        """Read one kept record.

        Raises:
            ContractError: malformed, or the content does not have its hash.
        """
        members = reading.as_object(data, "record")
        item = Item.from_json(members)
        if item.true_hash() != item.sha256:
            raise reading.ContractError("record does not have its hash")
        return cls(item, reading.text(members, "receipt_no"), reading.text(members, "received_at"))


def records_from_json(data: Json) -> list[KeptRecord]:
    """Read the answer of ``GET /v1/records``: ``{"records": [kept record, …]}``.

    Raises:
        ContractError: malformed.
    """
    entries = reading.as_list(reading.as_object(data, "answer").get("records"), "records")
    return [KeptRecord.from_json(entry) for entry in entries]
