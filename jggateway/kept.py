"""What the gateway keeps for ever: answered batches, accepted revisions and their receipts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from jgclient.contract import Item, Outcome, Result
from jgclient.forms.definition import Form
from jgclient.records import Json, canonical_json
from jggateway.tables import batches, receipt_numbers, records, records_kept, users

#: Columns of ``records`` that are filled from the field the form names for them.
INDEXED = {"number": "number_field", "party_code": "party_code_field", "act_date": "date_field"}


@dataclass(frozen=True, slots=True)
class Head:
    """The newest accepted revision of a record; the starting point of every decision about the next one."""

    unit: str
    form: str
    revision: int
    operation: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a revision was accepted.

    Attributes:
        received_at: Server time of acceptance, ISO 8601 with offset.
    """

    id: str
    revision: int
    sha256: str
    receipt_no: str
    received_at: str

    def result(self, outcome: Outcome = "accepted") -> Result:
        """The receipt as the contract tells it."""
        return Result(self.id, self.revision, outcome, self.receipt_no, self.received_at, self.sha256)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a batch came in.

    Attributes:
        key: The Idempotency-Key it was sent under; the batch id when there was none.
        body_sha256: Hash of the exact bytes.
        received_at: Server time, ISO 8601 with offset.
    """

    batch_id: str
    key: str
    unit: str
    user: str
    device: str
    body_sha256: str
    received_at: str


class Raced(Exception):  # noqa: N818  # an event of the domain, not a fault
    """Another sender was faster; look again."""


# -- batches ---------------------------------------------------------------------------------------------


def claim_batch(connection: Connection, arrival: Arrival) -> None:
    """Take a batch id and key for this transaction.

    Raises:
        Raced: the id or the key was used before, or is being used by another transaction that came first.
    """
    row = {
        "unit": arrival.unit, "id": arrival.batch_id, "idempotency_key": arrival.key,
        "device": arrival.device, "user": arrival.user, "body_sha256": arrival.body_sha256, "answer": "",
        "received_at": arrival.received_at,
    }  # fmt: skip
    try:
        with connection.begin_nested():
            connection.execute(insert(batches).values(row))
    except IntegrityError as error:
        raise Raced from error


def keep_answer(connection: Connection, unit: str, batch_id: str, answer: Json) -> None:
    """Store the answer of a claimed batch, to be given again whenever it is asked for."""
    mine = (batches.c.unit == unit) & (batches.c.id == batch_id)
    connection.execute(update(batches).where(mine).values(answer=canonical_json(answer)))


def earlier_answer(connection: Connection, arrival: Arrival) -> Json | None:
    """The answer these bytes were given under this id and key; None when other bytes came under either."""
    same = or_(batches.c.id == arrival.batch_id, batches.c.idempotency_key == arrival.key)
    found = connection.execute(
        select(batches.c.body_sha256, batches.c.answer).where(batches.c.unit == arrival.unit, same)
    ).all()
    if len(found) == 1 and found[0].body_sha256 == arrival.body_sha256:
        return json.loads(found[0].answer)
    return None


def answer_of(connection: Connection, unit: str, batch_id: str) -> Json | None:
    """The answer a unit's batch was given, or None when the unit sent no such batch."""
    text = connection.scalar(select(batches.c.answer).where(batches.c.unit == unit, batches.c.id == batch_id))
    return json.loads(text) if text else None


# -- records ---------------------------------------------------------------------------------------------


def head_of(connection: Connection, record_id: str) -> Head | None:
    """The newest accepted revision of a record, of whatever unit."""
    row = connection.execute(_HEAD, {"wanted": record_id}).first()
    return Head(*row) if row else None


def receipt_of(connection: Connection, record_id: str, revision: int) -> Receipt | None:
    """The receipt of exactly this revision."""
    row = connection.execute(_RECEIPT, {"wanted": record_id, "number": revision}).first()
    return Receipt(*row) if row else None


def receipts_of(connection: Connection, unit: str, ids: Iterable[str]) -> list[Receipt]:
    """All receipts of a unit's records, by record and revision."""
    table = records_kept.c
    rows = connection.execute(
        _RECEIPTS.where(table.id.in_(list(ids)), table.unit == unit).order_by(table.id, table.revision)
    )
    return [Receipt(*row) for row in rows]


# Built once: putting a statement together takes longer than running it.
_HEAD = select(records.c.unit, records.c.form, records.c.revision, records.c.operation).where(
    records.c.id == bindparam("wanted")
)
_RECEIPTS = select(
    records_kept.c.id, records_kept.c.revision, records_kept.c.sha256, records_kept.c.receipt_no,
    records_kept.c.received_at,
)  # fmt: skip
_RECEIPT = _RECEIPTS.where(
    records_kept.c.id == bindparam("wanted"), records_kept.c.revision == bindparam("number")
)
_INSERT_HEAD, _INSERT_REVISION = insert(records), insert(records_kept)
_INSERT_NUMBER = insert(receipt_numbers)


def keep_revision(connection: Connection, item: Item, form: Form, arrival: Arrival) -> Receipt:
    """Keep an accepted revision and give it its receipt.

    Raises:
        Raced: the record's newest revision is not ``item.base_revision`` (any more).
    """
    _move_head(connection, item, form, arrival.unit)
    receipt_no = _next_receipt_no(connection, arrival.received_at)
    row = {
        "id": item.id, "revision": item.revision, "base_revision": item.base_revision, "form": item.form,
        "form_version": item.form_version, "operation": item.operation, "unit": arrival.unit,
        "author": item.author, "content": canonical_json(item.content),
        "reasons": canonical_json(item.reasons), "attachments": canonical_json(item.attachments),
        "sha256": item.sha256, "receipt_no": receipt_no, "received_at": arrival.received_at,
        "batch_id": arrival.batch_id,
    }  # fmt: skip
    connection.execute(_INSERT_REVISION, row)
    return Receipt(item.id, item.revision, item.sha256, receipt_no, arrival.received_at)


def _move_head(connection: Connection, item: Item, form: Form, unit: str) -> None:
    row = {
        "id": item.id, "unit": unit, "form": item.form, "revision": item.revision,
        "operation": item.operation,
        **{column: indexed_text(item.content, getattr(form, field)) for column, field in INDEXED.items()},
    }  # fmt: skip
    if item.base_revision:
        based = (records.c.id == item.id) & (records.c.revision == item.base_revision)
        if connection.execute(update(records).where(based).values(row)).rowcount != 1:
            raise Raced
        return
    try:
        connection.execute(_INSERT_HEAD, row)
    except IntegrityError as error:
        raise Raced from error


def _next_receipt_no(connection: Connection, received_at: str) -> str:
    made = connection.execute(_INSERT_NUMBER)
    number = cast("Row[tuple[int]]", made.inserted_primary_key)[0]
    return f"HN{received_at[:10].replace('-', '')}{number:08d}"


def indexed_text(content: Mapping[str, Json], name: str) -> str:
    """A field's value as the text that is kept in an index column."""
    value = content.get(name) if name else None
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical_json(value)


# -- counting --------------------------------------------------------------------------------------------


def counts(connection: Connection) -> Mapping[str, int]:
    """How much is kept: records, accepted revisions, receipts, batches and users."""
    return {
        "records": _count(connection, select(func.count()).select_from(records)),
        "accepted": _count(connection, select(func.count()).select_from(records_kept)),
        "receipts": _count(connection, select(func.count(records_kept.c.receipt_no.distinct()))),
        "batches": _count(connection, select(func.count()).select_from(batches)),
        "users": _count(connection, select(func.count()).select_from(users)),
    }


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.scalar(query) or 0
