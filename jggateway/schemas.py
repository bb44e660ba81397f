"""The shapes of the published contract (OpenAPI). What they mean is said in :mod:`jgclient.contract`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from jgclient.records import Json


class CapabilitiesOut(BaseModel):
    """What the platform can do."""

    server_time: str
    max_items: int
    max_bytes: int
    forms: dict[str, list[int]] = Field(description="Form id → versions")
    contract_version: int
    minimum_client: str
    max_attachment_bytes: int = Field(description="Most bytes of one file, 0: takes none")
    changes: list[str] = Field(description="Kinds that GET /v1/changes tells")
    public_key: str = Field(description="Packages are sealed for it; empty: takes none")
    encodings: list[str] = Field(description="Content encodings a batch may have")


class DeviceIn(BaseModel):
    """A device that makes packages."""

    device_id: str = Field(min_length=1, max_length=128)
    public_key: str = Field(min_length=1, max_length=256, description="JGK1-… as the client shows it")


class DeviceOut(BaseModel):
    """A registered device."""

    device_id: str
    unit_code: str


class SessionIn(BaseModel):
    """A log-in."""

    user: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)
    device_id: str = Field(min_length=1, max_length=128)


class SessionOut(BaseModel):
    """An open session."""

    token: str = Field(description="Bearer token for every other call")
    expires_at: str
    user: str
    unit_code: str
    role: Literal["clerk", "department", "region"]


class ItemIn(BaseModel):
    """One revision of a record."""

    id: str
    form: str
    form_version: int
    revision: int = Field(ge=1)
    base_revision: int = Field(
        ge=0, description="Newest accepted revision this one was made from, 0 for none"
    )
    operation: Literal["i", "u", "d"]
    author: str
    content: dict[str, Json]
    sha256: str = Field(description="Hash of form, form_version, operation, content, reasons, attachments")
    reasons: dict[str, str] = {}
    attachments: list[dict[str, Json]] = []


class BatchIn(BaseModel):
    """A batch of revisions."""

    batch_id: str
    device_id: str
    unit_code: str
    mode: Literal["commit", "validate"]
    items: list[ItemIn]


class ProblemOut(BaseModel):
    """One finding at an item."""

    pointer: str
    code: str
    kind: str
    strength: Literal["hard", "soft"]
    fields: list[str]
    message: str
    value: str
    help: str
    basis: str
    candidates: list[str]
    reason_required: bool


class ResultOut(BaseModel):
    """The answer to one item."""

    id: str
    revision: int
    outcome: Literal["accepted", "duplicate", "rejected", "conflict", "deferred"]
    receipt_no: str
    received_at: str
    sha256: str
    problems: list[ProblemOut]


class AnswerOut(BaseModel):
    """The answer to a batch: one result an item, in order."""

    batch_id: str
    server_time: str
    results: list[ResultOut]


class ReceiptsOut(BaseModel):
    """Receipts of the unit's own records, one accepted result a kept revision."""

    results: list[ResultOut]


class KeptRecordOut(ItemIn):
    """The newest accepted revision of a record, with its receipt."""

    receipt_no: str
    received_at: str


class RecordsOut(BaseModel):
    """Records of the unit in full."""

    records: list[KeptRecordOut]


Kind = Literal[
    "form", "codes", "calendar", "item", "implementation", "person", "object", "notice", "task", "returned"
]


class ChangeOut(BaseModel):
    """One entry of the delta feed."""

    kind: Kind
    id: str
    deleted: bool = Field(description="A tombstone: content is empty")
    changed_at: str
    sha256: str = Field(description="Hash of the content's canonical JSON; empty for a tombstone")
    cursor: str = Field(description="Where to go on once this entry has been applied")
    content: dict[str, Json]


class ChangesOut(BaseModel):
    """One page of the delta feed, oldest change first."""

    changes: list[ChangeOut]
    cursor: str = Field(description="Where to go on once all entries have been applied")
    more: bool
    server_time: str


class EntryIn(BaseModel):
    """An entry to publish or to take back."""

    kind: Kind
    id: str = Field("", max_length=600, description="Needed to take back; notices and tasks may choose it")
    unit: str = Field("", description="统一社会信用代码 of who gets it; empty for everybody")
    deleted: bool = False
    content: dict[str, Json] = Field(default={}, description="As GET /v1/changes tells it")


class ChangesIn(BaseModel):
    """Entries to publish, all or none."""

    entries: list[EntryIn] = Field(max_length=1000)


class EntryKeyOut(BaseModel):
    """What an entry is called."""

    kind: Kind
    id: str
    unit: str


class PublishedOut(BaseModel):
    """What became of the entries."""

    changed: int = Field(description="How many were new or different")
    entries: list[EntryKeyOut]


class ReasonIn(BaseModel):
    """Why a record is returned."""

    message: str = Field(min_length=1, max_length=500)
    fields: list[str] = []
    help: str = Field("", max_length=500)
    basis: str = Field("", max_length=500)


class ReturnIn(BaseModel):
    """A record to return."""

    record_id: str = Field(pattern="^[0-9A-Za-z_-]{1,64}$")
    problems: list[ReasonIn] = Field(min_length=1, max_length=50)


class ReturnedOut(BaseModel):
    """A returned record, as its unit is told."""

    record_id: str
    unit: str
    revision: int
    form: str
    sha256: str
    receipt_no: str
    problems: list[ProblemOut]
    returned_at: str


class MarkOut(BaseModel):
    """One record as it is compared."""

    id: str
    revision: int
    sha256: str
    operation: str
    receipt_no: str


class DayOut(BaseModel):
    """What is kept of one form and day."""

    form: str
    day: str = Field(description="ISO date, or empty for records without one")
    count: int
    sha256: str = Field(description="SHA-256 over a line “id revision sha256” a record, sorted by id")
    records: list[MarkOut] = Field(description="Only with detail=1")


class ReconciliationOut(BaseModel):
    """What is kept of a unit: only days with records."""

    unit: str
    server_time: str
    days: list[DayOut]


class UserIn(BaseModel):
    """A user to make."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)
    unit: str = Field(description="统一社会信用代码")
    role: Literal["clerk", "department", "region"]


class UserChangeIn(BaseModel):
    """What to change of a user."""

    password: str | None = Field(None, min_length=1, max_length=256)
    disabled: bool | None = None


class UserOut(BaseModel):
    """A user."""

    name: str
    unit: str
    role: Literal["clerk", "department", "region"]
    created_at: str
    disabled_at: str = Field(description="Empty while the user may log in")


class UsersOut(BaseModel):
    """Users the administrator manages."""

    users: list[UserOut]


class DeedOut(BaseModel):
    """One line of the audit."""

    id: int
    at: str
    actor: str
    unit: str
    action: str
    subject: str
    detail: str


class AuditOut(BaseModel):
    """Lines of the audit, oldest first; go on behind the last id."""

    deeds: list[DeedOut]


class HealthOut(BaseModel):
    """The gateway and its database answer."""

    status: Literal["ok"]


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str = Field(description="Chinese sentence with the remedy")
    code: str
