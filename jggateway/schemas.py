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
    encodings: list[str] = Field(description="Content encodings of a batch's body, e.g. gzip")


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
