"""Rows further up in the same file count as other records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from jgclient.forms.bulk import Block
from jgclient.forms.checker import Checker, Context
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Duplicate, Field, Form, Section
from jgclient.forms.library import resources_folder
from jgclient.forms.registers import NoRegisters
from jgclient.importing.earlier import Earlier

FIELDS = (Field("party", "对象", "text"), Field("day", "日期", "date"))
RULES = (
    Duplicate("D-1", "05数据归并", "soft", ("party",), "本季度已有"),
    Duplicate("D-2", "05数据归并", "soft", ("party", "day"), "同一天已有"),
)
FORM = Form(
    "visit", "走访", 1, date(2026, 1, 1), (Section("一", FIELDS),), date_field="day", duplicates=RULES
)
QUARTER = ("2026-07-01", "2026-09-30")


class Kept(NoRegisters):
    """A store that holds one act of 甲 and counts how often it is asked."""

    asked = 0

    def same_acts(self, form: str, fields: Mapping[str, Any], *, within: Any = None) -> int:
        self.asked += 1
        return int(fields["party"] == "甲")


def block(*rows: tuple[str, str]) -> Block:
    checker = Checker(FORM, CodeLists(resources_folder() / "codes")).in_bulk(
        Context(NoRegisters(), date(2026, 11, 21))
    )
    return checker.read({"party": [row[0] for row in rows], "day": [row[1] for row in rows]})


def test_rows_count_only_within_the_days_asked_for() -> None:
    earlier = Earlier(NoRegisters(), FORM)
    rows = block(("甲", "2026-09-30"), ("甲", "2026-10-01"), ("乙", "2026-09-01"), ("甲", ""))
    assert earlier.same_acts("visit", {"party": "甲"}, within=QUARTER) == 0
    earlier.add(rows, [0, 1, 2, 3])
    assert earlier.same_acts("visit", {"party": "甲"}, within=QUARTER) == 1
    assert earlier.same_acts("visit", {"party": "甲"}) == 3
    assert earlier.same_acts("visit", {"party": "甲", "day": "2026-10-01"}) == 1
    assert earlier.same_acts("other", {"party": "甲"}) == 0


def test_only_what_may_have_a_twin_is_looked_at() -> None:
    earlier = Earlier(NoRegisters(), FORM, {"party": frozenset({"丁"})})
    assert earlier.suspects(block(("甲", "2026-09-01"), ("乙", ""), ("甲", "2026-09-02"), ("丁", ""))) == {
        0,
        2,
        3,
    }
    earlier.add(block(("乙", "2026-09-01")), [0])
    assert earlier.suspects(block(("甲", ""), ("乙", ""), ("", ""))) == {1}
    assert Earlier(NoRegisters(), FORM).suspects(block(("甲", ""))) == {0}


def test_the_store_is_asked_once_for_what_a_row_says_so_that_kept_portions_do_not_count_twice() -> None:
    kept = Kept()
    earlier = Earlier(kept, FORM, {"party": frozenset({"甲"})})
    row = block(("甲", "2026-09-01"))
    assert earlier.same_acts("visit", {"party": "甲"}) == 1
    earlier.add(row, [0])
    assert earlier.same_acts("visit", {"party": "甲"}) == 2
    assert earlier.same_acts("visit", {"party": "乙"}) == 0
    assert kept.asked == 1
