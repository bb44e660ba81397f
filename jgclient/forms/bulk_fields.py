"""What the texts of one field mean and what is wrong with them, remembered text by text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, cast

from jgclient.forms import reporting
from jgclient.forms.bulk_filled import AsTheyAre, Filled, Understood
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.field_types.base import says_itself
from jgclient.forms.field_types.dates import future
from jgclient.forms.findings import Refused, Surroundings, unreadable
from jgclient.forms.problems import Problem
from jgclient.forms.remembered_rules import Looker, Views
from jgclient.forms.remembering import MOST, worth_keeping
from jgclient.forms.rules import RuleValue
from jgclient.forms.understanding import day_of
from jgclient.records import Json


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
    """Surroundings (:class:`~jgclient.forms.findings.Surroundings`) that notice which siblings are looked at.

    Attributes:
        day: The day of the act that is being looked at.
    """

    def __init__(self, today: date, codes: CodeLists, region: str) -> None:
        self.today, self.codes, self.region = today, codes, region
        self.day = today
        self.siblings = _Siblings()


class Column:
    """The texts of one field.

    Attributes:
        blank: What an empty text means.
    """

    def __init__(
        self,
        form: Form,
        form_field: Field,
        empty: RuleValue | None,
        views: Views,
        watched: Watched,
        *,
        judged: bool,
    ) -> None:
        self._form, self._field, self._watched, self._judged = form, form_field, watched, judged
        self._around = cast("Surroundings", watched)
        self._type = FIELD_TYPES[form_field.type]
        self._is_date = form_field.name == form.date_field
        self._is_act_date = self._is_date and form.kind == "record"
        self._says_itself = says_itself(self._type)
        self._look = views.looker(form_field.name) if judged else Looker()
        self.blank = Understood("", None, empty, self._look(empty), odd=True)
        # By text, or by text and day of the act where a verdict may depend on it.
        self._known: dict[Any, Understood] = {}
        self._by_day = self._type.asks_day(form_field, watched.codes)
        self._keeps = True
        self._nothing_odd = True
        self._late: dict[Any, tuple[Problem, ...]] = {}
        self._siblings: tuple[str, ...] = ()

    def filled(self, texts: Sequence[str], days: Sequence[date]) -> Filled:
        """What texts mean, each on the day of its act."""
        if self._says_itself and not self._keeps and self._type.as_they_are(self._field, texts):
            return AsTheyAre(texts, self.blank, self._look)
        keys: Sequence[Any] = list(zip(texts, days, strict=True)) if self._by_day else texts
        try:  # all known, nearly always
            found = list(map(self._known.__getitem__, keys))
        except KeyError:
            found = self._with_new(texts, keys, days)
        return Filled(found, nothing_odd=self._nothing_odd)

    def _with_new(self, texts: Sequence[str], keys: Sequence[Any], days: Sequence[date]) -> list[Understood]:
        """What texts mean that are not all known."""
        known = self._known
        found = list(map(known.get, keys))
        missed = [i for i, one in enumerate(found) if one is None]
        if len(known) >= MOST:
            known.clear()
        self._keeps = worth_keeping(keys, missed)
        for i in missed:
            one = known.get(keys[i])
            if one is None:
                self._watched.day = days[i]
                one = self._worked_out(texts[i])
                self._nothing_odd = self._nothing_odd and not one.odd
                if self._keeps:
                    known[keys[i]] = one
            found[i] = one
        return cast("list[Understood]", found)

    def late(
        self, fields: Filled, days: Sequence[date], columns: Callable[[str], Sequence[Json]]
    ) -> Iterator[tuple[int, tuple[Problem, ...]]]:
        """What is wrong with the values of some records that could not be judged by themselves.

        Args:
            fields: The values; its ``late`` tells which records.
            days: Day of each act.
            columns: Gives the JSON values of another field, None where it is empty.

        Yields:
            Records with something wrong, and what.
        """
        alone = self._keeps or self._by_day or not self._says_itself
        for number in fields.late if alone else self._dubious(fields, columns):
            problems = self._late_problems(fields[number], days[number], partial(_datum, columns, number))
            if problems:
                yield number, problems

    def _dubious(self, fields: Filled, columns: Callable[[str], Sequence[Json]]) -> Iterable[int]:
        """The late ones with which anything may be wrong, looked for among those with equal siblings."""
        if not self._siblings:
            return self._dubious_of(fields.late, fields.data, columns)
        groups: dict[Hashable, list[int]] = defaultdict(list)
        siblings = list(zip(*[map(_hashable, columns(name)) for name in self._siblings], strict=True))
        for number in fields.late:
            groups[siblings[number]].append(number)
        return chain.from_iterable(self._dubious_of(group, fields.data, columns) for group in groups.values())

    def _dubious_of(
        self, group: Sequence[int], values: Sequence[Json], columns: Callable[[str], Sequence[Json]]
    ) -> Sequence[int]:
        """Those of a group with which anything may be wrong; all if more was looked at than they agree in."""
        siblings = self._watched.siblings
        siblings.get_data = partial(_datum, columns, group[0])
        found = self._type.dubious(self._field, [values[number] for number in group], self._around)
        agreed = siblings.asked.issubset(self._siblings)
        siblings.get_data = None
        siblings.asked.clear()
        return [group[index] for index in found] if agreed else group

    def _late_problems(
        self, found: Understood, day: date, get_data: Callable[[str], Json]
    ) -> tuple[Problem, ...]:
        """What is wrong with a value that depends on other fields; remembered by what it depends on."""
        key = (found.shown, day, *[_hashable(get_data(name)) for name in self._siblings])
        problems = self._late.get(key)
        if problems is not None:
            return problems
        siblings = self._watched.siblings
        self._watched.day, siblings.get_data = day, get_data
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
            found = Understood(value, value, value, self._look(value), value)
        else:
            shown, rule = kind.format(form_field, value, self._watched.codes), kind.to_rule(value)
            found = Understood(shown, kind.to_json(value), rule, self._look(rule), value)
        if self._is_date:
            found.day = day_of(value)
        if not self._judged:
            return found
        try:
            found.problems = self._own_problems(value, found.shown)
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


def _datum(columns: Callable[[str], Sequence[Json]], number: int, name: str) -> Json:
    """JSON value of one field of one record."""
    return columns(name)[number]
