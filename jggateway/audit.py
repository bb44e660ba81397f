"""Who did what at the gateway; rows are only ever added. Batches are told by their own table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from jgclient.records import Json, canonical_json
from jggateway.tables import audit

#: Actor of what is done on the gateway's own machine.
CONSOLE = "（控制台）"
MAX_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit.

    Attributes:
        id: Running number; asking on goes by it.
        at: Server time, ISO 8601.
        actor: Name of the user, or :data:`CONSOLE`.
        unit: Unit it concerns, empty for all.
        action: Stable English word, e.g. ``user-add``.
        subject: What it was done to: a user, a record id, a package.
        detail: Further facts as JSON; never contents of records.
    """

    id: int
    at: str
    actor: str
    unit: str
    action: str
    subject: str
    detail: str

    def to_json(self) -> dict[str, Json]:
        """The line as a JSON object."""
        return asdict(self)


def note(
    connection: Connection,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    *,
    unit: str = "",
    detail: Mapping[str, Json] | None = None,
) -> None:
    """Add a line, in the transaction of what it tells."""
    row = {
        "at": now.isoformat(timespec="seconds"), "actor": actor[:64], "unit": unit, "action": action,
        "subject": subject, "detail": canonical_json(detail or {}),
    }  # fmt: skip
    connection.execute(insert(audit).values(row))


def deeds(connection: Connection, *, unit: str | None, since: str = "", after: int = 0) -> list[Deed]:
    """Lines in the order they were added, at most :data:`MAX_ROWS`.

    Args:
        connection: A reading transaction.
        unit: Only what concerns this unit; None for everything.
        since: ISO date or time from which on; empty for all.
        after: Only lines with a greater running number.
    """
    query = select(audit).where(audit.c.id > after)
    if unit is not None:
        query = query.where(audit.c.unit == unit)
    if since:
        query = query.where(audit.c.at >= since)
    return [Deed(*row) for row in connection.execute(query.order_by(audit.c.id).limit(MAX_ROWS))]
