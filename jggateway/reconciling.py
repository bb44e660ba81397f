"""What is kept of a unit, counted and hashed day by day (:mod:`jgclient.contract.reconciliation`)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import Connection, or_, select

from jgclient.contract import DayCount, Mark, marks_hash
from jggateway.limits import MAX_MARKS
from jggateway.tables import records, records_kept


class TooMany(Exception):  # noqa: N818  # an event of the domain, not a fault
    """There are more records than are told in detail at once."""


def day_counts(
    connection: Connection, unit: str, form: str, first: date | None, last: date | None, *, detail: bool
) -> list[DayCount]:
    """Days with records of a unit, by form and day; records without a day belong to every period.

    Args:
        connection: A reading transaction.
        unit: 统一社会信用代码.
        form: Form id, empty for all.
        first: First day, None for no limit.
        last: Last day, None for no limit.
        detail: Also the records themselves.

    Raises:
        TooMany: see there.
    """
    newest = (records.c.id == records_kept.c.id) & (records.c.revision == records_kept.c.revision)
    query = (
        select(
            records.c.form, records.c.act_date, records.c.id, records.c.revision, records_kept.c.sha256,
            records.c.operation, records_kept.c.receipt_no,
        )
        .join(records_kept, newest)
        .where(records.c.unit == unit)
    )  # fmt: skip
    if form:
        query = query.where(records.c.form == form)
    if first is not None:
        query = query.where(or_(records.c.act_date == "", records.c.act_date >= first.isoformat()))
    if last is not None:  # “~” follows “T”: a day counts whole, also where a time of day is kept
        query = query.where(or_(records.c.act_date == "", records.c.act_date <= f"{last.isoformat()}~"))
    days: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for row in connection.execute(query):
        mark = Mark(row.id, row.revision, row.sha256, row.operation, row.receipt_no)
        days[row.form, row.act_date[:10]].append(mark)
    if detail and sum(map(len, days.values())) > MAX_MARKS:
        raise TooMany
    return [_day_count(*key, days[key], detail=detail) for key in sorted(days)]


def _day_count(form: str, day: str, marks: list[Mark], *, detail: bool) -> DayCount:
    told = tuple(sorted(marks, key=lambda mark: mark.id)) if detail else ()
    return DayCount(form, day, len(marks), marks_hash(marks), told)
