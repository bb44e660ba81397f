"""Which column of a table is which field of a form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from jgclient.exchange.headings import exchange_column, heading_key, is_sequence, short_key
from jgclient.exchange.tables import Column, Table
from jgclient.forms.definition import Form

#: From this likeness on a heading is taken for a field, for columns that no known name fits.
LIKENESS = 0.82
#: A name that is part of a heading (or the other way round) must make up this share of it.
_CONTAINED = 0.6
#: The best field must be this much more alike than the second best.
_MARGIN = 0.05
#: Likeness is looked for in so many columns that no known name fits; more are no table of an office.
_MOST_COMPARED = 200

_DIGITS = re.compile(r"\d+")
# The last word says what a column holds: columns of different kinds are never taken for each other.
_KIND = re.compile(
    "(?P<code>代码|编码|编号|号码|证号|文号)|(?P<date>日期|时间)|(?P<term>期限)|(?P<money>金额)"
    "|(?P<count>数量|人数|次数)|(?P<type>类型|种类|类别|性质)|(?P<place>地址)|(?P<result>结果)"
    "|(?P<basis>依据)|(?P<opinion>意见|结论)|(?P<person>人员?|姓名)"
)


class FormHeadings:
    """All names under which the fields of a form are known: titles, code names, aliases.

    Where two fields claim a name, titles go before code names and code names before aliases.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self._exact: dict[str, str] = {}
        for named in _names_by_strength(form):
            for name, owner in named:
                self._exact.setdefault(heading_key(name), owner)
        self._own = {heading_key(name): f.name for f in form for name in (f.title, f.name)}
        self._short = _unambiguous(pair for named in _names_by_strength(form) for pair in named)
        self.exact_keys, self.short_keys = frozenset(self._exact), frozenset(self._short)

    def own(self, headings: Iterable[str]) -> str:
        """The field whose title or code name one of the headings is, empty when none is."""
        for heading in headings:
            if found := self._own.get(heading_key(heading)):
                return found
        return ""

    def exact(self, headings: Iterable[str]) -> str:
        """The field that one of the headings names, empty when none does."""
        for heading in headings:
            found = self._exact.get(heading_key(heading)) or self._short.get(short_key(heading))
            if found:
                return found
        return ""

    def similar(self, headings: Iterable[str], free: frozenset[str]) -> str:
        """The one field of ``free`` that is clearly most like one of the headings, empty when none is."""
        best: dict[str, float] = {}
        for heading in headings:
            key = heading_key(heading)
            for name, owner in self._exact.items():
                if owner in free:
                    best[owner] = max(best.get(owner, 0.0), _likeness(key, name))
        first, second, *_ = [*sorted(best.items(), key=lambda item: -item[1]), ("", 0.0), ("", 0.0)]
        return first[0] if first[1] >= LIKENESS and first[1] - second[1] >= _MARGIN else ""


def _names_by_strength(form: Form) -> Iterator[list[tuple[str, str]]]:
    yield [(f.title, f.name) for f in form]
    yield [(f.name, f.name) for f in form]
    yield [(alias, f.name) for f in form for alias in f.aliases]


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names without what is in brackets, as far as only one field remains under them."""
    owners: dict[str, set[str]] = {}
    for name, owner in pairs:
        owners.setdefault(short_key(name), set()).add(owner)
    return {name: next(iter(fields)) for name, fields in owners.items() if len(fields) == 1}


def _likeness(one: str, other: str) -> float:
    """How alike two heading keys are, 0 to 1; 0 when they hold different kinds of things."""
    if _DIGITS.findall(one) != _DIGITS.findall(other) or _kind(one) != _kind(other):
        return 0.0
    short, long = sorted((one, other), key=len)
    contained = short in long and len(short) >= 3 and len(short) >= _CONTAINED * len(long)
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return max(ratio, LIKENESS + ratio / 100 if contained else 0.0)


def _kind(key: str) -> str | None:
    for length in (2, 1):
        found = _KIND.fullmatch(key[-length:])
        if found:
            return found.lastgroup
    return None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of one table is which field.

    Attributes:
        fields: Column → field name, in the order of the table.
        guessed: Labels of columns whose field was found by likeness only.
        technical: Exchange column (``cd_operation`` …) → index into the rows.
        unmatched: Labels of columns that are no field; what they hold is not imported.
    """

    form: Form
    fields: Mapping[Column, str]
    guessed: frozenset[str] = frozenset()
    technical: Mapping[str, int] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()

    @property
    def by_label(self) -> dict[str, str]:
        """Heading as the clerk sees it → field name; what :func:`map_columns` takes back as ``chosen``."""
        return {column.label: name for column, name in self.fields.items()}

    def score(self) -> tuple[float, int]:
        """How well the form fits: share of the columns plus share of the required fields, then columns."""
        columns = len(self.fields) + len(self.unmatched)
        required = [f.name for f in self.form if f.required]
        met = len(set(required) & set(self.fields.values()))
        share = len(self.fields) / max(1, columns) + (met / len(required) if required else 0.0)
        return (round(share, 6), len(self.fields))


def map_columns(
    table: Table, headings: FormHeadings, *, chosen: Mapping[str, str] | None = None, guess: bool = True
) -> ColumnMap:
    """Find the field of every column.

    Args:
        table: The table as found.
        headings: Names of the form's fields.
        chosen: What the clerk decided: column label → field name, or empty to leave the column out.
        guess: Also take columns by likeness when no known name fits.
    """
    chosen = chosen or {}
    found: dict[Column, str] = {}
    technical = {
        name: column.index for column in table.columns if (name := exchange_column(column.headings[0]))
    }
    open_columns = [
        c for c in table.columns if c.index not in technical.values() and not is_sequence(c.headings[0])
    ]
    for column in open_columns:
        if chosen.get(column.label) in headings.form.by_name:
            found[column] = chosen[column.label]
    for named in (headings.own, headings.exact):  # a column with the very title goes before one with an alias
        for column in open_columns:
            name = "" if column.label in chosen or column in found else named(column.headings)
            if name and name not in found.values():
                found[column] = name
    guessed = _guess(open_columns, headings, found, chosen) if guess else frozenset()
    return ColumnMap(
        form=headings.form,
        fields={column: found[column] for column in open_columns if column in found},
        guessed=guessed,
        technical=technical,
        unmatched=tuple(column.label for column in open_columns if column not in found),
    )


def _guess(
    columns: list[Column], headings: FormHeadings, found: dict[Column, str], chosen: Mapping[str, str]
) -> frozenset[str]:
    guessed = set()
    unknown = [
        column
        for column in columns
        if not (column in found or column.label in chosen or headings.exact(column.headings))
    ]
    for column in unknown[:_MOST_COMPARED]:
        free = frozenset(f.name for f in headings.form) - set(found.values())
        if name := headings.similar(column.headings, free):
            found[column] = name
            guessed.add(column.label)
    return frozenset(guessed)
