"""One checker for keyboard, workbook, package and gateway: texts or content in, problems out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from jgclient.forms import reporting
from jgclient.forms.codes import CodeLists
from jgclient.forms.conditions import Conditions
from jgclient.forms.context import Context
from jgclient.forms.crossing import Crossing
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types import FIELD_TYPES, FieldType
from jgclient.forms.field_types.dates import future
from jgclient.forms.findings import Finding, Refused, Surroundings, unreadable
from jgclient.forms.lint import rules_of
from jgclient.forms.problems import Problem
from jgclient.forms.rules import RuleValue
from jgclient.records import Content, Json

__all__ = ["Checker", "Context", "Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading typed texts.

    Attributes:
        content: JSON values of all fields that could be understood, in the order of the form.
        problems: Everything found, in the order of the fields concerned.
        texts: The texts as they should be shown now; what could not be understood stays as typed.
    """

    content: Content
    problems: list[Problem]
    texts: dict[str, str]


@dataclass(slots=True)
class _Run:
    """One record on its way through the checker.

    Attributes:
        texts: Typed texts, empty when JSON is checked.
        values: Python values of the fields that were understood.
        content: Their JSON values; also what ``around`` shows as siblings.
        failed: Names of the fields that were not understood.
    """

    context: Context
    around: Surroundings
    content: Content
    texts: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class Checker:
    """Checks records of one form version. Holds no state of a record; safe to share between threads.

    Args:
        form: A linted form.
        codes: The code lists its fields name.
    """

    def __init__(self, form: Form, codes: CodeLists) -> None:
        self.form = form
        self._codes = codes
        self._types: dict[str, FieldType[Any]] = {f.name: FIELD_TYPES[f.type] for f in form}
        self._order = {f.name: number for number, f in enumerate(form)}
        self._empty: dict[str, RuleValue | None] = {
            name: [] if kind.shape == "list" else None for name, kind in self._types.items()
        }
        rules = rules_of(form)
        self._conditions = Conditions(form, rules)
        self._crossing = Crossing(form)
        self._rules = [rules.compile(check.rule, check.fields) for check in form.checks]
        self._rule_set = rules.together(self._rules)

    # -- the questions ---------------------------------------------------------------------------------

    def read(self, texts: Mapping[str, str], context: Context) -> Reading:
        """Understand typed texts as generously as possible, then check everything."""
        run = self._understand(texts, context)
        self._judge(run)
        content = {name: run.content[name] for name in self._order if name in run.content}
        return Reading(content, run.problems, self._texts(run))

    def check(self, content: Mapping[str, Json], context: Context) -> list[Problem]:
        """The same verdict on JSON content, as it arrives at the gateway."""
        run = self._begin(context)
        for name in self._date_first(content):
            self._take_json(run, name, content[name])
        self._judge(run)
        return run.problems

    def read_field(
        self, name: str, text: str, context: Context, texts: Mapping[str, str] | None = None
    ) -> tuple[Json | None, list[Problem]]:
        """One field while it is typed: its value and its own problems, no rules between fields.

        Args:
            name: Name of the field.
            text: What was typed.
            context: As for :meth:`read`.
            texts: What the other fields hold, for types whose verdict depends on them.

        Raises:
            KeyError: the form has no such field.
        """
        form_field = self.form.field(name)
        run = self._understand({**(texts or {}), name: text}, context)
        run.problems = [found for found in run.problems if found.fields == (name,)]
        if name in run.values:
            self._check_value(run, form_field)
            self._check_future(run, form_field)
        elif form_field.required and name not in run.failed:
            run.problems.append(reporting.problem(self.form, form_field, reporting.missing(form_field), ""))
        return run.content.get(name), run.problems

    def to_texts(self, content: Mapping[str, Json]) -> dict[str, str]:
        """The texts that widgets show for JSON content; what is not understood is shown as it is."""
        return {name: self._text(name, value) for name, value in content.items()}

    def visible(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields to show: those that apply, and those that are filled although they do not."""
        return self._applicable(content)[0] | (content.keys() & self._types.keys())

    def required(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields that must be filled for this content."""
        return self._applicable(content)[1]

    # -- understanding ---------------------------------------------------------------------------------

    def _begin(self, context: Context, texts: Mapping[str, str] | None = None) -> _Run:
        content: Content = {}
        region = context.unit.get("region", "")
        around = Surroundings(context.today, context.today, self._codes, region, content)
        return _Run(context, around, content, texts or {})

    def _understand(self, texts: Mapping[str, str], context: Context) -> _Run:
        run = self._begin(context, texts)
        for name in self._date_first(texts):
            self._take_text(run, name, texts[name])
        return run

    def _date_first(self, given: Mapping[str, Any]) -> Iterable[str]:
        """The date of the act comes first because it decides which codes are valid."""
        first = self.form.date_field
        return (first, *(name for name in given if name != first)) if first in given else given

    def _take_text(self, run: _Run, name: str, text: str) -> None:
        kind = self._types.get(name)
        if kind is None:
            run.problems.append(reporting.unknown_field(name, text))
            return
        if kind.is_blank(text):
            return
        try:
            if len(text) > kind.longest:
                raise unreadable(text, kind.longest)
            value = kind.parse(self.form.field(name), text, run.around)
        except Refused as refused:
            self._fail(run, name, refused, text)
        else:
            self._keep(run, name, value, kind.to_json(value))

    def _take_json(self, run: _Run, name: str, data: Json) -> None:
        kind = self._types.get(name)
        if kind is None:
            run.problems.append(reporting.unknown_field(name, data))
            return
        try:
            value = kind.from_json(self.form.field(name), data)
        except Refused as refused:
            self._fail(run, name, refused, reporting.shown(data))
        else:
            self._keep(run, name, value, data)

    def _fail(self, run: _Run, name: str, refused: Refused, text: str) -> None:
        run.failed.add(name)
        run.problems.append(reporting.problem(self.form, self.form.field(name), refused.finding, text))

    def _keep(self, run: _Run, name: str, value: Any, data: Json) -> None:  # noqa: ANN401 - any field's value
        run.values[name] = value
        run.content[name] = data
        if name == self.form.date_field:
            run.around = replace(run.around, day=_day(value))

    # -- judging ---------------------------------------------------------------------------------------

    def _judge(self, run: _Run) -> None:
        values = self._rule_values(run.values, run.context.today)
        shown, required = self._conditions.applicable(values, run.failed)
        for form_field in self.form.fields:
            name = form_field.name
            if name in run.values:
                self._check_value(run, form_field)
                if name not in shown:
                    self._report(run, form_field, reporting.not_applicable(form_field))
            elif name in required and name not in run.failed:
                self._report(run, form_field, reporting.missing(form_field))
        self._check_date(run)
        self._apply_rules(run, values)
        self._cross(run)
        run.problems.sort(key=self._place)

    def _check_value(self, run: _Run, form_field: Field) -> None:
        value = run.values[form_field.name]
        for found in self._types[form_field.name].check(form_field, value, run.around):
            self._report(run, form_field, found)
        if form_field.min_items > 1 and len(value) < form_field.min_items:
            self._report(run, form_field, reporting.too_few(form_field, len(value)))

    def _check_date(self, run: _Run) -> None:
        if self.form.date_field in run.values:
            self._check_future(run, self.form.field(self.form.date_field))

    def _check_future(self, run: _Run, form_field: Field) -> None:
        """An act cannot be reported before it was done; other dates may lie ahead."""
        if self.form.kind == "record" and form_field.name == self.form.date_field:
            day = _day(run.values[form_field.name])
            if day > run.context.today:
                self._report(run, form_field, future(form_field.title, day, run.context.today))

    def _apply_rules(self, run: _Run, values: Mapping[str, RuleValue | None]) -> None:
        for index in self._rule_set.broken(values):
            if run.failed.isdisjoint(self._rules[index].names):
                check = self.form.checks[index]
                shown = [self._value_text(run, name) for name in check.fields if name in run.values]
                run.problems.append(reporting.broken_rule(check, "；".join(shown)))

    def _cross(self, run: _Run) -> None:
        day = run.around.day if self.form.date_field in run.values else None
        for found, names in self._crossing.findings(run.content, day, run.context.registers):
            twins = [p for p in run.problems if p.code == found.code and p.fields == names]
            if not twins:
                self._report(run, self.form.field(names[0]), found, names)
            elif found.candidates:
                run.problems.remove(twins[0])
                run.problems.append(replace(twins[0], candidates=found.candidates))

    def _report(self, run: _Run, form_field: Field, found: Finding, names: tuple[str, ...] = ()) -> None:
        name = form_field.name
        value = self._value_text(run, name) if name in run.values else run.texts.get(name, "")
        run.problems.append(reporting.problem(self.form, form_field, found, value, names))

    def _place(self, found: Problem) -> int:
        return self._order.get(found.fields[0], len(self._order))

    # -- conditions and texts --------------------------------------------------------------------------

    def _applicable(self, content: Mapping[str, Json]) -> tuple[frozenset[str], frozenset[str]]:
        values: dict[str, Any] = {}
        failed: set[str] = set()
        for name in content.keys() & self._types.keys():
            try:
                values[name] = self._types[name].from_json(self.form.field(name), content[name])
            except Refused:
                failed.add(name)
        return self._conditions.applicable(self._rule_values(values, date.max), failed)

    def _rule_values(self, values: Mapping[str, Any], today: date) -> dict[str, RuleValue | None]:
        known = {name: self._types[name].to_rule(value) for name, value in values.items()}
        return {**self._empty, **known, "today": today.isoformat()}

    def _text(self, name: str, data: Json) -> str:
        kind = self._types.get(name)
        if kind is None:
            return reporting.shown(data)
        try:
            form_field = self.form.field(name)
            return kind.format(form_field, kind.from_json(form_field, data), self._codes)
        except Refused:
            return reporting.shown(data)

    def _texts(self, run: _Run) -> dict[str, str]:
        """The typed texts, normalised where they were understood; signs for “nothing” are gone."""
        known = run.values.keys() | run.failed
        texts = {name: text for name, text in run.texts.items() if name in known or name not in self._types}
        return {
            name: self._value_text(run, name) if name in run.values else text for name, text in texts.items()
        }

    def _value_text(self, run: _Run, name: str) -> str:
        return self._types[name].format(self.form.field(name), run.values[name], self._codes)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
