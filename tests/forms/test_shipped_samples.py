"""The sample workbooks of offices, read by heading: what looks right passes, what is wrong is said."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from shipped_forms import TODAY, UNIT, blocking_codes, form, shipped

from jgclient.forms.checker import Context, Reading
from jgclient.forms.defaults import defaults
from jgclient.forms.library import resources_folder
from jgclient.forms.registers import NoRegisters

LEDGERS = ("行政检查台账（科室自用）.xlsx", "行政检查台账（WPS另存）.xlsx")
#: What is wrong in the rows of both ledgers, by their running number: field and problem.
WRONG = {
    10: ("administrative_cp_ui_code", "excel-lost-digits"),
    11: ("check_personnel", "too-few"),
    12: ("check_date", "future"),
    13: ("administrative_cp_ui_code", "uscc"),
    15: ("check_result", "unknown-code"),
    16: ("area_number", "no-longer-valid"),
    17: ("supervise_item_implement_code", "item-code"),
}


class Office(NoRegisters):
    """An office that has imported its implementation list."""

    def __init__(self, implementation: list[Mapping[str, Any]]) -> None:
        self._implementation = implementation

    def rows(self, register: str, key: str) -> list[Mapping[str, Any]]:
        mine = self._implementation if register == "implementation" else []
        return [row for row in mine if row["supervise_item_code"] == key]

    def has_any(self, register: str) -> bool:
        return register == "implementation"


def cells(name: str) -> list[list[str]]:
    book = CalamineWorkbook.from_path(str(resources_folder() / "samples" / name))
    return [[_text(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() and cell < 1e15 else str(cell)


def read(form_id: str, headings: list[str], row: list[str], registers: Any) -> Reading:
    words = {word: field.name for field in form(form_id) for word in (field.title, *field.aliases)}
    pairs = zip(headings, row, strict=True)
    texts = {words[heading]: text for heading, text in pairs if heading in words and text.strip()}
    context = Context(registers, TODAY, UNIT)
    filled = defaults(form(form_id), texts, context, author="王某", number=lambda: f"N{row[0]}")
    return shipped().checker(form(form_id)).read(filled, context)


def unknown_headings(form_id: str, headings: list[str]) -> list[str]:
    words = {word for field in form(form_id) for word in (field.title, *field.aliases)}
    return [heading for heading in headings if heading not in words]


@cache
def office() -> Office:
    _, above, below, *rows = cells("检查实施清单（样表）.xlsx")
    headings = [low or high for high, low in zip(above, below, strict=True)]
    assert unknown_headings("implementation", headings) == []
    readings = [read("implementation", headings, row, NoRegisters()) for row in rows]
    assert [reading.problems for reading in readings] == [[]] * 6
    return Office([reading.content for reading in readings])


@pytest.mark.parametrize("name", LEDGERS)
def test_the_ledger_passes_but_for_the_rows_that_are_meant_to_be_wrong(name: str) -> None:
    _, headings, *rows = cells(name)
    acts = {int(row[0]): row for row in rows if row[0].isdecimal()}
    assert unknown_headings("check", headings) == ["序号"]
    assert len(acts) == 59

    readings = {number: read("check", headings, row, office()) for number, row in acts.items()}
    faults = {number: blocking_codes(reading.problems) for number, reading in readings.items()}
    assert {number for number, codes in faults.items() if codes} == set(WRONG)
    for number, (field, code) in WRONG.items():
        assert (field, code) in [(p.fields[0], p.code) for p in readings[number].problems]


@pytest.mark.parametrize("name", LEDGERS)
def test_the_ledger_is_read_as_codes(name: str) -> None:
    _, headings, *rows = cells(name)
    content = read("check", headings, rows[0], office()).content
    expected = {
        "supervise_item_check_icode": "11410100000000019W3",
        "administrative_cp_na": "02",
        "administrative_cp_ce_type": "001",
        "area_number": "410102",
        "check_form": "01",
        "check_type": "01",
        "check_mode": "1",
        "check_result": "02",
        "check_date": "2026-10-20",
        "check_personnel": ["张伟强", "陈志明"],
        "check_personnel_code": ["1601000530", "1601023683"],
        "supervise_object": "揭阳永兴医疗器械有限公司（0分店）",
        "implement_institution_code": "11410100000000019W",
    }
    assert {name: content.get(name) for name in expected} == expected


def test_the_penalties_to_publish_pass() -> None:
    headings, *rows = cells("行政处罚双公示模板（法人）.xlsx")
    assert unknown_headings("publicity_penalty", headings) == []
    assert headings == [field.title for field in form("publicity_penalty") if field.exchanged]
    found = [read("publicity_penalty", headings, row, NoRegisters()).problems for row in rows]
    assert found == [[]] * 25


def test_the_item_list_passes_but_for_the_unfinished_row() -> None:
    _, _, headings, *rows = cells("监管事项清单（附件模板）.xlsx")
    assert unknown_headings("catalogue", headings) == []
    readings = [read("catalogue", headings, row, NoRegisters()) for row in rows[:4]]
    assert [reading.problems for reading in readings[:3]] == [[], [], []]
    assert blocking_codes(readings[3].problems) == {"required"}
    assert readings[0].content["subitem_name"] == ["城市轨道交通运营服务行政检查", "对市公共运营服务行政检查"]
    assert readings[2].content["supervise_way"] == ["1", "2"]
    assert readings[2].content["supervise_level"] == ["3", "4"]
