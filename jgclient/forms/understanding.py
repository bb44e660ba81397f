"""The first half of checking: typed texts or JSON become values, or it is said why they cannot."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from jgclient.forms import reporting
from jgclient.forms.codes import CodeLists
from jgclient.forms.context import Context
from jgclient.forms.definition import Form
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Finding, Refused, Surroundings, unreadable
from jgclient.forms.problems import Problem
from jgclient.forms.rules import RuleValue
from jgclient.records import Content, Json

#: More texts than this are forgotten, so that memory stays flat; longer texts are not remembered.
MOST_TEXTS, LONGEST_TEXT = 8000, 200
_Memory = dict[Hashable, "Meaning | Literal[False]"]


@dataclass(slots=True)
class Meaning:
    """What a text or JSON value means as the value of one field.

    Attributes:
        value: Its Python value.
        data: Its JSON value.
        rule: What rules see of it.
        shown: The text that shows it; None until somebody asks.
        findings: What its type says about it; None until judged, or where that depends on other fields.
    """

    value: Any
    data: Json
    rule: RuleValue
    shown: str | None = None
    findings: Sequence[Finding] | None = None


@dataclass(slots=True)
class Run:
    """One record on its way through the checker.

    Attributes:
        texts: Typed texts, empty when JSON is checked.
        content: JSON values of the fields that were understood; also what ``around`` shows as siblings.
        fields: The fields that were understood.
        failed: Names of the fields that were not understood.
    """

    context: Context
    around: Surroundings
    content: Content
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: dict[str, Meaning] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class Understanding:
    """Understands records of one form and shows their values as texts.

    Between two keys all fields but one hold what they held, and the records of an office repeat much; so what
    a text means is remembered. Safe to share between threads.
    """

    def __init__(self, form: Form, codes: CodeLists) -> None:
        self._form = form
        self._codes = codes
        self._fields = {f.name: (f, FIELD_TYPES[f.type]) for f in form}
        self._dated = {f.name for f in form if FIELD_TYPES[f.type].asks_day(f, codes)}
        self._empty: dict[str, RuleValue | None] = {
            name: [] if kind.shape == "list" else None for name, (_, kind) in self._fields.items()
        }
        self._remembered: tuple[Hashable, _Memory] = (None, {})

    def of_texts(self, texts: Mapping[str, str], context: Context) -> Run:
        """What was typed or read from a workbook, understood as generously as possible."""
        run = self._begin(context, texts)
        memory, dated = self._memory(context), self._dated
        for name in self._date_first(texts):
            key = (name, texts[name], run.around.day) if name in dated else (name, texts[name])
            found = memory.get(key)
            if found:
                self._keep(run, name, found)
            elif found is None and name in self._fields:
                self._take_text(run, name, texts[name], memory, key)
            elif found is None:
                run.problems.append(reporting.unknown_field(name, texts[name]))
        return run

    def of_content(self, content: Mapping[str, Json], context: Context) -> Run:
        """JSON as it arrives at the gateway: only the canonical form is understood."""
        run = self._begin(context, {})
        for name in self._date_first(content):
            self._take_json(run, name, content[name])
        return run

    def rule_values(self, run: Run, names: Set[str] | None = None) -> dict[str, RuleValue | None]:
        """What rules see: every field (or those of ``names``), empty ones as null or [], and ``today``."""
        fields = run.fields
        seen: dict[str, RuleValue | None] = {
            name: fields[name].rule if name in fields else empty
            for name, empty in self._empty.items()
            if names is None or name in names
        }
        seen["today"] = run.context.today.isoformat()
        return seen

    def judge(self, run: Run, name: str, found: Meaning) -> Sequence[Finding]:
        """What the type of a field says about its value; remembered unless it depends on other fields."""
        form_field, kind = self._fields[name]
        findings = kind.check(form_field, found.value, run.around)
        if not kind.asks_siblings(form_field):
            found.findings = findings
        return findings

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
        found = run.fields.get(name)
        if found is None:
            return run.texts.get(name, "") if name in run.failed else ""
        if found.shown is None:
            form_field, kind = self._fields[name]
            found.shown = kind.format(form_field, found.value, self._codes)
        return found.shown

    def texts_in(self, run: Run) -> dict[str, str]:
        """The typed texts, normalised where they were understood; signs for “nothing” are gone."""
        shown = {
            name: self.text_in(run, name) if found.shown is None else found.shown
            for name in run.texts
            if (found := run.fields.get(name))
        }
        if len(shown) == len(run.texts):
            return shown
        kept = {n: text for n, text in run.texts.items() if n in run.failed or n not in self._fields}
        return kept | shown

    def _begin(self, context: Context, texts: Mapping[str, str]) -> Run:
        content: Content = {}
        region = context.unit.get("region", "")
        around = Surroundings(context.today, context.today, self._codes, region, content)
        return Run(context, around, content, texts)

    def _memory(self, context: Context) -> _Memory:
        """What is remembered for this day of checking and this unit; that of another is forgotten."""
        key = (context.today, context.unit.get("region", ""))
        if self._remembered[0] != key:
            self._remembered = (key, {})
        memory = self._remembered[1]
        if len(memory) >= MOST_TEXTS:
            memory.clear()
        return memory

    def _date_first(self, given: Mapping[str, Any]) -> Iterable[str]:
        """The date of the act comes first because it decides which codes are valid."""
        first = self._form.date_field
        return (first, *(name for name in given if name != first)) if first in given else given

    def _take_text(self, run: Run, name: str, text: str, memory: _Memory, key: Hashable) -> None:
        try:
            found = self._understood(run, name, text)
        except Refused as refused:
            self._fail(run, name, refused, text)
            return
        if len(text) <= LONGEST_TEXT:
            memory[key] = found
        if found:
            self._keep(run, name, found)

    def _understood(self, run: Run, name: str, text: str) -> Meaning | Literal[False]:
        form_field, kind = self._fields[name]
        if kind.is_blank(text):
            return False
        if len(text) > kind.longest:
            raise unreadable(text, kind.longest)
        value = kind.parse(form_field, text, run.around)
        return Meaning(value, kind.to_json(value), kind.to_rule(value))

    def _take_json(self, run: Run, name: str, data: Json) -> None:
        if name not in self._fields:
            run.problems.append(reporting.unknown_field(name, data))
            return
        form_field, kind = self._fields[name]
        try:
            value = kind.from_json(form_field, data)
        except Refused as refused:
            self._fail(run, name, refused, reporting.shown(data))
        else:
            self._keep(run, name, Meaning(value, data, kind.to_rule(value)))

    def _fail(self, run: Run, name: str, refused: Refused, shown: str) -> None:
        run.failed.add(name)
        run.problems.append(reporting.problem(self._form, self._fields[name][0], refused.finding, shown))

    def _keep(self, run: Run, name: str, found: Meaning) -> None:
        run.fields[name] = found
        run.content[name] = _copy(found.data) if isinstance(found.data, list) else found.data
        if name == self._form.date_field:
            run.around = replace(run.around, day=day_of(found.value))


def _copy(entries: list[Json]) -> list[Json]:
    """A list of its own, because whoever gets the content may change it and what is remembered must not."""
    return [dict(entry) if isinstance(entry, dict) else entry for entry in entries]


def day_of(value: date) -> date:
    """The day of a date or date-time."""
    return value.date() if isinstance(value, datetime) else value
