"""What the content of a record says of its duties: which arise, when they began, what stretches them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from jgclient.deadlines.calendar import Calendar
from jgclient.deadlines.conditions import Condition, rules_of
from jgclient.deadlines.counting import Pause, end_of
from jgclient.deadlines.term_rules import TermRule, shipped_rules
from jgclient.deadlines.terms import Due, TermError
from jgclient.forms.definition import Duty, Form
from jgclient.records import Json

#: Working days before its end on which a duty without lead times of its own is reminded of.
LEADS = (3, 1, 0)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a duty's last day is counted from; the calendar decides the rest.

    Attributes:
        term: Id in ``terms.toml`` or a length.
        start: Day or moment it runs from.
        extended: What was granted beyond the term, in its unit, as far as the law allows it.
        pauses: Ended pauses.
        pause: The pause that lasts, None when it runs.
    """

    term: str
    start: date
    extended: int = 0
    pauses: tuple[Pause, ...] = ()
    pause: Pause | None = None

    @property
    def rule(self) -> TermRule:
        """How it is counted."""
        return shipped_rules().rule(self.term)

    def end(self, calendar: Calendar) -> Due | None:
        """The last day; None when it lies beyond the calendar (the date field's own check says so)."""
        try:
            return end_of(self.rule, self.start, calendar, extended=self.extended, pauses=self.pauses)
        except TermError:
            return None

    def to_text(self) -> str:
        """One short text; equal facts give equal texts."""
        pauses = [[p.first.isoformat(), p.last.isoformat() if p.last else ""] for p in self.all_pauses()]
        return json.dumps([self.term, self.start.isoformat(), self.extended, pauses], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Facts:
        """Read :meth:`to_text`."""
        term, start, extended, pauses = json.loads(text)
        read = [Pause(date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in pauses]
        return cls(term, moment_of(start), extended, *_parted(read))

    def all_pauses(self) -> tuple[Pause, ...]:
        """The ended ones, then the one that lasts."""
        return self.pauses + ((self.pause,) if self.pause else ())


class FormDuties:
    """The duties of one form, compiled."""

    def __init__(self, form: Form) -> None:
        self.form = form
        rules = rules_of(form)
        self._all = [(duty, Condition(form, rules, duty.when)) for duty in form.duties]

    def __iter__(self) -> Iterator[Duty]:
        return iter(self.form.duties)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every field that decides about the duties; the others need not be read."""
        named = {name for _, condition in self._all for name in condition.names}
        for duty in self:
            named |= {duty.starts, duty.until, duty.extension, *pause_fields(duty)}
        return frozenset(named & self.form.by_name.keys())

    def arising(self, content: Mapping[str, Json]) -> Iterator[tuple[int, Duty, Facts | None]]:
        """Place, duty and facts of every duty that arises; facts are None while it has not begun."""
        for place, (duty, condition) in enumerate(self._all):
            if condition.holds(content):
                yield place, duty, facts_of(duty, content)


_known: dict[int, FormDuties] = {}


def duties_of(form: Form) -> FormDuties:
    """The compiled duties of a form; made once for each form object."""
    # The entry holds the form, so that its id cannot come to stand for another one. (Hashing a whole form
    # would take longer than everything else here.)
    found = _known.get(id(form))
    if found is None:
        found = _known[id(form)] = FormDuties(form)
    return found


def facts_of(duty: Duty, content: Mapping[str, Json]) -> Facts | None:
    """What the content says of a duty; None while the day it runs from is not known."""
    start = content.get(duty.starts)
    if not isinstance(start, str):
        return None
    return Facts(duty.term, moment_of(start), _extended(duty, content), *_parted(_pauses(duty, content)))


def pause_fields(duty: Duty) -> list[str]:
    """The fields that tell of a duty's pauses."""
    return [name for pause in duty.pauses for name in pause.split("..")]


def moment_of(text: str) -> date:
    """A day, or a moment when the text has a time."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def day_of(moment: date) -> date:
    """The day of a day or moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def _extended(duty: Duty, content: Mapping[str, Json]) -> int:
    given = content.get(duty.extension) if duty.extension else None
    rule = shipped_rules().rule(duty.term)
    if isinstance(given, bool):
        return sum(rule.extensions) if given else 0
    return rule.allowed(given) if isinstance(given, int) else 0


def _pauses(duty: Duty, content: Mapping[str, Json]) -> Iterator[Pause]:
    for pause in duty.pauses:
        first, last = (content.get(name) for name in pause.split(".."))
        if isinstance(first, str):
            begun = day_of(moment_of(first))
            ended = day_of(moment_of(last)) if isinstance(last, str) else None
            if ended is None or ended >= begun:  # the other way round is told by the check of the fields
                yield Pause(begun, ended)


def _parted(pauses: Iterator[Pause] | list[Pause]) -> tuple[tuple[Pause, ...], Pause | None]:
    """The ended pauses, and the earliest of those that last."""
    found = sorted(pauses, key=lambda pause: pause.first)
    return tuple(p for p in found if p.last), next((p for p in found if p.last is None), None)
