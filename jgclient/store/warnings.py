"""What returns have taught: values that the platform refused, of which a person wants to be warned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jgclient.store.connection import Connection

_COLUMNS = "form, code, field, value, message, help, basis"


@dataclass(frozen=True, slots=True)
class LearnedWarning:
    """A value of a field that the platform has refused before.

    Attributes:
        code: Code of the platform's problem.
        value: The value as JSON text, as a revision's content holds it.
        message: The platform's words.
    """

    form: str
    code: str
    field: str
    value: str
    message: str
    help: str = ""
    basis: str = ""


class Warnings:
    """Decisions about warnings; what could be warned of is read from the returns themselves."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._db = connection
        self._clock = clock

    def decide(self, warning: LearnedWarning, *, enabled: bool) -> None:
        """Switch a warning on or off; one that was switched off is not offered again."""
        columns = {name: getattr(warning, name) for name in _COLUMNS.split(", ")}
        columns |= {"enabled": int(enabled), "decided_at": self._clock().isoformat()}
        self._db.insert("warning", columns, conflict="OR REPLACE")

    def enabled(self, form: str) -> list[LearnedWarning]:
        """Warnings that are on for a form."""
        sql = f"SELECT {_COLUMNS} FROM warning WHERE form = ? AND enabled = 1 ORDER BY field, code, value"
        return [LearnedWarning(*row) for row in self._db.rows(sql, [form])]

    def is_decided(self, warning: LearnedWarning) -> bool:
        """Whether a person has switched this warning on or off already."""
        where = "form = ? AND code = ? AND field = ? AND value = ?"
        key = [warning.form, warning.code, warning.field, warning.value]
        return bool(self._db.value(f"SELECT 1 FROM warning WHERE {where}", key))
