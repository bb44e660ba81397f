"""Writes what was accepted: the answered batch, the newest revisions, the revisions themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from jgclient.contract import Item
from jgclient.forms.definition import Form
from jgclient.records import Json, canonical_json
from jggateway.kept import Arrival, Head
from jggateway.tables import batches, receipt_numbers, records, records_kept

#: Columns of ``records`` that are filled from the field the form names for them.
INDEXED = {"number": "number_field", "party_code": "party_code_field", "act_date": "date_field"}
#: Characters of a value that an index column keeps: it only narrows a search, and no index holds long texts.
INDEXED_LENGTH = 200


#: Receipt numbers left out after a restore: more than any platform gives between two backups.
PASSED_OVER = 1_000_000


class Raced(Exception):  # noqa: N818  # an event of the domain, not a fault
    """Another sender was faster; look again."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An item that is to be kept.

    Attributes:
        indexed: :func:`indexed_texts` of its content.
    """

    item: Item
    indexed: Mapping[str, str]


def indexed_texts(content: Mapping[str, Json], form: Form) -> dict[str, str]:
    """The values of the index columns of ``records``."""
    return {column: indexed_text(content, getattr(form, field)) for column, field in INDEXED.items()}


def indexed_text(content: Mapping[str, Json], name: str) -> str:
    """A field's value as the text that is kept in an index column."""
    value = content.get(name) if name else None
    if value is None:
        return ""
    return shortened(value if isinstance(value, str) else canonical_json(value))


def shortened(text: str) -> str:
    """A text as index columns hold it."""
    return text[:INDEXED_LENGTH].replace("\0", " ")


# Built once: putting a statement together takes longer than running it.
_INSERT_NUMBER = insert(receipt_numbers).returning(receipt_numbers.c.number, sort_by_parameter_order=True)
_INSERT_BATCH, _INSERT_HEAD, _INSERT_REVISION = insert(batches), insert(records), insert(records_kept)


def draw_receipt_numbers(connection: Connection, arrival: Arrival, count: int) -> list[str]:
    """New receipt numbers in order: HN, the day, a running number that is never given twice."""
    if not count:
        return []
    day = arrival.received_at[:10].replace("-", "")
    drawn = connection.scalars(_INSERT_NUMBER, [{"day": day}] * count)
    return [f"HN{day}{number:08d}" for number in drawn]


def pass_over_numbers(connection: Connection) -> None:
    """Leave out the receipt numbers that may have been given after the backup that was restored."""
    last = (connection.scalar(select(func.max(receipt_numbers.c.number))) or 0) + PASSED_OVER
    connection.execute(insert(receipt_numbers).values(number=last))
    if connection.dialect.name == "postgresql":  # SQLite counts on from the highest row by itself
        sequence = text("SELECT setval(pg_get_serial_sequence('receipt_numbers', 'number'), :last)")
        connection.execute(sequence, {"last": last})


def keep(
    connection: Connection,
    arrival: Arrival,
    answer: str,
    *,
    accepted: Sequence[Accepted],
    numbers: Sequence[str],
    heads: Mapping[str, Head],
) -> None:
    """Keep a batch with its answer, and what was accepted of it.

    Args:
        connection: A writing transaction.
        arrival: Where and when the batch came in.
        answer: The answer as JSON.
        accepted: What is kept, in order.
        numbers: Receipt numbers, one for each.
        heads: The newest revisions there were before.

    Raises:
        Raced: another sender has kept something of it in the meantime; the transaction has to be undone.
    """
    try:
        connection.execute(_INSERT_BATCH, _batch_row(arrival, answer))
        if accepted:
            _move_heads(connection, arrival.unit, accepted, heads)
            rows = [_revision_row(arrival, *both) for both in zip(accepted, numbers, strict=True)]
            connection.execute(_INSERT_REVISION, rows)
    except IntegrityError as error:
        raise Raced from error


def _batch_row(arrival: Arrival, answer: str) -> dict[str, str]:
    return {
        "unit": arrival.unit, "id": arrival.batch_id, "idempotency_key": arrival.key,
        "device": arrival.device, "user": arrival.user, "body_sha256": arrival.body_sha256,
        "answer": answer, "received_at": arrival.received_at,
    }  # fmt: skip


def _move_heads(
    connection: Connection, unit: str, accepted: Sequence[Accepted], heads: Mapping[str, Head]
) -> None:
    newest = {entry.item.id: _head_row(unit, entry) for entry in accepted}
    fresh = [row for record_id, row in newest.items() if record_id not in heads]
    if fresh:
        # In one order everywhere, so that two batches never wait for each other in a circle.
        connection.execute(_INSERT_HEAD, sorted(fresh, key=lambda row: str(row["id"])))
    for record_id in sorted(newest.keys() & heads.keys()):
        based = (records.c.id == record_id) & (records.c.revision == heads[record_id].revision)
        if connection.execute(update(records).where(based).values(newest[record_id])).rowcount != 1:
            raise Raced


def _head_row(unit: str, entry: Accepted) -> dict[str, str | int]:
    item = entry.item
    return {
        "id": item.id, "unit": unit, "form": item.form, "revision": item.revision,
        "operation": item.operation, **entry.indexed,
    }  # fmt: skip


def _revision_row(arrival: Arrival, entry: Accepted, receipt_no: str) -> dict[str, str | int]:
    item = entry.item
    return {
        "id": item.id, "revision": item.revision, "base_revision": item.base_revision, "form": item.form,
        "form_version": item.form_version, "operation": item.operation, "unit": arrival.unit,
        "author": item.author, "content": canonical_json(item.content),
        "reasons": canonical_json(item.reasons), "attachments": canonical_json(item.attachments),
        "sha256": item.sha256, "receipt_no": receipt_no, "received_at": arrival.received_at,
        "batch_id": arrival.batch_id,
    }  # fmt: skip
