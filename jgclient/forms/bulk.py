"""The checker for thousands of records: the same verdicts, but nothing is worked out twice.

Cells of a ledger repeat: the same office, item, result, people in row after row. What a text means and what
is wrong with it is remembered by field and text, a rule's answer by what the rule can tell apart, a look-up
by its key. What a verdict depends on beside the text (day of the act, other fields) is watched, not assumed.
Records are taken in blocks, column by column, which is several times faster than one after another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from jgclient.forms import reporting
from jgclient.forms.bulk_fields import Column, Watched
from jgclient.forms.bulk_filled import Filled, Understood
from jgclient.forms.conditions import Conditions
from jgclient.forms.context import Context
from jgclient.forms.crossing import Crossing
from jgclient.forms.definition import Field, Form
from jgclient.forms.findings import Finding
from jgclient.forms.problems import Problem
from jgclient.forms.remembered_rules import RememberedRule, Views
from jgclient.forms.remembering import MOST
from jgclient.forms.rules import Rule, RuleValue
from jgclient.records import Content, Json


@dataclass(slots=True)
class Block:
    """Some records on their way through the checker, column by column.

    Attributes:
        size: Number of records.
        fields: Field name → what each record's text of it means; fields that no record fills are absent.
        problems: What was found, record by record, in the order of the fields concerned.
        days: The day of each act, None where it is not known.
    """

    form: Form
    size: int
    fields: dict[str, Filled]
    problems: list[list[Problem]]
    days: list[date | None]

    def texts(self, number: int) -> dict[str, str]:
        """The texts of a record as they should be shown; what could not be understood stays as typed."""
        return {name: shown for name, found in self.fields.items() if (shown := found.shown[number])}

    def content(self, number: int) -> Content:
        """JSON values of the fields of a record that were understood."""
        return {n: data for n, found in self.fields.items() if (data := found.data[number]) is not None}

    def some(self, number: int, names: Iterable[str]) -> Content:
        """As :meth:`content`, but only of these fields."""
        return {name: data for name in names if (data := self.data(number, name)) is not None}

    def data(self, number: int, name: str) -> Json:
        """JSON value of one field of a record; None when it is empty or was not understood."""
        found = self.fields.get(name)
        return found.data[number] if found else None

    def column(self, name: str) -> Sequence[Json]:
        """JSON values of one field, record by record; None where it is empty or was not understood."""
        found = self.fields.get(name)
        return found.data if found else [None] * self.size

    def hard(self, number: int) -> int:
        """Number of hard problems of a record."""
        return len([1 for problem in self.problems[number] if problem.strength == "hard"])


class BulkChecker:
    """Checks many records of one form in one context; made by :meth:`jgclient.forms.checker.Checker.in_bulk`.

    What registers say of a key must not change meanwhile; which records there are already may.
    """

    def __init__(
        self, form: Form, conditions: Conditions, crossing: Crossing, rules: Sequence[Rule], *,
        empty: Mapping[str, RuleValue | None], watched: Watched, context: Context, judged: bool = True,
    ) -> None:  # fmt: skip
        self._form, self._crossing, self._context, self._empty = form, crossing, context, empty
        views = Views()
        self._rules = [views.add(rule) for rule in rules]
        self._shown = [(name, views.add(rule)) for name, rule in conditions.shown]
        self._required = [(name, views.add(rule)) for name, rule in conditions.required]
        self._columns = {f.name: Column(form, f, empty[f.name], views, watched, judged=judged) for f in form}
        self._blanks = {name: column.blank for name, column in self._columns.items()}
        self._order = {f.name: number for number, f in enumerate(form)}
        self._references = [_Reference(f, form) for f in crossing.references]

    def read(self, texts: Mapping[str, Sequence[str]]) -> Block:
        """Understand the texts of some records, then check everything but what is there twice.

        Args:
            texts: Field name → one text for each record, empty where it has none.
        """
        work = self._understood(texts)
        self._own(work)
        self._misplaced(work)
        self._break(work)
        wrong = [problems for problems in work.block.problems if problems]
        self._refer(work)  # in the order of the fields, so that only what was wrong before needs sorting
        for problems in wrong:
            if len(problems) > 1:
                problems.sort(key=self._place)
        return work.block

    def understand(self, texts: Mapping[str, Sequence[str]]) -> Block:
        """Understand the texts of some records and check nothing between fields; ``problems`` stay empty."""
        return self._understood(texts).block

    def twice(self, block: Block, number: int) -> None:
        """Add what is wrong with a record because there is another one like it; called in order."""
        problems = block.problems[number]
        before = len(problems)
        for rule in self._crossing.duplicates:
            content = {name: block.data(number, name) for name in rule.fields}
            if None not in content.values():
                registers = self._context.registers
                for found, names in self._crossing.twice(rule, content, block.days[number], registers):
                    shown = block.fields[names[0]].shown[number]
                    _add(self._problem(names[0], found, shown, names), problems)
        if len(problems) > before:
            problems.sort(key=self._place)

    # -- understanding ---------------------------------------------------------------------------------

    def _understood(self, texts: Mapping[str, Sequence[str]]) -> _Work:
        size = len(next(iter(texts.values()), ()))
        today, first = self._context.today, self._form.date_field
        meanwhile = [today] * size
        days: list[date | None] = [None] * size
        fields: dict[str, Filled] = {}
        if first in texts:
            dates = fields[first] = self._columns[first].filled(texts[first], meanwhile)
            days = [dates[number].day for number in range(size)]
            meanwhile = [day or today for day in days]
        for name, column in texts.items():
            if name != first:
                fields[name] = self._columns[name].filled(column, meanwhile)
        return _Work(
            Block(self._form, size, fields, [[] for _ in range(size)], days), meanwhile, self._blanks
        )

    def _own(self, work: _Work) -> None:
        """What is wrong with each field by itself; notes which are blank and which were not understood."""
        problems = work.block.problems
        for name, fields in work.block.fields.items():
            blank = self._columns[name].blank
            for i in fields.odd:
                found = fields[i]
                if found is blank:
                    work.blank[name].append(i)
                else:
                    problems[i] += found.problems
                    if found.failed:
                        work.failed[i].add(name)
        for name, fields in work.block.fields.items():
            if fields.late:
                for i, own in self._columns[name].late(fields, work.meanwhile, work.block.column):
                    problems[i] += own

    # -- judging ---------------------------------------------------------------------------------------

    def _misplaced(self, work: _Work) -> None:
        """Fields that must be filled and are not, or are filled and must not be."""
        problems, fields = work.block.problems, work.block.fields
        hidden = {name: frozenset(self._rows(rule, work, holds=False)) for name, rule in self._shown}
        needed = {name: self._rows(rule, work, holds=True) for name, rule in self._required}
        for form_field in self._form:
            name = form_field.name
            empty = work.blank[name] if name in fields else list(range(work.block.size))
            if not form_field.required:
                empty = sorted(set(empty).intersection(needed[name])) if name in needed else []
            for i in empty:
                if i not in hidden.get(name, ()):
                    problems[i].append(self._problem(name, reporting.missing(form_field), ""))
            for i in hidden.get(name, ()) if name in fields else ():
                if fields[name].data[i] is not None:
                    shown = fields[name].shown[i]
                    problems[i].append(self._problem(name, reporting.not_applicable(form_field), shown))

    def _rows(self, rule: RememberedRule, work: _Work, *, holds: bool) -> list[int]:
        """The records for which a rule holds (or does not), as far as its fields were understood."""
        names, size, fields = rule.rule.names, work.block.size, work.block.fields
        if names.isdisjoint(fields):
            answers = [rule.rule.holds(self._empty)] * size
        elif not rule.holds_without <= fields.keys():
            answers = [True] * size
        else:
            answers = rule.answers(work.seen, size, partial(self._values, work.block))
        if not any(answers) if holds else all(answers):
            return []
        return [i for i, a in enumerate(answers) if a is holds and names.isdisjoint(work.failed.get(i, ()))]

    def _values(self, block: Block, names: Iterable[str], number: int) -> dict[str, RuleValue | None]:
        """What rules see of some fields of a record, and ``today``."""
        known = {name: block.fields[name][number].rule for name in names if name in block.fields}
        return {**{name: self._empty[name] for name in names}, **known, "today": self._empty["today"]}

    def _break(self, work: _Work) -> None:
        """Rules between fields."""
        for check, rule in zip(self._form.checks, self._rules, strict=True):
            for i in self._rows(rule, work, holds=False):
                shown = [
                    work.block.fields[name][i].shown for name in check.fields if name in work.block.fields
                ]
                work.block.problems[i].append(reporting.broken_rule(check, "；".join(filter(None, shown))))

    def _refer(self, work: _Work) -> None:
        """Fields that point at something."""
        for pointing in self._references:
            if pointing.field.name in work.block.fields:
                for i, found in enumerate(self._referred(pointing, work.block)):
                    for problem in found or ():
                        _add(problem, work.block.problems[i])

    def _referred(self, pointing: _Reference, block: Block) -> list[list[Problem] | None]:
        """What is wrong with a field that points at something, for each record; None where it is empty."""
        fields, items = block.fields[pointing.field.name], block.fields.get(self._form.item_field)
        item_codes = items.data if items else [None] * block.size
        keys = pointing.keys(fields.shown, item_codes, block.days)
        known = list(map(pointing.known.get, keys))
        for i in [i for i, found in enumerate(known) if found is None]:
            if fields.data[i] is not None:
                known[i] = pointing.known.get(keys[i]) or self._look_up(
                    pointing, block, i, item_codes[i], keys[i]
                )
        return known

    def _look_up(
        self, pointing: _Reference, block: Block, number: int, item: Json, key: Hashable
    ) -> list[Problem]:
        name = pointing.field.name
        found = block.fields[name][number]
        day, registers = block.days[number], self._context.registers
        findings, asked = self._crossing.of_reference(pointing.field, found.data, item, day, registers)
        problems = [self._problem(name, finding, found.shown) for finding in findings]
        pointing.remember(key, problems, asked)
        return problems

    def _problem(self, name: str, found: Finding, shown: str, names: tuple[str, ...] = ()) -> Problem:
        return reporting.problem(self._form, self._form.field(name), found, shown, names)

    def _place(self, problem: Problem) -> int:
        return self._order.get(problem.fields[0], len(self._order))


class _Work:
    """A block being checked.

    Attributes:
        meanwhile: The day of each act, today where it is not known.
        blank: Field name → records that do not fill it.
        failed: Record → fields that were not understood.
    """

    def __init__(self, block: Block, meanwhile: list[date], blanks: Mapping[str, Understood]) -> None:
        self.block, self.meanwhile, self._blanks = block, meanwhile, blanks
        self.blank: defaultdict[str, list[int]] = defaultdict(list)
        self.failed: defaultdict[int, set[str]] = defaultdict(set)
        self._seen: dict[tuple[str, int], list[Hashable]] = {}

    def seen(self, name: str, view: int) -> list[Hashable]:
        """What a view can tell apart of a field, record by record."""
        key = (name, view)
        if key not in self._seen:
            fields = self.block.fields.get(name)
            blank = self._blanks[name].seen[view]
            self._seen[key] = fields.seen(view) if fields else [blank] * self.block.size
        return self._seen[key]


class _Reference:
    """What is wrong with the values of one field that points at something.

    Attributes:
        known: Remembered by text, and by day and item once a verdict depended on them.
    """

    def __init__(self, pointing: Field, form: Form) -> None:
        self.field = pointing
        self.known: dict[Any, list[Problem]] = {}
        self._asked: set[str] = set()
        self._keyed_by: frozenset[str] = frozenset()
        self._changes = pointing.register == f"record:{form.id}"

    def keys(self, shown: Sequence[str], items: Sequence[Json], days: Sequence[date | None]) -> Sequence[Any]:
        """What verdicts on some records are remembered by."""
        if len(self.known) >= MOST or self._keyed_by != self._asked:
            self.known.clear()
        self._keyed_by = frozenset(self._asked)
        others = [column for name, column in (("item", items), ("day", days)) if name in self._asked]
        return list(zip(shown, *others, strict=True)) if others else shown

    def remember(self, key: Hashable, problems: list[Problem], asked: set[str]) -> None:
        """Keep a verdict if all it depends on is in its key; else the keys of the next block are longer."""
        self._asked |= asked
        if asked <= self._keyed_by and not self._changes:
            self.known[key] = problems


def _add(problem: Problem, problems: list[Problem]) -> None:
    """Add a problem, unless a field's own check has said the same; then it only lends its candidates."""
    for index, said in enumerate(problems):
        if said.code == problem.code and said.fields == problem.fields:
            if problem.candidates:
                problems.pop(index)
                problems.append(replace(said, candidates=problem.candidates))
            return
    problems.append(problem)
