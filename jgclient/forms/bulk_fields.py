"""What the texts of one field mean and what is wrong with them, remembered text by text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from jgclient.forms import reporting
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES, FieldType
from jgclient.forms.field_types.base import TextValued
from jgclient.forms.field_types.dates import future
from jgclient.forms.findings import Refused, Surroundings, unreadable
from jgclient.forms.problems import Problem
from jgclient.forms.remembered_rules import Views
from jgclient.forms.remembering import MOST, worth_keeping
from jgclient.forms.rules import RuleValue
from jgclient.forms.understanding import day_of
from jgclient.records import Json


@dataclass(slots=True, eq=False)
class Understood:
    """What one text of one field means.

    Attributes:
        shown: The text as it should be shown: normalised if understood, else as typed; empty for blank.
        data: Its JSON value; None if blank or not understood.
        rule: What rules see of it.
        seen: Everything rules can tell apart of it, view by view.
        value: The Python value.
        odd: It is blank, failed or late, or something is wrong with it.
        failed: It is not blank and was not understood.
        late: What is wrong with it depends on other fields; see :meth:`Column.late`.
        problems: What is wrong with it by itself.
        day: For the date of the act: the day.
    """

    shown: str
    data: Json
    rule: RuleValue | None
    seen: tuple[Hashable, ...]
    value: Any = None
    odd: bool = False
    failed: bool = False
    late: bool = False
    problems: tuple[Problem, ...] = ()
    day: date | None = None


class _NeedsSiblingsError(Exception):
    """A verdict depends on other fields, which are not known yet."""


class _Siblings(Mapping[str, Json]):
    """The other fields; remembers which were asked for.

    Attributes:
        get_data: Gives the JSON value of another field, None for an empty one; None while they are not known.
    """

    def __init__(self) -> None:
        self.get_data: Callable[[str], Json] | None = None
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Json:
        if self.get_data is None:
            raise _NeedsSiblingsError
        self.asked.add(name)
        data = self.get_data(name)
        if data is None:
            raise KeyError(name)
        return data

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError("a verdict may depend on named fields only")

    def __len__(self) -> int:
        raise NotImplementedError("a verdict may depend on named fields only")


class Watched:
    """Surroundings (:class:`~jgclient.forms.findings.Surroundings`) that notice what is looked at.

    Attributes:
        day_asked: Somebody looked at the day of the act.
    """

    def __init__(self, today: date, codes: CodeLists, region: str) -> None:
        self.today, self.codes, self.region = today, codes, region
        self.siblings = _Siblings()
        self.current_day = today
        self.day_asked = False

    @property
    def day(self) -> date:
        """The day of the act."""
        self.day_asked = True
        return self.current_day


class Column:
    """The texts of one field.

    Attributes:
        blank: What an empty text means.
    """

    def __init__(
        self, form: Form, form_field: Field, empty: RuleValue | None, views: Views, watched: Watched
    ) -> None:
        self._form, self._field, self._watched = form, form_field, watched
        self._around = cast("Surroundings", watched)
        self._type = FIELD_TYPES[form_field.type]
        self._is_date = form_field.name == form.date_field
        self._is_act_date = self._is_date and form.kind == "record"
        self._says_itself = type(self._type).format is FieldType.format and isinstance(self._type, TextValued)
        self._seen = views.looker(form_field.name)
        self.blank = Understood("", None, empty, self._seen(empty), odd=True)
        # By text, or by text and day of the act once a verdict turned out to depend on it.
        self._known: dict[Any, Understood] = {}
        self._by_day = False
        self._keeps = True
        self._late: dict[Any, tuple[Problem, ...]] = {}
        self._siblings: tuple[str, ...] = ()

    def understood(self, texts: Sequence[str], days: Sequence[date]) -> list[Understood]:
        """What texts mean, each on the day of its act."""
        keys: Sequence[Any] = list(zip(texts, days, strict=True)) if self._by_day else texts
        found = list(map(self._known.get, keys))
        missed = [i for i, known in enumerate(found) if known is None]
        if not missed:
            return cast("list[Understood]", found)
        if len(self._known) >= MOST:
            self._known.clear()
        self._keeps = worth_keeping(keys, missed)
        for i in missed:
            found[i] = self._one(texts[i], days[i])
        return cast("list[Understood]", found)

    def _one(self, text: str, day: date) -> Understood:
        if self._keeps and (known := self._known.get((text, day) if self._by_day else text)):
            return known
        watched = self._watched
        watched.current_day, watched.day_asked = day, False
        found = self._worked_out(text)
        if watched.day_asked and not self._by_day:
            self._by_day = True
            self._known.clear()
        if self._keeps:
            self._known[(text, day) if self._by_day else text] = found
        return found

    def late(self, found: Understood, day: date, get_data: Callable[[str], Json]) -> tuple[Problem, ...]:
        """What is wrong with a value that depends on other fields.

        Args:
            found: The value.
            day: Day of the act.
            get_data: Gives the JSON value of another field of the record, None for an empty one.
        """
        key = (found.shown, day, *[_hashable(get_data(name)) for name in self._siblings])
        problems = self._late.get(key)
        if problems is not None:
            return problems
        siblings = self._watched.siblings
        self._watched.current_day, siblings.get_data = day, get_data
        problems = self._own_problems(found.value, found.shown)
        siblings.get_data = None
        if len(self._late) >= MOST or not siblings.asked.issubset(self._siblings):
            self._siblings = tuple(sorted(siblings.asked.union(self._siblings)))
            self._late.clear()
        elif self._keeps:
            self._late[key] = problems
        siblings.asked.clear()
        return problems

    def _worked_out(self, text: str) -> Understood:
        kind, form_field = self._type, self._field
        if kind.is_blank(text):
            return self.blank
        try:
            if len(text) > kind.longest:
                raise unreadable(text, kind.longest)
            value = kind.parse(form_field, text, self._around)
        except Refused as refused:
            problem = reporting.problem(self._form, form_field, refused.finding, text)
            return Understood(
                text, None, self.blank.rule, self.blank.seen, None, True, True, False, (problem,)
            )
        if self._says_itself:
            found = Understood(value, value, value, self._seen(value), value)
        else:
            shown, rule = kind.format(form_field, value, self._watched.codes), kind.to_rule(value)
            found = Understood(shown, kind.to_json(value), rule, self._seen(rule), value)
        if self._is_date:
            found.day = day_of(value)
        return self._with_problems(found)

    def _with_problems(self, found: Understood) -> Understood:
        try:
            found.problems = self._own_problems(found.value, found.shown)
        except _NeedsSiblingsError:
            found.late = True
        found.odd = found.late or bool(found.problems)
        return found

    def _own_problems(self, value: Any, shown: str) -> tuple[Problem, ...]:  # noqa: ANN401 - any field's value
        findings = self._type.check(self._field, value, self._around)
        if self._field.min_items > 1 and len(value) < self._field.min_items:
            findings = [*findings, reporting.too_few(self._field, len(value))]
        if self._is_act_date and day_of(value) > self._watched.today:
            findings = [*findings, future(self._field.title, day_of(value), self._watched.today)]
        if not findings:
            return ()
        return tuple([reporting.problem(self._form, self._field, found, shown) for found in findings])


def _hashable(value: Json) -> Hashable:
    return tuple(value) if isinstance(value, list) else value
