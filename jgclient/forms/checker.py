"""One checker for keyboard, workbook, package and gateway: texts or content in, problems out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from jgclient.forms import reporting
from jgclient.forms.bulk import BulkChecker
from jgclient.forms.bulk_fields import Watched
from jgclient.forms.codes import CodeLists
from jgclient.forms.conditions import Conditions
from jgclient.forms.context import Context
from jgclient.forms.crossing import Crossing
from jgclient.forms.definition import Field, Form
from jgclient.forms.field_types.dates import future
from jgclient.forms.findings import Finding
from jgclient.forms.lint import rules_of
from jgclient.forms.problems import Problem
from jgclient.forms.registers import NoRegisters
from jgclient.forms.understanding import Run, Understanding, day_of
from jgclient.records import Content, Json

__all__ = ["Checker", "Context", "Reading"]

#: For questions that depend on the content alone.
_NOWHERE = Context(NoRegisters(), date.max)


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


class Checker:
    """Checks records of one form version. Holds no state of a record; safe to share between threads.

    Args:
        form: A linted form.
        codes: The code lists its fields name.
    """

    def __init__(self, form: Form, codes: CodeLists) -> None:
        self.form = form
        self._codes = codes
        self._order = {f.name: number for number, f in enumerate(form)}
        self._understanding = Understanding(form, codes)
        rules = rules_of(form)
        self._conditions = Conditions(form, rules)
        self._crossing = Crossing(form)
        self._rules = [rules.compile(check.rule, check.fields) for check in form.checks]
        everything = [*self._conditions.rules, *self._rules]
        self._everything = rules.together(everything) if everything else None
        self._plural = [field for field in form if field.min_items > 1]
        self._ruled = frozenset(name for rule in everything for name in rule.names)

    def read(self, texts: Mapping[str, str], context: Context) -> Reading:
        """Understand typed texts as generously as possible, then check everything."""
        run = self._understanding.of_texts(texts, context)
        self._judge(run)
        content = {name: run.content[name] for name in self._order if name in run.content}
        return Reading(content, run.problems, self._understanding.texts_in(run))

    def in_bulk(self, context: Context, *, judged: bool = True) -> BulkChecker:
        """The same checker for thousands of texts in one context; not to be shared between threads.

        Args:
            context: What may be asked.
            judged: Say what is wrong; else texts are only understood, for who writes them elsewhere.
        """
        return BulkChecker(
            self.form, self._conditions, self._crossing, self._rules,
            empty=self._understanding.rule_values(self._understanding.of_content({}, context)),
            watched=Watched(context.today, self._codes, context.unit.get("region", "")), context=context,
            judged=judged,
        )  # fmt: skip

    def check(self, content: Mapping[str, Json], context: Context) -> list[Problem]:
        """The same verdict on JSON content, as it arrives at the gateway."""
        run = self._understanding.of_content(content, context)
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
        run = self._understanding.of_texts({**(texts or {}), name: text}, context)
        run.problems = [found for found in run.problems if found.fields == (name,)]
        run.fields = {name: run.fields[name]} if name in run.fields else {}
        if name in run.fields:
            self._check_values(run)
        elif form_field.required and name not in run.failed:
            self._report(run, form_field, reporting.missing(form_field))
        return run.content.get(name), run.problems

    def to_texts(self, content: Mapping[str, Json]) -> dict[str, str]:
        """The texts that widgets show for JSON content; what is not understood is shown as it is."""
        return {name: self._understanding.text(name, value) for name, value in content.items()}

    def visible(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields to show: those that apply, and those that are filled although they do not."""
        return self._applicable(content)[0] | (content.keys() & self._order.keys())

    def required(self, content: Mapping[str, Json]) -> frozenset[str]:
        """Names of the fields that must be filled for this content."""
        return self._applicable(content)[1]

    def _applicable(self, content: Mapping[str, Json]) -> tuple[frozenset[str], frozenset[str]]:
        run = self._understanding.of_content(content, _NOWHERE)
        return self._conditions.applicable(self._understanding.rule_values(run), run.failed)

    def _judge(self, run: Run) -> None:
        false = self._false(run)
        conditions = len(self._conditions.rules)
        answers = tuple([index for index in false if index < conditions])
        shown, required = self._conditions.following(answers, run.failed)
        self._check_values(run)
        for name in run.fields.keys() - shown:
            self._report(run, self.form.field(name), reporting.not_applicable(self.form.field(name)))
        for name in required - run.fields.keys() - run.failed:
            self._report(run, self.form.field(name), reporting.missing(self.form.field(name)))
        self._apply_rules(run, [index - conditions for index in false if index >= conditions])
        self._cross(run)
        if len(run.problems) > 1:
            run.problems.sort(key=lambda found: self._order.get(found.fields[0], len(self._order)))

    def _false(self, run: Run) -> list[int]:
        """Indexes of what is false: conditions first, then rules; one evaluation for all costs least."""
        if self._everything is None:
            return []
        return self._everything.broken(self._understanding.rule_values(run, self._ruled))

    def _check_values(self, run: Run) -> None:
        for name, known in run.fields.items():
            findings = known.findings
            for finding in self._understanding.judge(run, name, known) if findings is None else findings:
                self._report(run, self.form.field(name), finding)
        for form_field in self._plural:
            found = run.fields.get(form_field.name)
            if found and len(found.value) < form_field.min_items:
                self._report(run, form_field, reporting.too_few(form_field, len(found.value)))
        if self.form.date_field in run.fields and self.form.kind == "record":
            self._check_future(run, self.form.field(self.form.date_field))

    def _check_future(self, run: Run, form_field: Field) -> None:
        """An act cannot be reported before it was done; other dates may lie ahead."""
        day = day_of(run.fields[form_field.name].value)
        if day > run.context.today:
            self._report(run, form_field, future(form_field.title, day, run.context.today))

    def _apply_rules(self, run: Run, broken: Iterable[int]) -> None:
        for index in broken:
            if run.failed.isdisjoint(self._rules[index].names):
                check = self.form.checks[index]
                shown = (self._understanding.text_in(run, name) for name in check.fields)
                run.problems.append(reporting.broken_rule(check, "；".join(filter(None, shown))))

    def _cross(self, run: Run) -> None:
        day = run.around.day if self.form.date_field in run.fields else None
        for found, names in self._crossing.findings(run.content, day, run.context.registers):
            twins = [p for p in run.problems if p.code == found.code and p.fields == names]
            if not twins:
                self._report(run, self.form.field(names[0]), found, names)
            elif found.candidates:
                run.problems.remove(twins[0])
                run.problems.append(replace(twins[0], candidates=found.candidates))

    def _report(self, run: Run, form_field: Field, found: Finding, names: tuple[str, ...] = ()) -> None:
        value = self._understanding.text_in(run, form_field.name)
        run.problems.append(reporting.problem(self.form, form_field, found, value, names))
