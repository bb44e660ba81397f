"""Returning an accepted record to its unit with reasons (退回)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from jgclient.forms.problems import KINDS, Problem
from jgclient.records import Json
from jggateway import audit, feed
from jggateway.accounts import User
from jggateway.tables import records, records_kept

#: Code of a reason that a person gives.
CODE = "returned"


class ReturnError(ValueError):
    """A record cannot be returned; the text says why and what to do, in Chinese."""


def reason(message: str, *, fields: Sequence[str] = (), help_text: str = "", basis: str = "") -> Problem:
    """A reason as it is shown at its field."""
    remedy = help_text or "请按退回原因更正后重新上报"
    return Problem(CODE, KINDS["08"], "hard", tuple(fields), message, help=remedy, basis=basis)


def give_back(
    connection: Connection, record_id: str, reasons: Sequence[Problem], now: datetime, *, by: User | None
) -> dict[str, Json]:
    """Return the newest accepted revision of a record; its receipts stay valid.

    Args:
        connection: A writing transaction.
        record_id: The record.
        reasons: At least one.
        now: Server time.
        by: Who returns it; None on the gateway's own machine.

    Returns:
        What the unit is told (:class:`jgclient.contract.Returned` as JSON), with ``record_id`` and ``unit``.

    Raises:
        ReturnError: there is no such record that this user may return, or it is withdrawn.
    """
    newest = (records.c.id == records_kept.c.id) & (records.c.revision == records_kept.c.revision)
    row = connection.execute(
        select(
            records.c.unit, records.c.form, records.c.revision, records.c.operation, records_kept.c.sha256,
            records_kept.c.receipt_no,
        ).join(records_kept, newest).where(records.c.id == record_id)
    ).first()  # fmt: skip
    if row is None or (by is not None and by.role != "region" and by.unit != row.unit):
        raise ReturnError(f"平台上没有记录“{record_id}”。请核对记录编号。")
    if row.operation == "d":
        raise ReturnError("这条记录已经撤回，不用再退回。请核对记录编号。")
    told = {
        "revision": row.revision, "form": row.form, "sha256": row.sha256, "receipt_no": row.receipt_no,
        "problems": [problem.to_json() for problem in reasons],
        "returned_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip
    feed.put(connection, [feed.Entry("returned", record_id, told, row.unit, origin="record")], now)
    actor = by.name if by else audit.CONSOLE
    audit.note(connection, now, actor, "return", record_id, unit=row.unit, detail={"revision": row.revision})
    return {**told, "record_id": record_id, "unit": row.unit}
