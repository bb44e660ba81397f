"""One checker for keyboard, workbook, package and gateway: texts or content in, problems out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jgclient.forms.codes import CodeLists
from jgclient.forms.crossing import cross_findings
from jgclient.forms.definition import Check, Field, Form
from jgclient.forms.field_types import FIELD_TYPES, FieldType
from jgclient.forms.field_types.dates import future
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS, Problem
from jgclient.forms.registers import Registers
from jgclient.forms.rules import Rule, RuleSet, Rules
from jgclient.records import Content, Json


@dataclass(frozen=True)
class Context:
    """What the checker knows beside the record.

    Attributes:
        unit: ``name``, ``code`` and ``region`` of the user's unit; may be empty.
    """

    registers: Registers
    today: date
    unit: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading typed texts.

    Attributes:
        content: JSON values of all fields that could be understood.
        problems: Everything found, in the order of the fields, then of the rules.
        texts: The texts as they should be shown now; what could not be understood stays as typed.
    """

    content: Content
    problems: list[Problem]
    texts: dict[str, str]


@dataclass(slots=True)
class _Pass:
    """One run over one record."""

    context: Context
    around: Surroundings
    values: dict[str, Any] = field(default_factory=dict)
    content: Content = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
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
        self._types: dict[str, FieldType] = {f.name: FIELD_TYPES[f.type] for f in form}
        self._rules = Rules({f.name: FIELD_TYPES[f.type].shape for f in form})
        self._empty = {name: [] if kind.shape == "list" else None for name, kind in self._types.items()}
        self._always = frozenset(f.name for f in form if f.required)
        self._shown_if = self._conditions((f, f.shown_if) for f in form)
        self._required_if = self._conditions((f, f.required_if) for f in form)
        self._conditions_set = self._together((*self._shown_if.values(), *self._required_if.values()))
        self._check_rules = tuple(self._rules.compile(check.rule, check.fields) for check in form.checks)
        self._check_set = self._together(self._check_rules)

    # -- the four questions ----------------------------------------------------------------------------

    def read(self, texts: Mapping[str, str], context: Context) -> Reading:
        """Understand typed texts as generously as possible, then check everything."""
        run = self._begin(context, texts=texts)
        for name in self._date_first(texts):
            if texts[name] and not texts[name].isspace():
                self._take(run, name, texts[name], typed=True)
        self._judge(run)
        return Reading(self._in_order(run.content), run.problems, self._shown_texts(run))

    def check(self, content: Mapping[str, Json], context: Context) -> list[Problem]:
        """The same verdict on JSON content, as it arrives at the gateway."""
        run = self._begin(context)
        for name in self._date_first(content):
            self._take(run, name, content[name], typed=False)
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
            texts: What the other fields hold, for types that depend on them.

        Raises:
            KeyError: the form has no such field.
        """
        run = self._begin(context, texts=texts or {})
        for other in self._date_first(texts or {}):
            if other != name and (texts or {})[other].strip():
                self._take(run, other, (texts or {})[other], typed=True)
        run.problems.clear()
        if not text or text.isspace():
            return None, self._missing(run, self.form.field(name)) if name in self._always else []
        self._take(run, name, text, typed=True)
        if name in run.values:
            self._check_value(run, self.form.field(name))
        return run.content.get(name), run.problems

    def to_texts(self, content: Mapping[str, Json]) -> dict[str, str]:
        """The texts widgets show for JSON content; what is not understood is shown as it is."""
        return {name: self._text(name, value) for name, value in content.items()}

    def visible(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields to show: those that apply, and those that are filled although they do not."""
        shown, _ = self._applicable(self._rule_values(self._understood(content)))
        return shown | (content.keys() & self._types.keys())

    def required(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields that must be filled for this content."""
        return self._applicable(self._rule_values(self._understood(content)))[1]

    # -- steps -----------------------------------------------------------------------------------------

    def _begin(self, context: Context, texts: Mapping[str, str] | None = None) -> _Pass:
        today = context.today
        content: Content = {}
        around = Surroundings(today, today, self._codes, context.unit.get("region", ""), content)
        return _Pass(context, around, content=content, texts=texts or {})

    def _date_first(self, given: Iterable[str]) -> list[str]:
        first = self.form.date_field
        names = [name for name in given if name != first]
        return [first, *names] if first and first in given else names

    def _take(self, run: _Pass, name: str, given: Any, *, typed: bool) -> None:
        """Understand one field and put it into the run."""
        form_field = self.form.by_name.get(name)
        if form_field is None:
            run.problems.append(_unknown_field(name, given))
            return
        kind = self._types[name]
        try:
            value = kind.parse(form_field, given, run.around) if typed else kind.from_json(form_field, given)
        except Refused as refused:
            run.failed.add(name)
            run.problems.append(self._problem(form_field, refused.finding, str(given)))
            return
        run.values[name] = value
        run.content[name] = kind.to_json(value)
        if name == self.form.date_field:
            run.around = _on_day(run.around, value)

    def _judge(self, run: _Pass) -> None:
        values = self._rule_values(run.values)
        values["today"] = run.context.today.isoformat()
        shown, required = self._applicable(values, run.failed)
        for form_field in self.form.fields:
            name = form_field.name
            if name in run.values:
                self._check_value(run, form_field)
                if name not in shown:
                    run.problems.append(self._not_applicable(run, form_field))
            elif name in required and name not in run.failed:
                run.problems += self._missing(run, form_field)
        self._check_future(run)
        self._apply_rules(run, values)
        for found, names in cross_findings(self.form, run.content, run.failed, run.context):
            run.problems.append(self._problem(self.form.field(names[0]), found, "", names=names))
        order = {f.name: i for i, f in enumerate(self.form.fields)}
        run.problems.sort(key=lambda p: order.get(p.fields[0], len(order)) if p.fields else len(order))

    def _check_value(self, run: _Pass, form_field: Field) -> None:
        kind, value = self._types[form_field.name], run.values[form_field.name]
        findings = kind.check(form_field, value, run.around)
        if form_field.min_items and len(value) < form_field.min_items:
            findings = [*findings, _too_few(form_field, len(value))]
        for found in findings:
            text = kind.format(form_field, value, self._codes)
            run.problems.append(self._problem(form_field, found, text))

    def _check_future(self, run: _Pass) -> None:
        value = run.values.get(self.form.date_field)
        if value is None or self.form.kind != "record":
            return
        day = value.date() if isinstance(value, datetime) else value
        if day > run.context.today:
            form_field = self.form.field(self.form.date_field)
            found = future(form_field.title, day, run.context.today)
            run.problems.append(self._problem(form_field, found, day.isoformat()))

    def _apply_rules(self, run: _Pass, values: Mapping[str, Any]) -> None:
        if self._check_set is None:
            return
        for index in self._check_set.broken(values):
            if not (self._check_rules[index].names & run.failed):
                run.problems.append(self._broken(run, self.form.checks[index]))

    def _broken(self, run: _Pass, check: Check) -> Problem:
        shown = [self._text(name, run.content[name]) for name in check.fields if name in run.content]
        remedy = f"{check.help}（例：{check.example}）" if check.example else check.help
        return Problem(
            code=check.code, kind=check.kind, strength=check.strength, fields=check.fields, message=check.message,
            value="；".join(shown), help=remedy, basis=check.basis,
        )  # fmt: skip

    def _missing(self, run: _Pass, form_field: Field) -> list[Problem]:
        remedy = f"例：{form_field.example}" if form_field.example else form_field.help or "请填写"
        found = Finding("required", f"“{form_field.title}”必填，还没有填", remedy, basis=form_field.basis)
        return [self._problem(form_field, found, run.texts.get(form_field.name, ""))]

    def _not_applicable(self, run: _Pass, form_field: Field) -> Problem:
        found = Finding(
            "not-applicable", f"按现在的选择，“{form_field.title}”不应填写", "请清空这一项，或改正前面的选择"
        )
        return self._problem(form_field, found, self._text(form_field.name, run.content[form_field.name]))

    def _problem(self, form_field: Field, found: Finding, value: str, names: tuple[str, ...] = ()) -> Problem:
        return Problem(
            code=found.code, kind=found.kind or kind_of(self.form, form_field), strength=found.strength,
            fields=names or (form_field.name,), value=value, message=found.message, help=found.help,
            basis=found.basis or form_field.basis, candidates=found.candidates,
            reason_required=found.reason_required,
        )  # fmt: skip

    # -- conditions ------------------------------------------------------------------------------------

    def _conditions(self, expressions: Iterable[tuple[Field, str]]) -> dict[str, Rule]:
        return {f.name: self._rules.compile(expression) for f, expression in expressions if expression}

    def _together(self, rules: tuple[Rule, ...]) -> RuleSet | None:
        return self._rules.together(rules) if rules else None

    def _applicable(
        self, values: Mapping[str, Any], failed: Iterable[str] = ()
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Names of the fields that apply and of those that must be filled.

        A condition over a field that was not understood leaves its field shown and optional.
        """
        if self._conditions_set is None:
            return frozenset(self._types), self._always
        false = set(self._conditions_set.broken({"today": "", **values}))
        unclear = set(failed)
        shown, required = set(self._types), set(self._always)
        for index, (name, rule) in enumerate(self._shown_if.items()):
            if index in false and not rule.names & unclear:
                shown.discard(name)
        for index, (name, rule) in enumerate(self._required_if.items(), start=len(self._shown_if)):
            if index not in false and not rule.names & unclear:
                required.add(name)
        return frozenset(shown), frozenset(required & shown)

    def _understood(self, content: Mapping[str, Json]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in content.keys() & self._types.keys():
            try:
                values[name] = self._types[name].from_json(self.form.field(name), content[name])
            except Refused:
                continue
        return values

    def _rule_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: self._types[name].to_rule(value) for name, value in values.items()}
        return {**self._empty, **known}

    # -- texts -----------------------------------------------------------------------------------------

    def _text(self, name: str, value: Json) -> str:
        if name not in self._types:
            return str(value)
        kind, form_field = self._types[name], self.form.field(name)
        try:
            return kind.format(form_field, kind.from_json(form_field, value), self._codes)
        except Refused:
            return str(value)

    def _shown_texts(self, run: _Pass) -> dict[str, str]:
        kept = {name: text for name, text in run.texts.items() if text and not text.isspace()}
        return {
            name: self._text(name, run.content[name]) if name in run.content else text
            for name, text in kept.items()
        }

    def _in_order(self, content: Content) -> Content:
        return {f.name: content[f.name] for f in self.form.fields if f.name in content}


def kind_of(form: Form, form_field: Field) -> str:
    """The national 数据检核类型 that problems of a field belong to."""
    if form_field.name == form.number_field:
        return KINDS["09"]
    if form_field.name == form.item_field or form_field.register == "item":
        return KINDS["03"]
    if form_field.register == "implementation" or form_field.identifier == "implementation":
        return KINDS["04"]
    if form_field.identifier == "idcard":
        return KINDS["07"]
    return FIELD_TYPES[form_field.type].kind


def _on_day(around: Surroundings, value: date) -> Surroundings:
    day = value.date() if isinstance(value, datetime) else value
    return Surroundings(around.today, day, around.codes, around.region, around.siblings)


def _too_few(form_field: Field, number: int) -> Finding:
    message = f"“{form_field.title}”至少 {form_field.min_items} 项，现有 {number} 项"
    return Finding("too-few", message, "请补充，多项用“、”隔开", basis=form_field.basis)


def _unknown_field(name: str, value: Any) -> Problem:
    return Problem(
        code="unknown-field", kind=KINDS["01"], strength="hard", fields=(name,), value=str(value)[:100],
        message=f"表单里没有“{name}”这一项", help="请删去这一项，或换用有这一项的表单版本",
    )  # fmt: skip
