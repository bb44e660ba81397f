"""What a column heading says: the key it is compared by, its unit, and whether it is a field at all."""

from __future__ import annotations

import re
from functools import lru_cache

from jgclient.exchange.marks import ROW_MARK
from jgclient.forms.cleaning import compact
from jgclient.forms.field_types.amounts import UNITS

#: Columns of the exchange tables that every act carries and no form holds (the same in all four tables).
EXCHANGE_COLUMNS = ("record_unique_identity", "cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation")

_EXCHANGE_KEYS = {compact(name): name for name in (*EXCHANGE_COLUMNS, ROW_MARK)}
_SEQUENCE_KEYS = frozenset(("序号", "序", "行号", "no", "nr"))
#: As many headings as a sheet can have columns, twice over, are remembered.
_REMEMBERED = 2**15
_UNIT_WORDS = "|".join(sorted(UNITS, key=len, reverse=True))
_UNIT = re.compile(rf"[(（\[【](?:单位\s*[:：]?\s*)?({_UNIT_WORDS})[)）\]】]")
_UNIT_LINE = re.compile(rf"单位\s*[:：]\s*(?:人民币)?({_UNIT_WORDS})\s*[)）]?$")
_BRACKETS = re.compile(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]")


@lru_cache(_REMEMBERED)
def heading_key(heading: str) -> str:
    """The heading without unit, spaces, marks and punctuation, in half-width lower case."""
    return compact(_UNIT.sub("", heading))


@lru_cache(_REMEMBERED)
def short_key(heading: str) -> str:
    """As :func:`heading_key`, but nothing in brackets counts: “代码_1(统一社会信用代码)” gives “代码1”."""
    return compact(_BRACKETS.sub("", heading))


def heading_unit(heading: str) -> str:
    """The unit of money in a heading, e.g. 万元; empty when it names none."""
    found = _UNIT.search(heading)
    return found[1] if found else ""


def unit_line(text: str) -> str:
    """The unit that a line above the table gives for all amounts (“单位：万元”); empty for other lines."""
    found = _UNIT_LINE.search(text)
    return found[1] if found else ""


@lru_cache(_REMEMBERED)
def is_sequence(heading: str) -> bool:
    """Whether the column only numbers the rows."""
    return heading_key(heading) in _SEQUENCE_KEYS


@lru_cache(_REMEMBERED)
def exchange_column(heading: str) -> str:
    """The code name of a technical column, exchanged or our own; empty for other headings."""
    return _EXCHANGE_KEYS.get(heading_key(heading), "")
