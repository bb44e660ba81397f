"""How each time limit is counted, as data: units, the laws' own days, terms with extensions and pauses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jgclient.deadlines.terms import Term, TermError, Unit, parse_term, units
from jgclient.forms.resources import resources_folder


@dataclass(frozen=True, slots=True)
class TermRule:
    """A time limit with everything that decides on which day it ends.

    Attributes:
        id: Its name in ``terms.toml``; empty for a plain length.
        title: What it is called.
        start_counted: Whether the day of the event is the first day; None where the law leaves it open.
        rolls_over: Whether a last day that is a rest day moves to the next working day.
        extensions: How much may be added, in the term's unit, one entry a decision.
        open_extension: A further decision may add as much as it says.
        pauses: What is not counted, in words.
        before: Counted backwards from the event.
        basis: Article the counting comes from.
    """

    id: str
    title: str
    term: Term
    start_counted: bool | None
    rolls_over: bool
    extensions: tuple[int, ...] = ()
    open_extension: bool = False
    pauses: tuple[str, ...] = ()
    before: bool = False
    basis: str = ""

    def allowed(self, wanted: int) -> int:
        """How much of a wanted extension counts, in the term's unit."""
        if self.open_extension:
            return max(wanted, 0)
        return max(0, min(wanted, sum(self.extensions)))

    def __str__(self) -> str:
        words = str(self.term)
        return f"至少提前{words}" if self.before else words


@dataclass(frozen=True, slots=True)
class Law:
    """A law that counts some of its days in working days."""

    name: str
    workdays: frozenset[int]
    basis: str


@dataclass(frozen=True)
class TermRules:
    """Everything ``terms.toml`` says.

    Attributes:
        plain: What holds for a plain length, by unit.
        laws: By name.
        terms: By id.
    """

    plain: Mapping[Unit, TermRule]
    laws: Mapping[str, Law]
    terms: Mapping[str, TermRule]
    _read: dict[str, TermRule] = field(default_factory=dict, repr=False, compare=False)

    def rule(self, text: str) -> TermRule:
        """The rule of a term's id or of a length (“7 workdays”, “行政处罚法 七日”).

        Raises:
            TermError: it is neither.
        """
        known = self.terms.get(text) or self._read.get(text)
        if known is None:
            known = self._read[text] = self.plain_rule(self.length(text))
        return known

    def plain_rule(self, term: Term) -> TermRule:
        """A plain length, counted as its unit is."""
        unit = self.plain[term.unit]
        return TermRule("", str(term), term, unit.start_counted, unit.rolls_over, basis=unit.basis)

    def length(self, text: str) -> Term:
        """A length; “日” after the name of a law is what that law means by it.

        Raises:
            TermError: it is none.
        """
        name, _, rest = text.strip().partition(" ")
        law = self.laws.get(name)
        if law is None:
            return parse_term(text)
        term = parse_term(rest)
        working = term.unit == "days" and term.amount in law.workdays
        return Term(term.amount, "workdays") if working else term


@lru_cache(maxsize=1)
def shipped_rules() -> TermRules:
    """The program's own ``resources/terms.toml``."""
    return load_rules(resources_folder() / "terms.toml")


def load_rules(path: Path) -> TermRules:
    """Read a file of terms.

    Raises:
        TermError: the file is not as it should be; the text names what is wrong.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        plain = {unit: _unit(unit, data["unit"][unit]) for unit in units()}
        laws = [Law(t["name"], frozenset(t["workdays"]), t["basis"]) for t in data.get("law", [])]
        terms = [_term(table, plain) for table in data.get("term", [])]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise TermError(f"{path.name} 不是正确的期限表：{error!r}") from error
    return TermRules(plain, {law.name: law for law in laws}, {term.id: term for term in terms})


def _unit(unit: Unit, table: Mapping[str, Any]) -> TermRule:
    term = Term(1, unit)
    return TermRule(
        "", table["title"], term, table["start_counted"], table["rolls_over"], basis=table["basis"]
    )


def _term(table: Mapping[str, Any], plain: Mapping[Unit, TermRule]) -> TermRule:
    term = parse_term(table["length"])
    counted = table.get("start_counted", plain[term.unit].start_counted)
    return TermRule(
        id=table["id"],
        title=table["title"],
        term=term,
        start_counted=None if counted == "setting" else cast("bool", counted),
        rolls_over=table.get("rolls_over", plain[term.unit].rolls_over) and not table.get("before", False),
        extensions=tuple(table.get("extensions", ())),
        open_extension=table.get("open_extension", False),
        pauses=tuple(table.get("pauses", ())),
        before=table.get("before", False),
        basis=table["basis"],
    )
