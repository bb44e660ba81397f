"""What the texts of one field mean and what is wrong with them, remembered text by text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, cast

from jgclient.forms import reporting
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.field_types.base import says_itself
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


class Filled:
    """What the texts of one field mean, record by record.

    Attributes:
        odd: Records of which there is more to say than the value.
    """

    def __init__(self, found: list[Understood]) -> None:
        self._found = found
        self.odd = [number for number, one in enumerate(found) if one.odd]

    def __getitem__(self, number: int) -> Understood:
        """What the text of one record means."""
        return self._found[number]

    @cached_property
    def shown(self) -> Sequence[str]:
        """The texts as they should be shown."""
        return [found.shown for found in self._found]

    @cached_property
    def data(self) -> Sequence[Json]:
        """The JSON values, None for what is blank or was not understood."""
        return [found.data for found in self._found]

    def seen(self, view: int) -> list[Hashable]:
        """What one view of the rules can tell apart."""
        return [found.seen[view] for found in self._found]


class AsTheyAre(Filled):
    """Texts that are their own values, with nothing else to say of them; no object is made for each."""

    def __init__(self, texts: Sequence[str], column: Column) -> None:
        self._texts, self._column = texts, column
        self.odd = [number for number, text in enumerate(texts) if not text] if "" in texts else []

    def __getitem__(self, number: int) -> Understood:
        text = self._texts[number]
        return Understood(text, text, text, self._column.look(text), text) if text else self._column.blank

    @cached_property
    def shown(self) -> Sequence[str]:
        """The texts."""
        return self._texts

    @cached_property
    def data(self) -> Sequence[Json]:
        """The texts, None where there is none."""
        return [text or None for text in self._texts] if self.odd else self._texts

    def seen(self, view: int) -> list[Hashable]:
        """What one view of the rules can tell apart."""
        blank, look = self._column.blank.seen[view], self._column.look
        return [look(text)[view] if text else blank for text in self._texts]


def _nothing_seen(_value: RuleValue | None) -> tuple[Hashable, ...]:
    """For who asks no rule."""
    return ()


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
        look: Gives everything rules can tell apart of a value.
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
        self.look = views.looker(form_field.name) if judged else _nothing_seen
        self.blank = Understood("", None, empty, self.look(empty), odd=True)
        # By text, or by text and day of the act once a verdict turned out to depend on it.
        self._known: dict[Any, Understood] = {}
        self._by_day = False
        self._keeps = True
        self._late: dict[Any, tuple[Problem, ...]] = {}
        self._siblings: tuple[str, ...] = ()

    def filled(self, texts: Sequence[str], days: Sequence[date]) -> Filled:
        """What texts mean, each on the day of its act."""
        if self._says_itself and not self._keeps and self._type.as_they_are(self._field, texts):
            return AsTheyAre(texts, self)
        return Filled(self._understood(texts, days))

    def _understood(self, texts: Sequence[str], days: Sequence[date]) -> list[Understood]:
        keys: Sequence[Any] = list(zip(texts, days, strict=True)) if self._by_day else texts
        found = list(map(self._known.get, keys))
        missed = [i for i, known in enumerate(found) if known is None]
        if not missed:
            return cast("list[Understood]", found)
        if len(self._known) >= MOST:
            self._known.clear()
        self._keeps = worth_keeping(keys, missed)
        work_out = self._remembered if self._keeps else self._worked_out
        watched = self._watched
        for i in missed:
            watched.current_day = days[i]
            found[i] = work_out(texts[i])
        return cast("list[Understood]", found)

    def _remembered(self, text: str) -> Understood:
        watched = self._watched
        found = self._known.get((text, watched.current_day) if self._by_day else text)
        if found is not None:
            return found
        watched.day_asked = False
        found = self._worked_out(text)
        if watched.day_asked and not self._by_day:
            self._by_day = True
            self._known.clear()
        self._known[(text, watched.current_day) if self._by_day else text] = found
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
            found = Understood(value, value, value, self.look(value), value)
        else:
            shown, rule = kind.format(form_field, value, self._watched.codes), kind.to_rule(value)
            found = Understood(shown, kind.to_json(value), rule, self.look(rule), value)
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
