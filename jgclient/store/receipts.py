"""The list of all receipts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from jgclient.store.connection import Connection, Row
from jgclient.store.rows import ReceiptRow

_LIST = """
SELECT receipt.*, record.id AS record_id, record.title, record.number, revision.form, revision.operation
FROM receipt
JOIN record ON record.key = receipt.record
JOIN revision ON revision.record = receipt.record AND revision.revision = receipt.revision
"""


@dataclass(frozen=True, slots=True)
class ReceiptQuery:
    """What to list, the receipt kept last first.

    Attributes:
        form: Form id, empty for all.
        first: First day of acceptance, None for no limit.
        last: Last day of acceptance, None for no limit.
        limit: Receipts of one page.
    """

    form: str = ""
    first: date | None = None
    last: date | None = None
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line of the list.

    Attributes:
        operation: ``i``, ``u`` or ``d``.
    """

    receipt: ReceiptRow
    form: str
    title: str
    number: str
    operation: str


class Receipts:
    """Receipts are kept for ever; nothing here changes them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def list(self, query: ReceiptQuery) -> list[ReceiptLine]:
        """One page."""
        where, parameters = _where(query)
        sql = f"{_LIST} {where} ORDER BY receipt.rowid DESC LIMIT :limit OFFSET :offset"
        page = {"limit": query.limit, "offset": query.offset}
        return [_line(row) for row in self._db.rows(sql, parameters | page)]

    def count(self, query: ReceiptQuery) -> int:
        """How many receipts a query finds on all its pages."""
        where, parameters = _where(query)
        return int(self._db.value(f"SELECT count(*) FROM ({_LIST} {where})", parameters))


def _where(query: ReceiptQuery) -> tuple[str, dict[str, Any]]:
    tests: list[str] = []
    parameters: dict[str, Any] = {}
    if query.form:
        tests.append("revision.form = :form")
        parameters["form"] = query.form
    if query.first:
        tests.append("receipt.received_at >= :first")
        parameters["first"] = query.first.isoformat()
    if query.last:
        tests.append("receipt.received_at < :after")
        parameters["after"] = (query.last + timedelta(days=1)).isoformat()
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), parameters


def receipt_row(row: Row) -> ReceiptRow:
    """A stored receipt; the row must also hold the record's id as ``record_id``."""
    values = {field.name: row[field.name] for field in fields(ReceiptRow)}
    return ReceiptRow(**values | {"kept_at": datetime.fromisoformat(row["kept_at"])})


def _line(row: Row) -> ReceiptLine:
    return ReceiptLine(receipt_row(row), row["form"], row["title"], row["number"], row["operation"])
