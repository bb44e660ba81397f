"""Rows further up in the same file count as other records."""

from __future__ import annotations

from datetime import date

import pytest

from jgclient.forms.definition import Field, Form, Section
from jgclient.forms.registers import NoRegisters
from jgclient.importing.earlier import Earlier

FIELDS = (Field("party", "对象", "text"), Field("day", "日期", "date"))
FORM = Form("visit", "走访", 1, date(2026, 1, 1), (Section("一", FIELDS),), date_field="day")


@pytest.mark.parametrize("asked_first", [True, False])
def test_rows_count_only_within_the_days_asked_for(asked_first: bool) -> None:
    earlier = Earlier(NoRegisters(), FORM)
    quarter = ("2026-07-01", "2026-09-30")
    if asked_first:
        assert earlier.same_acts("visit", {"party": "甲"}, within=quarter) == 0
    for party, day in (("甲", "2026-09-30"), ("甲", "2026-10-01"), ("乙", "2026-09-01"), ("甲", "")):
        earlier.add({"party": party, "day": day})
    assert earlier.same_acts("visit", {"party": "甲"}, within=quarter) == 1
    assert earlier.same_acts("visit", {"party": "甲"}) == 3
    assert earlier.same_acts("other", {"party": "甲"}) == 0
