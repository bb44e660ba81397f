"""Fulfils :class:`jgclient.forms.registers.Registers` with the gateway's own tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, Select, bindparam, exists, select

from jgclient.forms.definition import Form
from jgclient.forms.registers import NoRegisters
from jgclient.records import Json
from jggateway.kept import INDEXED, indexed_text
from jggateway.tables import records, records_kept


class KeptRegisters(NoRegisters):
    """What the gateway knows while it checks one record of one unit: the unit's other records.

    It holds no reference lists, so it verifies no item and refuses none for being unknown.

    Args:
        record_id: The record being checked; it does not count as a duplicate of itself.
        form: Its form.
    """

    def __init__(self, connection: Connection, *, unit: str, record_id: str, form: Form) -> None:
        self._connection = connection
        self._unit = unit
        self._record_id = record_id
        self._form = form

    def record_exists(self, form: str, number: str) -> bool | None:
        """True when the unit has reported such a record; None otherwise, since it may still be on its way."""
        same = (records.c.form == form) & (records.c.number == number)
        mine = (records.c.unit == self._unit) & (records.c.operation != "d")
        return bool(self._connection.scalar(select(exists().where(mine, same)))) or None

    def same_acts(
        self, form: str, fields: Mapping[str, Json], *, within: tuple[str, str] | None = None
    ) -> int:
        """Number of the unit's other records of ``form``, not withdrawn, that agree in all ``fields``.

        ``within`` limits the count to records whose day of the act lies between two ISO days, both included.
        """
        indexed = {column: getattr(self._form, field) for column, field in INDEXED.items()}
        narrowed = {column: indexed_text(fields, name) for column, name in indexed.items() if name in fields}
        first, last = within or ("", "9999")
        wanted = {
            "of_unit": self._unit, "of_form": form, "other_than": self._record_id, "first": first,
            "last": last, **narrowed,
        }  # fmt: skip
        contents = self._connection.scalars(_same_acts_query(*narrowed), wanted)
        found = (json.loads(content) for content in contents)
        return sum(all(content.get(name) == value for name, value in fields.items()) for content in found)


@cache
def _same_acts_query(*columns: str) -> Select[str]:
    """Contents of a unit's current records of a form; those ``columns`` agree. Built once a combination."""
    current = (records.c.id == records_kept.c.id) & (records.c.revision == records_kept.c.revision)
    return (
        select(records_kept.c.content)
        .join(records, current)
        .where(records.c.unit == bindparam("of_unit"), records.c.form == bindparam("of_form"))
        .where(records.c.id != bindparam("other_than"), records.c.operation != "d")
        .where(records.c.act_date.between(bindparam("first"), bindparam("last")))
        .where(*(records.c[column] == bindparam(column) for column in columns))
    )
