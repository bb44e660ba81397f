"""What the gateway keeps for ever, as it is asked for: answered batches, accepted revisions, receipts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from jgclient.contract import Item, KeptRecord, Outcome, Result
from jgclient.records import Json
from jggateway.tables import batches, records, records_kept, users


@dataclass(frozen=True, slots=True)
class Head:
    """The newest accepted revision of a record; the starting point of every decision about the next one."""

    id: str
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


# -- batches ---------------------------------------------------------------------------------------------


class KeyReused(Exception):  # noqa: N818  # the client's fault, told as an answer
    """Other bytes were sent under the same batch id or Idempotency-Key."""


# Built once: putting a statement together takes longer than running it.
_EARLIER = select(batches.c.body_sha256, batches.c.answer).where(
    batches.c.unit == bindparam("of_unit"),
    or_(batches.c.id == bindparam("wanted"), batches.c.idempotency_key == bindparam("key")),
)


def earlier_answer(connection: Connection, arrival: Arrival) -> str | None:
    """The answer, as JSON, that these bytes were given before; None when nothing came under id or key.

    Raises:
        KeyReused: other bytes came under the id or the key.
    """
    wanted = {"of_unit": arrival.unit, "wanted": arrival.batch_id, "key": arrival.key}
    found = connection.execute(_EARLIER, wanted).all()
    if not found:
        return None
    if len(found) > 1 or found[0].body_sha256 != arrival.body_sha256:
        raise KeyReused
    return str(found[0].answer)


def answer_of(connection: Connection, unit: str, batch_id: str) -> str | None:
    """The answer, as JSON, that a unit's batch was given; None when the unit sent no such batch."""
    return connection.scalar(select(batches.c.answer).where(batches.c.unit == unit, batches.c.id == batch_id))


# -- records ---------------------------------------------------------------------------------------------

_HEADS = select(records.c.id, records.c.unit, records.c.form, records.c.revision, records.c.operation).where(
    records.c.id.in_(bindparam("wanted", expanding=True))
)
_RECEIPTS = select(
    records_kept.c.id, records_kept.c.revision, records_kept.c.sha256, records_kept.c.receipt_no,
    records_kept.c.received_at,
).where(records_kept.c.id.in_(bindparam("wanted", expanding=True)))  # fmt: skip


def heads_of(connection: Connection, ids: Iterable[str]) -> dict[str, Head]:
    """The newest accepted revisions of these records, of whatever unit."""
    rows = connection.execute(_HEADS, {"wanted": list(ids)})
    return {row.id: Head(*row) for row in rows}


def receipts_of(connection: Connection, ids: Iterable[str], unit: str | None = None) -> list[Receipt]:
    """All receipts of these records, by record and revision; of one unit only when it is given."""
    table = records_kept.c
    query = _RECEIPTS if unit is None else _RECEIPTS.where(table.unit == unit)
    rows = connection.execute(query.order_by(table.id, table.revision), {"wanted": list(ids)})
    return [Receipt(*row) for row in rows]


def kept_records(connection: Connection, unit: str, ids: Iterable[str]) -> list[KeptRecord]:
    """The newest accepted revisions of a unit's records in full, by record."""
    newest = (records.c.id == records_kept.c.id) & (records.c.revision == records_kept.c.revision)
    rows = connection.execute(
        select(records_kept).join(records, newest)
        .where(records.c.unit == unit, records.c.id.in_(list(ids))).order_by(records.c.id)
    )  # fmt: skip
    return [_kept_record(dict(row._mapping)) for row in rows]  # SQLAlchemy's public name for it


def _kept_record(row: dict[str, Json]) -> KeptRecord:
    item = Item(
        row["id"], row["form"], row["form_version"], row["revision"], row["base_revision"], row["operation"],
        row["author"], json.loads(row["content"]), row["sha256"], json.loads(row["reasons"]),
        json.loads(row["attachments"]),
    )  # fmt: skip
    return KeptRecord(item, row["receipt_no"], row["received_at"])


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
