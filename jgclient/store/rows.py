"""What the store hands out and takes in: plain frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jgclient.forms.problems import Problem
from jgclient.records import Content, State


@dataclass(frozen=True, slots=True)
class Summary:
    """How a record shows in lists; computed by whoever knows the form (``title_field`` and its kin).

    Attributes:
        act_date: Date of the act as ISO text, empty when unknown.
    """

    title: str = ""
    number: str = ""
    party: str = ""
    party_code: str = ""
    item: str = ""
    act_date: str = ""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of the records list; everything in it is derived and can be rebuilt.

    Attributes:
        updated_at: Last change of the content (draft kept or revision made).
        revision: Number of the last revision, 0 when the record was never finished.
        receipt_no: Newest receipt, empty when there is none.
        reason: Why the record does not go on: first hard problem, the platform's words, or why it is parked.
        hard_problems: Number of hard problems now standing.
        urgent_by: Last day to report the last revision.
    """

    id: str
    form: str
    state: State
    title: str
    number: str
    party: str
    party_code: str
    item: str
    act_date: str
    author: str
    updated_at: datetime
    revision: int
    receipt_no: str
    reason: str
    hard_problems: int
    urgent_by: date | None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What was typed and is not finished."""

    record_id: str
    form: str
    form_version: int
    texts: dict[str, str]
    reasons: dict[str, str]
    problems: list[Problem]
    hard_problems: int
    base_revision: int
    offered: bool
    author: str
    saved_at: datetime
    summary: Summary


@dataclass(frozen=True, slots=True)
class TrashRow:
    """A dropped draft in the 回收站."""

    trash_id: int
    record_id: str
    form: str
    title: str
    dropped_at: datetime


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list.

    Attributes:
        form: Form id, empty for all.
        states: States wanted, empty for all.
        text: Words to search; every word must occur somewhere in the record (any part of a word).
        sort: Name of a :class:`RecordRow` attribute.
        limit: Rows of one page.
        ids: Only these records, None for all.
        since: First day of the act as ISO text, empty for no limit; records without a day are left out then.
        until: Last day of the act, likewise.
        author: Only records of this person, empty for all.
    """

    form: str = ""
    states: frozenset[State] = frozenset()
    text: str = ""
    sort: str = "updated_at"
    descending: bool = True
    limit: int = 200
    offset: int = 0
    ids: tuple[str, ...] | None = None
    since: str = ""
    until: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class NextRevision:
    """What the next revision of a record has to say of itself.

    Attributes:
        operation: ``i`` while nothing of the record was ever accepted, else ``u``.
        base_revision: Last accepted revision, 0 when there is none.
        revision: Number it must carry.
        previous: Chain hash it must continue, empty for the first.
    """

    operation: str
    base_revision: int
    revision: int
    previous: str


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch whose exact bytes were kept before they were sent.

    Attributes:
        items: (record id, revision) in the order sent.
    """

    batch_id: str
    body: bytes
    items: list[tuple[str, int]]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """Proof that the platform has a revision. Kept for ever.

    Attributes:
        sha256: Hash of the revision the receipt stands for.
        received_at: Server time of acceptance as the platform wrote it.
        server_time: Server time of the answer as the platform wrote it.
        author: Who had finished the revision.
    """

    record_id: str
    revision: int
    receipt_no: str
    sha256: str
    received_at: str
    server_time: str
    batch_id: str
    author: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row of a register (catalogue, regions, parties …).

    Attributes:
        key: What makes the row one row; the first part is what references point at.
        valid_from: First day of validity as ISO text, empty for always.
        valid_to: Last day of validity as ISO text, empty for ever.
    """

    key: tuple[str, ...]
    content: Content
    valid_from: str = ""
    valid_to: str = ""


@dataclass(frozen=True, slots=True)
class Surprise:
    """An answer that does not fit what was sent; it was not believed.

    Attributes:
        why: One Chinese sentence.
    """

    record_id: str
    revision: int
    why: str
