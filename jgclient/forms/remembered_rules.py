"""Rules for thousands of records: what a rule can tell apart decides whether it must be evaluated again.

Most rows of a ledger agree in what a rule looks at. A rule that only asks whether a field is empty, how many
entries it has, or whether it is one of a few words need not be evaluated again for every new text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jgclient.forms.rules import LITERAL, Rule, RuleValue

#: What a rule can tell apart of one field's value.
View = Callable[[RuleValue | None], Hashable]
#: More remembered answers than this of one rule are forgotten, so that memory stays flat.
MOST_ANSWERS = 20_000
# Ways of asking that tell apart less than the value; literals are numbered, FIELD is the name.
_BEFORE, _AFTER = r"(^|[(\[,?:]|&&|\|\|)\s*", r"(?=\s*(?:[)\]&|?:,]|$))"
_IS_NULL = rf"{_BEFORE}FIELD\s*[!=]=\s*(null){_AFTER}"
_IS_WORD = rf'{_BEFORE}FIELD(?:\s*[!=]=\s*|\s+in\s*)("\d+"|\[(?:\s*"\d+"\s*,?)*\]){_AFTER}'
_SIZE = r"()(?<![\w.])size\(\s*FIELD\s*()\)"
_BEGINS = r'()FIELD\.startsWith\(\s*("\d+")\s*\)'

# Alternatives of which an empty field makes one true, once all that stands in brackets was taken out.
_IN_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]+[)\]}]")
_HAS_NO_ENTRIES = re.compile(r"(?<![\w.])size\(\s*(\w+)\s*\)\s*==\s*0")
_TRUE_OF_NOTHING = re.compile(r"(\w+)\s*==\s*null|!\s*(\w+)\.exists\(\)")

#: Field name → what a rule can tell apart of it, record by record.
Seen = Callable[[str, int], Sequence[Hashable]]
ValuesOf = Callable[[frozenset[str], int], Mapping[str, RuleValue | None]]


class Views:
    """All ways in which the rules of one form look at its fields."""

    def __init__(self) -> None:
        self._views: dict[str, list[View]] = {}

    def add(self, rule: Rule) -> RememberedRule:
        """Look at the fields as ``rule`` does."""
        places = []
        for name in sorted(rule.names):
            views = self._views.setdefault(name, [])
            view = view_of(rule.expression, name)
            if view not in views:
                views.append(view)
            places.append((name, views.index(view)))
        return RememberedRule(rule, tuple(places), holds_without(rule.expression))

    def looker(self, name: str) -> Looker:
        """Looks at values of a field, once all rules were added."""
        return Looker(tuple(self._views.get(name, ())))


class Looker:
    """Gives what rules can tell apart of the values of one field."""

    def __init__(self, views: tuple[View, ...] = ()) -> None:
        self._views = views

    def __call__(self, value: RuleValue | None) -> tuple[Hashable, ...]:
        """What each view can tell apart of a value."""
        return tuple([view(value) for view in self._views])

    def texts(self, view: int, texts: Sequence[str]) -> list[Hashable]:
        """What one view can tell apart of each of some texts."""
        look = self._views[view]
        return look.texts(texts) if isinstance(look, _Asked) else list(map(look, texts))


@dataclass(slots=True)
class RememberedRule:
    """One rule and the answers it gave.

    Attributes:
        places: The fields it looks at, each with the number of its view.
        holds_without: It holds wherever one of these fields is empty.
    """

    rule: Rule
    places: tuple[tuple[str, int], ...]
    holds_without: frozenset[str]
    _answers: dict[Any, bool] = field(default_factory=dict)

    def answers(self, seen: Seen, number: int, values: ValuesOf) -> list[bool]:
        """Whether the rule holds, for each of some records.

        Args:
            seen: What a view can tell apart of a field, record by record.
            number: Number of records.
            values: Rule values of some fields of one record, and ``today``.
        """
        columns = [seen(name, view) for name, view in self.places]
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        if number and all(column.count(column[0]) == number for column in columns):  # as most columns are
            return [self._answer(tuple(column[0] for column in columns), values, 0)] * number
        keys: Sequence[Any] = list(zip(*columns, strict=True))
        try:  # all known, nearly always
            return list(map(self._answers.__getitem__, keys))
        except KeyError:
            return [self._answer(key, values, i) for i, key in enumerate(keys)]

    def _answer(self, key: object, values: ValuesOf, number: int) -> bool:
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self.rule.holds(values(self.rule.names, number))
        return answer


def holds_without(expression: str) -> frozenset[str]:
    """Fields each of which makes a rule true by being empty, as ``a`` does in ``a == null || a < b``."""
    code = _HAS_NO_ENTRIES.sub(r"\1 == null", LITERAL.sub("''", expression))
    times = 1
    while times:
        code, times = _IN_BRACKETS.subn("()", code)
    if "?" in code:
        return frozenset()
    found = [_TRUE_OF_NOTHING.fullmatch(alternative.strip()) for alternative in code.split("||")]
    return frozenset(match[1] or match[2] for match in found if match)


def view_of(expression: str, name: str) -> View:
    """What ``expression`` can tell apart of the field ``name``: the whole value unless it asks for less."""
    literals = [a or b for a, b in LITERAL.findall(expression)]
    if any("\\" in literal for literal in literals):
        return whole
    numbers = count()
    code = LITERAL.sub(lambda _: f'"{next(numbers)}"', expression)
    code, _ = _taken_out(_IS_NULL, name, code)
    code, sizes = _taken_out(_SIZE, name, code)
    code, words = _taken_out(_IS_WORD, name, code)
    code, prefixes = _taken_out(_BEGINS, name, code)
    if re.search(rf"(?<![\w.]){name}\b", code):
        return whole
    return _Asked(
        frozenset(literals[n] for n in words), tuple(sorted({literals[n] for n in prefixes})), bool(sizes)
    )


def _taken_out(pattern: str, name: str, code: str) -> tuple[str, list[int]]:
    """``code`` without what the pattern finds of a field, and which literals stood there (-1: none)."""
    found: list[int] = []

    def take(match: re.Match[str]) -> str:
        found.extend([int(n) for n in re.findall(r"\d+", match[2])] or [-1])
        return f"{match[1]} true "

    compiled = re.compile(pattern.replace("FIELD", rf"(?<![\w.]){name}"))
    while True:  # what was taken out may have stood between two others
        code, times = compiled.subn(take, code)
        if not times:
            return code, found


def whole(value: RuleValue | None) -> Hashable:
    """Everything: the value itself."""
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whether there is a value, how big it is, and how it stands to some words and beginnings."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    sized: bool

    def __call__(self, value: RuleValue | None) -> Hashable:
        if isinstance(value, str):
            return self.texts([value])[0]
        return len(value) if isinstance(value, list) else value is None

    def texts(self, texts: Sequence[str]) -> list[Hashable]:
        """As called with each of some texts."""
        words: list[Hashable] = [""] * len(texts)
        if self.words:
            words = [text if text in self.words else "" for text in texts]
        sizes = [list(map(len, texts))] if self.sized else []
        starts = [[text.startswith(prefix) for text in texts] for prefix in self.prefixes]
        return list(zip(words, *sizes, *starts, strict=True)) if sizes or starts else words
