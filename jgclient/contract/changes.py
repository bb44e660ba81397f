"""Downwards: the delta feed of ``GET /v1/changes``, entry by entry, with tombstones.

An entry is identified by kind and id; a later entry replaces the earlier one, a deleted one is its tombstone.
Every entry carries the cursor that stands behind it, so that an entry which is refused here
is asked for again.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jgclient.contract import reading
from jgclient.contract.attachments import is_sha256
from jgclient.contract.reading import ContractError
from jgclient.forms.problems import Problem
from jgclient.installation import VERSION
from jgclient.records import Content, Json, canonical_json

#: Kinds whose content is a :class:`FileText`: a form version, a code list, a year of the calendar.
FILE_KINDS = ("form", "codes", "calendar")
#: Kinds whose content is a :class:`RegisterEntry`; the kind is the register's name.
REGISTER_KINDS = ("item", "implementation", "person", "object")
CHANGE_KINDS = (*FILE_KINDS, *REGISTER_KINDS, "notice", "task", "returned", "program")
#: Bytes of an update package in one entry at most; in base64 they fit into a page of the feed.
PIECE_BYTES, MOST_PIECES = 384 * 1024, 1000


def content_hash(content: Json) -> str:
    """SHA-256 (hex) of an entry's canonical JSON."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the feed.

    Attributes:
        kind: One of :data:`CHANGE_KINDS`; an unknown kind is newer than this program and is passed over.
        id: Form: ``check@2`` (id and version). Code list: its id. Calendar: the year. Registers: the
            canonical JSON of the row's key. Returned: the record's id. Notice, task: the platform's id.
            Program: version and number of the piece, ``0.2.0/3``.
        deleted: A tombstone; then ``content`` is empty.
        changed_at: Server time, ISO 8601.
        sha256: :func:`content_hash` of the content; empty for a tombstone.
        cursor: Where to go on once this entry has been applied.
    """

    kind: str
    id: str
    deleted: bool
    changed_at: str
    sha256: str
    cursor: str
    content: Content = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The entry as a JSON object."""
        return {
            "kind": self.kind, "id": self.id, "deleted": self.deleted, "changed_at": self.changed_at,
            "sha256": self.sha256, "cursor": self.cursor, "content": self.content,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> Change:
        """Read one entry; whether its content is sound is asked with :func:`read_content`.

        Raises:
            ContractError: a member is missing or of the wrong type.
        """
        members = reading.as_object(data, "change")
        return cls(
            kind=reading.text(members, "kind"), id=reading.text(members, "id"),
            deleted=reading.flag(members, "deleted"), changed_at=reading.text(members, "changed_at"),
            sha256=reading.text(members, "sha256"), cursor=reading.text(members, "cursor"),
            content=reading.as_object(members.get("content", {}), "content"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """One page of the feed, oldest change first.

    Attributes:
        cursor: Where to go on; that of the last entry, or the one asked with when there is none.
        more: There is another page already.
    """

    changes: list[Change]
    cursor: str
    more: bool
    server_time: str

    def to_json(self) -> dict[str, Json]:
        """The page as a JSON object."""
        return {
            "changes": [change.to_json() for change in self.changes], "cursor": self.cursor,
            "more": self.more, "server_time": self.server_time,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Json) -> ChangesPage:
        """Read a page.

        Raises:
            ContractError: the page is malformed.
        """
        members = reading.as_object(data, "changes")
        entries = reading.as_list(members.get("changes"), "changes")
        return cls(
            [Change.from_json(entry) for entry in entries], reading.text(members, "cursor"),
            reading.flag(members, "more"), reading.text(members, "server_time"),
        )  # fmt: skip


# -- what the entries hold ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileText:
    """A file of ``resources/`` as it is: ``forms/*.toml``, ``codes/*.csv`` or ``calendars/*.csv``.

    Attributes:
        name: File name without folder, e.g. ``check.toml``.
        text: The whole text of the file.
        title: Title of a code list or calendar year, as the folder's ``index.csv`` names it.
        source: Where it comes from, as the index names it.
    """

    name: str
    text: str
    title: str = ""
    source: str = ""

    @classmethod
    def from_json(cls, data: Json) -> FileText:
        """Read ``{"name", "text", "title", "source"}``.

        Raises:
            ContractError: malformed, or the name is not a plain file name.
        """
        members = reading.as_object(data, "content")
        name = reading.text(members, "name")
        if not name or name.startswith(".") or any(sign in name for sign in '/\\:\0*?"<>|'):
            raise ContractError("name must be a plain file name")
        return cls(
            name, reading.text(members, "text"), reading.text_or(members, "title"),
            reading.text_or(members, "source"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One row of a register.

    Attributes:
        key: What makes two rows the same, as the register form says; the first is looked up by.
        content: JSON values by field name of the register form.
        valid_from: ISO date, empty when it always was.
        valid_to: ISO date, empty while it is in force.
    """

    key: tuple[str, ...]
    content: Content
    valid_from: str = ""
    valid_to: str = ""

    @classmethod
    def from_json(cls, data: Json) -> RegisterEntry:
        """Read ``{"key", "content", "valid_from", "valid_to"}``.

        Raises:
            ContractError: malformed, or the key is empty.
        """
        members = reading.as_object(data, "content")
        key = reading.as_texts(members.get("key"), "key")
        if not any(key):
            raise ContractError("key must not be empty")
        return cls(
            key, reading.as_object(members.get("content"), "content"),
            reading.day_text(members, "valid_from"), reading.day_text(members, "valid_to"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to read (通知).

    Attributes:
        published_on: ISO date.
        valid_to: ISO date after which it need not be shown; empty for always.
    """

    title: str
    text: str
    published_on: str = ""
    valid_to: str = ""

    @classmethod
    def from_json(cls, data: Json) -> Notice:
        """Read ``{"title", "text", "published_on", "valid_to"}``.

        Raises:
            ContractError: malformed, or without title.
        """
        members = reading.as_object(data, "content")
        return cls(
            _title(members), reading.text_or(members, "text"), reading.day_text(members, "published_on"),
            reading.day_text(members, "valid_to"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do (任务): a risk clue to verify, a joint inspection, a complaint.

    Attributes:
        due_on: ISO date, empty without a limit.
        form: Id of the form whose record answers the task; empty when none is asked for.
        content: JSON values by field name to begin that record with.
        basis: Legal basis of the limit.
    """

    title: str
    text: str
    due_on: str = ""
    form: str = ""
    content: Content = field(default_factory=dict)
    basis: str = ""

    @classmethod
    def from_json(cls, data: Json) -> Task:
        """Read ``{"title", "text", "due_on", "form", "content", "basis"}``.

        Raises:
            ContractError: malformed, or without title.
        """
        members = reading.as_object(data, "content")
        return cls(
            _title(members), reading.text_or(members, "text"), reading.day_text(members, "due_on"),
            reading.text_or(members, "form"), reading.as_object(members.get("content", {}), "content"),
            reading.text_or(members, "basis"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Returned:
    """A record that was accepted and has been returned (退回) by a person, with reasons.

    Its receipts stay valid. The next revision is an edit (operation ``u``) based on ``revision``; when it is
    accepted, the entry gets its tombstone.

    Attributes:
        revision: The accepted revision that is returned.
        form: Form id of the record.
        sha256: Hash of that revision.
        receipt_no: Its receipt.
        problems: The reasons, at their fields.
        returned_at: Server time, ISO 8601.
    """

    revision: int
    form: str
    sha256: str
    receipt_no: str
    problems: tuple[Problem, ...]
    returned_at: str

    @classmethod
    def from_json(cls, data: Json) -> Returned:
        """Read ``{"revision", "form", "sha256", "receipt_no", "problems", "returned_at"}``.

        Raises:
            ContractError: malformed, or without a reason.
        """
        members = reading.as_object(data, "content")
        reasons = reading.as_list(members.get("problems"), "problems")
        if not reasons:
            raise ContractError("problems must not be empty")
        return cls(
            reading.number(members, "revision"), reading.text(members, "form"),
            reading.text(members, "sha256"), reading.text(members, "receipt_no"),
            tuple(map(reading.problem, reasons)), reading.text(members, "returned_at"),
        )  # fmt: skip

    def to_json(self) -> dict[str, Json]:
        """The content as a JSON object."""
        return {
            "revision": self.revision, "form": self.form, "sha256": self.sha256,
            "receipt_no": self.receipt_no, "problems": [problem.to_json() for problem in self.problems],
            "returned_at": self.returned_at,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProgramPiece:
    """A piece of an update package of the client, which carries its publisher's signature inside.

    Attributes:
        version: Version of the new program.
        number: Which piece, from 1.
        count: Number of pieces.
        sha256: Hash of the whole package (hex).
        data: The bytes.
    """

    version: str
    number: int
    count: int
    sha256: str
    data: bytes

    @classmethod
    def from_json(cls, data: Json) -> ProgramPiece:
        """Read ``{"version", "number", "count", "sha256", "data"}``, the data in base64.

        Raises:
            ContractError: malformed.
        """
        members = reading.as_object(data, "content")
        version, sha256 = reading.text(members, "version"), reading.text(members, "sha256")
        number, count = reading.number(members, "number"), reading.number(members, "count")
        if not VERSION.fullmatch(version) or not is_sha256(sha256) or not 1 <= number <= count <= MOST_PIECES:
            raise ContractError("version, sha256, number or count is wrong")
        try:
            piece = base64.b64decode(reading.text(members, "data"), validate=True)
        except ValueError as error:
            raise ContractError("data must be base64") from error
        return cls(version, number, count, sha256, piece)

    @property
    def entry_id(self) -> str:
        """What the entry is called in the feed."""
        return f"{self.version}/{self.number}"

    def to_json(self) -> dict[str, Json]:
        """The content of its entry."""
        return {
            "version": self.version, "number": self.number, "count": self.count, "sha256": self.sha256,
            "data": base64.b64encode(self.data).decode("ascii"),
        }  # fmt: skip


ChangeContent = FileText | RegisterEntry | Notice | Task | Returned | ProgramPiece

_READERS: dict[str, Callable[[Json], ChangeContent]] = {
    **dict.fromkeys(FILE_KINDS, FileText.from_json),
    **dict.fromkeys(REGISTER_KINDS, RegisterEntry.from_json),
    "notice": Notice.from_json,
    "task": Task.from_json,
    "returned": Returned.from_json,
    "program": ProgramPiece.from_json,
}


def read_content(change: Change) -> ChangeContent | None:
    """What an entry holds; None for a tombstone and for a kind that this program does not know.

    Raises:
        ContractError: the content is broken, or is not the one its hash stands for.
    """
    reader = _READERS.get(change.kind)
    if change.deleted or reader is None:
        return None
    if content_hash(change.content) != change.sha256:
        raise ContractError(f"content of {change.kind} {change.id} does not have its hash")
    return reader(change.content)


def _title(members: dict[str, Any]) -> str:
    title = reading.text(members, "title")
    if not title.strip():
        raise ContractError("title must not be empty")
    return title
