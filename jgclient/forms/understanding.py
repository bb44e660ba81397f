"""The first half of checking: typed texts or JSON become values, or it is said why they cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from jgclient.forms import reporting
from jgclient.forms.codes import CodeLists
from jgclient.forms.context import Context
from jgclient.forms.definition import Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused, Surroundings, unreadable
from jgclient.forms.problems import Problem
from jgclient.forms.rules import RuleValue
from jgclient.records import Content, Json


@dataclass(slots=True)
class Run:
    """One record on its way through the checker.

    Attributes:
        texts: Typed texts, empty when JSON is checked.
        content: JSON values of the fields that were understood; also what ``around`` shows as siblings.
        values: Their Python values.
        failed: Names of the fields that were not understood.
    """

    context: Context
    around: Surroundings
    content: Content
    texts: Mapping[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class Understanding:
    """Understands records of one form and shows their values as texts."""

    def __init__(self, form: Form, codes: CodeLists) -> None:
        self._form = form
        self._codes = codes
        self._fields = {f.name: (f, FIELD_TYPES[f.type]) for f in form}
        self._empty: dict[str, RuleValue | None] = {
            name: [] if kind.shape == "list" else None for name, (_, kind) in self._fields.items()
        }

    def of_texts(self, texts: Mapping[str, str], context: Context) -> Run:
        """What was typed or read from a workbook, understood as generously as possible."""
        run = self._begin(context, texts)
        for name in self._date_first(texts):
            self._take_text(run, name, texts[name])
        return run

    def of_content(self, content: Mapping[str, Json], context: Context) -> Run:
        """JSON as it arrives at the gateway: only the canonical form is understood."""
        run = self._begin(context, {})
        for name in self._date_first(content):
            self._take_json(run, name, content[name])
        return run

    def rule_values(self, values: Mapping[str, Any], today: date) -> dict[str, RuleValue | None]:
        """What rules see: every field, empty ones as null or [], and ``today``."""
        known = {name: self._fields[name][1].to_rule(value) for name, value in values.items()}
        return {**self._empty, **known, "today": today.isoformat()}

    def text(self, name: str, data: Json) -> str:
        """The text that shows a JSON value; what is not understood is shown as it is."""
        if name not in self._fields:
            return reporting.shown(data)
        form_field, kind = self._fields[name]
        try:
            return kind.format(form_field, kind.from_json(form_field, data), self._codes)
        except Refused:
            return reporting.shown(data)

    def text_in(self, run: Run, name: str) -> str:
        """The text that shows a field of a run: its value, what was typed if not understood, else nothing."""
        if name not in run.values:
            return run.texts.get(name, "") if name in run.failed else ""
        form_field, kind = self._fields[name]
        return kind.format(form_field, run.values[name], self._codes)

    def texts_in(self, run: Run) -> dict[str, str]:
        """The typed texts, normalised where they were understood; signs for “nothing” are gone."""
        kept = {
            name: text for name, text in run.texts.items() if name in run.failed or name not in self._fields
        }
        return kept | {name: self.text_in(run, name) for name in run.texts if name in run.values}

    def _begin(self, context: Context, texts: Mapping[str, str]) -> Run:
        content: Content = {}
        region = context.unit.get("region", "")
        around = Surroundings(context.today, context.today, self._codes, region, content)
        return Run(context, around, content, texts)

    def _date_first(self, given: Mapping[str, Any]) -> Iterable[str]:
        """The date of the act comes first because it decides which codes are valid."""
        first = self._form.date_field
        return (first, *(name for name in given if name != first)) if first in given else given

    def _take_text(self, run: Run, name: str, text: str) -> None:
        if name not in self._fields:
            run.problems.append(reporting.unknown_field(name, text))
            return
        form_field, kind = self._fields[name]
        if kind.is_blank(text):
            return
        try:
            if len(text) > kind.longest:
                raise unreadable(text, kind.longest)
            value = kind.parse(form_field, text, run.around)
        except Refused as refused:
            run.failed.add(name)
            run.problems.append(reporting.problem(self._form, form_field, refused.finding, text))
        else:
            self._keep(run, name, value, kind.to_json(value))

    def _take_json(self, run: Run, name: str, data: Json) -> None:
        if name not in self._fields:
            run.problems.append(reporting.unknown_field(name, data))
            return
        form_field, kind = self._fields[name]
        try:
            value = kind.from_json(form_field, data)
        except Refused as refused:
            run.failed.add(name)
            shown = reporting.shown(data)
            run.problems.append(reporting.problem(self._form, form_field, refused.finding, shown))
        else:
            self._keep(run, name, value, data)

    def _keep(self, run: Run, name: str, value: Any, data: Json) -> None:  # noqa: ANN401 - any field's value
        run.values[name] = value
        run.content[name] = data
        if name == self._form.date_field:
            run.around = replace(run.around, day=day_of(value))


def day_of(value: date) -> date:
    """The day of a date or date-time."""
    return value.date() if isinstance(value, datetime) else value
