"""One record → its open duties, as the store's index keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.judging import ACCEPTED, target
from jgclient.deadlines.started import Facts, duties_of
from jgclient.forms.checker import Context
from jgclient.forms.definition import Duty, Form
from jgclient.forms.registers import NoRegisters
from jgclient.forms.understanding import Understanding
from jgclient.limits.basis import Basis
from jgclient.records import Content, Json
from jgclient.store.duty_rows import DutyRow, StaleRecord

#: What a record owes whose form is not installed here.
_UNKNOWN_FORM = DutyRow(0, "录入上报", None, None, reporting=True)


class Deriver:
    """Derives the open duties of one record after the other.

    Args:
        basis: Forms and calendar.
        unit: The own unit, as the checker knows it.
        today: Dates typed without a year are understood from here.
    """

    def __init__(self, basis: Basis, unit: Mapping[str, str], today: date) -> None:
        self._basis = basis
        self._context = Context(NoRegisters(), today, unit)
        self._readers: dict[tuple[str, int], Understanding] = {}
        self._counted: dict[tuple[int, Facts | None], DutyRow] = {}

    def rows(self, record: StaleRecord) -> list[DutyRow]:
        """The open duties of a record, in the order of its form."""
        try:
            form = self._basis.library.get(record.form, record.form_version)
        except KeyError:
            return [] if record.at_rest else [_UNKNOWN_FORM]
        found = (
            self._row(place, duty, facts, record, content)
            for content in [self._content(form, record)]
            for place, duty, facts in duties_of(form).arising(content)
        )
        return [row for row in found if row is not None]

    def _content(self, form: Form, record: StaleRecord) -> Content:
        if record.texts is None:
            return record.content
        key = (form.id, form.version)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = Understanding(form, self._basis.library.codes)
        names = duties_of(form).names
        asked = {
            name: text for name, text in record.texts.items() if name in names or name == form.date_field
        }
        return reader.of_texts(asked, self._context).content

    def _row(
        self, place: int, duty: Duty, facts: Facts | None, record: StaleRecord, content: Mapping[str, Json]
    ) -> DutyRow | None:
        if duty.until == ACCEPTED:
            if record.at_rest:
                return None
            counts = facts is not None and not record.accepted and not record.withdrawn
            return self._open_row(place, duty, facts if counts else None)
        if facts is None or record.withdrawn or content.get(duty.until) is not None:
            return None
        return self._open_row(place, duty, facts)

    def _open_row(self, place: int, duty: Duty, facts: Facts | None) -> DutyRow:
        # Thousands of records begin on the same day: each set of facts is counted once.
        known = self._counted.get((id(duty), facts))
        if known is None:
            known = self._counted[id(duty), facts] = open_row(place, duty, facts, self._basis.calendar)
        return known


def open_row(place: int, duty: Duty, facts: Facts | None, calendar: Calendar) -> DutyRow:
    """An open duty; without facts it has no day: not begun, or no longer a matter of days."""
    reporting = duty.until == ACCEPTED
    if facts is None:
        return DutyRow(place, duty.title, None, None, reporting=reporting)
    text, extended = facts.to_text(), facts.extended
    end = None if facts.pause else facts.end(calendar)
    if end is None:
        suspended = facts.pause is not None
        return DutyRow(
            place,
            duty.title,
            None,
            None,
            reporting=reporting,
            suspended=suspended,
            extended=extended,
            facts=text,
        )
    return DutyRow(
        place, duty.title, target(end), end.date, end.moment, reporting, end.provisional,
        extended=extended, facts=text,
    )  # fmt: skip
