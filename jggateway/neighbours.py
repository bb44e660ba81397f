"""A unit's earlier records, as far as the records of one batch can meet them.

What will be asked is fetched in two questions before the first record is checked; what the batch itself adds
is seen by its later records. Contents are only read when the index columns do not decide.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Select, bindparam, select

from jgclient.forms.definition import Form
from jgclient.forms.registers import Days
from jgclient.records import Content
from jggateway.keeping import Accepted, indexed_text, indexed_texts
from jggateway.tables import records, records_kept

_RECORD = "record:"
#: Rules look back and ahead as far as a quarter.
_QUARTER = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A current record that is not withdrawn, by its index columns."""

    id: str
    form: str
    number: str
    party_code: str
    act_date: str

    def agrees(self, narrowed: Mapping[str, str], within: Days | None) -> bool:
        """Whether it has these values, on a day of that period."""
        same = all(getattr(self, column) == value for column, value in narrowed.items())
        return same and (within is None or within[0] <= self.act_date[:10] <= within[1])


class Neighbours:
    """What one batch is compared with.

    Args:
        connection: The transaction of the batch.
        unit: The sending unit.
        wanted: Form and content of every record of the batch.
    """

    def __init__(self, connection: Connection, unit: str, wanted: Iterable[tuple[Form, Content]]) -> None:
        self._connection = connection
        self._unit = unit
        self._added: dict[str, tuple[Neighbour, Content]] = {}
        self._gone: set[str] = set()
        self._by_number: defaultdict[tuple[str, str], dict[str, Neighbour]] = defaultdict(dict)
        self._by_party: defaultdict[tuple[str, str], dict[str, Neighbour]] = defaultdict(dict)
        self._numbers: set[tuple[str, str]] = set()
        self._parties: set[tuple[str, str]] = set()
        self._days: Days = ("", "")
        self._fetch(list(wanted))

    def add(self, entry: Accepted) -> None:
        """A record of the batch was accepted: what was kept of it before is no longer current."""
        item = entry.item
        self._gone.add(item.id)
        if item.base_revision:
            for index in (self._by_number, self._by_party):
                for found in index.values():
                    found.pop(item.id, None)
            self._added.pop(item.id, None)
        if item.operation != "d":
            neighbour = Neighbour(item.id, item.form, **entry.indexed)
            self._added[item.id] = neighbour, item.content
            self._index(neighbour)

    def alike(self, form: str, narrowed: Mapping[str, str], within: Days | None = None) -> list[Neighbour]:
        """Records of ``form`` that agree in these index columns, on a day of that period."""
        number, party = (form, narrowed.get("number", "")), (form, narrowed.get("party_code", ""))
        if number in self._numbers:
            near: Iterable[Neighbour] = self._by_number[number].values()
        elif party in self._parties and self._covers(narrowed.get("act_date", ""), within):
            near = self._by_party[party].values()
        else:
            near = self._ask(form, narrowed)
        return [found for found in near if found.agrees(narrowed, within)]

    def contents(self, found: Sequence[Neighbour]) -> list[Content]:
        """The contents of these records."""
        added = [self._added[n.id][1] for n in found if n.id in self._added]
        kept = [n.id for n in found if n.id not in self._added]
        rows = self._connection.scalars(_CONTENTS, {"wanted": kept}) if kept else ()
        return added + [json.loads(text) for text in rows]

    # -- fetching --------------------------------------------------------------------------------------

    def _covers(self, day: str, within: Days | None) -> bool:
        """Whether a period was fetched; a day of the batch always was."""
        first, last = within or (day[:10], day[:10])
        return bool(first) and self._days[0] <= first and last <= self._days[1]

    def _fetch(self, wanted: list[tuple[Form, Content]]) -> None:
        days = []
        for form, content in wanted:
            indexed = indexed_texts(content, form)
            self._numbers.add((form.id, indexed["number"]))
            self._parties.add((form.id, indexed["party_code"]))
            days.append(indexed["act_date"][:10])
            for field in form:
                if field.register.startswith(_RECORD):
                    target = field.register.removeprefix(_RECORD)
                    self._numbers.add((target, indexed_text(content, field.name)))
        self._numbers = {key for key in self._numbers if key[1]}
        self._days = _around(days)
        self._parties = {key for key in self._parties if key[1] and self._days[0]}
        if self._numbers:
            self._take(_BY_NUMBER, self._numbers, {})
        if self._parties:
            self._take(_BY_PARTY, self._parties, {"first": self._days[0], "last": self._days[1] + "~"})

    def _take(
        self, query: Select[tuple[str, str, str, str, str]], keys: set[tuple[str, str]], more: dict[str, str]
    ) -> None:
        wanted = {"forms": [*{form for form, _ in keys}], "wanted": [*{value for _, value in keys}]}
        rows = self._connection.execute(query, {"of_unit": self._unit, **wanted, **more}).mappings()
        for row in rows:
            self._index(Neighbour(**row))

    def _index(self, neighbour: Neighbour) -> None:
        if neighbour.number:
            self._by_number[neighbour.form, neighbour.number][neighbour.id] = neighbour
        if neighbour.party_code:
            self._by_party[neighbour.form, neighbour.party_code][neighbour.id] = neighbour

    def _ask(self, form: str, narrowed: Mapping[str, str]) -> list[Neighbour]:
        query = _CURRENT.where(
            records.c.form == form, *(records.c[name] == narrowed[name] for name in narrowed)
        )
        rows = self._connection.execute(query, {"of_unit": self._unit}).mappings()
        kept = [Neighbour(**row) for row in rows if row["id"] not in self._gone]
        return kept + [added for added, _ in self._added.values() if added.form == form]


def _around(days: Iterable[str]) -> Days:
    """First and last day that rules can ask for; empty when no record has a day."""
    known = [date.fromisoformat(day) for day in days if _is_day(day)]
    if not known:
        return "", ""
    first, last = min(known), max(known)
    begin = date.min if first - date.min < _QUARTER else first - _QUARTER
    end = date.max if date.max - last < _QUARTER else last + _QUARTER
    return begin.isoformat(), end.isoformat()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# Built once: putting a statement together takes longer than running it.
_CURRENT = select(
    records.c.id, records.c.form, records.c.number, records.c.party_code, records.c.act_date
).where(records.c.unit == bindparam("of_unit"), records.c.operation != "d")
_OF_FORMS = _CURRENT.where(records.c.form.in_(bindparam("forms", expanding=True)))
_BY_NUMBER = _OF_FORMS.where(records.c.number.in_(bindparam("wanted", expanding=True)))
_BY_PARTY = _OF_FORMS.where(
    records.c.party_code.in_(bindparam("wanted", expanding=True)),
    records.c.act_date >= bindparam("first"), records.c.act_date <= bindparam("last"),
)  # fmt: skip
_CONTENTS = (
    select(records_kept.c.content)
    .join(records, (records.c.id == records_kept.c.id) & (records.c.revision == records_kept.c.revision))
    .where(records.c.id.in_(bindparam("wanted", expanding=True)))
)
