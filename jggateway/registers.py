"""Fulfils :class:`jgclient.forms.registers.Registers` with the gateway's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from jgclient.forms.definition import Form
from jgclient.forms.registers import Days
from jgclient.records import Json
from jggateway.keeping import INDEXED, INDEXED_LENGTH, indexed_text, shortened
from jggateway.neighbours import Neighbours
from jggateway.reference import Reference


class Surroundings(NamedTuple):
    """What the records of one batch are checked against."""

    connection: Connection
    reference: Reference
    neighbours: Neighbours
    unit: str


class KeptRegisters:
    """What the gateway knows while it checks one record of one unit.

    Args:
        around: Registers as published, and the unit's other records.
        record_id: The record being checked; it does not count as a duplicate of itself.
        form: Its form.
    """

    def __init__(self, around: Surroundings, *, record_id: str, form: Form) -> None:
        self._around = around
        self._record_id = record_id
        self._form = form

    def rows(self, register: str, key: str) -> list[Mapping[str, Json]]:
        """Rows of a published register, of everybody and of the unit."""
        return self._around.reference.rows(self._around.connection, register, key, self._around.unit)

    def has_any(self, register: str) -> bool:
        """Whether such rows were published at all."""
        return self._around.reference.has_any(self._around.connection, register, self._around.unit)

    def record_exists(self, form: str, number: str) -> bool | None:
        """True when the unit has reported such a record; None otherwise, since it may still be on its way."""
        found = self._around.neighbours.alike(form, {"number": shortened(number)}) if number else []
        return bool(found) or None

    def same_acts(self, form: str, fields: Mapping[str, Json], *, within: Days | None = None) -> int:
        """Number of the unit's other records of ``form``, not withdrawn, that agree in all ``fields``.

        What is empty agrees with nothing.
        """
        indexed = {column: getattr(self._form, field) for column, field in INDEXED.items()}
        narrowed = {column: indexed_text(fields, name) for column, name in indexed.items() if name in fields}
        if not fields or not all(narrowed.values()) or any(value is None for value in fields.values()):
            return 0
        alike = self._around.neighbours.alike(form, narrowed, within)
        others = [found for found in alike if found.id != self._record_id]
        decided = {indexed[column] for column, text in narrowed.items() if len(text) < INDEXED_LENGTH}
        rest = {name: value for name, value in fields.items() if name not in decided}
        if not rest or not others:
            return len(others)
        contents = self._around.neighbours.contents(others)
        return sum(all(content.get(name) == value for name, value in rest.items()) for content in contents)
