from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from forms_making import context, field_toml, form_toml, library

from jgclient.forms.defaults import defaults
from jgclient.forms.definition import Form

ITEM, OWN, OTHER = "41000001234567", "11410100000000019W", "11410500000000018P"
FIELDS = (
    field_toml("copy", "text", default="field.unit"),
    field_toml("number", "document_number", default="number"),
    field_toml("item", "reference", register="item"),
    field_toml("day", "date", default="today"),
    field_toml("unit", "text", default="unit.name"),
    field_toml("unit_code", "identifier", identifier="uscc", default="unit.code"),
    field_toml("area", "code", codes="region", default="unit.region"),
    field_toml("author", "text", default="author"),
    field_toml("name", "text", default="item.matter_name"),
    field_toml("synergy", "yes_no", default="item.is_synergy"),
    field_toml("methods", "lines", default="item.methods"),
    field_toml("list_code", "reference", register="implementation", default="implementation_code"),
    field_toml("list_again", "text", default="implementation.code"),
    field_toml("body", "text", default="implementation.implement_body"),
    field_toml("heard", "yes_no", default="=否"),
    field_toml("free", "text"),
)
ROWS = [
    {"implement_body": "省级", "implement_body_code": OTHER, "exercise_level": "2"},
    {"implement_body": "市级", "implement_body_code": OWN, "exercise_level": "3"},
    {"implement_body": "县级", "implement_body_code": OTHER, "exercise_level": "4"},
]


class Rows:
    """Registers that answer with these rows for the item."""

    def __init__(self, items: list[Mapping[str, Any]], lists: list[Mapping[str, Any]]) -> None:
        self._rows = {("item", ITEM): items, ("implementation", ITEM): lists}

    def rows(self, register: str, key: str) -> list[Mapping[str, Any]]:
        return self._rows.get((register, key), [])


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    made = library(tmp_path_factory.mktemp("forms"), form_toml(*FIELDS, item_field="item", date_field="day"))
    assert not made.broken, made.broken
    return made.get("visit")


def filled(
    form: Form, rows: Rows | None = None, texts: dict[str, str] | None = None, **unit: str
) -> dict[str, str]:
    return defaults(form, texts or {}, context(rows, **unit), author="甲某", number=lambda: "检〔2026〕1号")


def test_unit_author_today_number_copies_and_constants(form: Form) -> None:
    assert filled(form, name="某局", code=OWN, region="410100") == {
        "copy": "某局", "number": "检〔2026〕1号", "day": "2026-09-07", "unit": "某局", "unit_code": OWN,
        "area": "410100", "author": "甲某", "heard": "否",
    }  # fmt: skip


def test_what_was_typed_stays_and_no_number_is_wasted(form: Form) -> None:
    def none_left() -> str:
        raise AssertionError("a number was drawn")

    texts = {"number": "我的", "day": "9-1", "heard": "是", "unit": " ", "free": ""}
    got = defaults(form, texts, context(), author="", number=none_left)
    assert got == {"number": "我的", "day": "9-1", "heard": "是"}


def test_the_item_fills_what_it_knows(form: Form) -> None:
    rows = Rows(
        [
            {"matter_name": "旧", "cancel_date": "2025-12-31"},
            {"matter_name": "新", "is_synergy": True, "methods": ["甲", "乙"]},
        ],
        [],
    )
    got = filled(form, rows, {"item": f"{ITEM} 对甲的检查"})
    assert (got["name"], got["synergy"], got["methods"]) == ("新", "是", "甲、乙")
    assert filled(form, rows, {"item": ITEM, "day": "2025-06-01"})["name"] == "旧"
    assert "list_code" not in got


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ({"code": OWN, "region": "410100"}, OWN + "3"),
        ({"region": "410105"}, OTHER + "4"),
        ({"region": "410000"}, OTHER + "2"),
        ({"code": OWN}, OWN + "3"),
        ({"code": OTHER, "region": "410105"}, OTHER + "4"),
    ],
)
def test_the_implementation_list_fits_body_and_level(form: Form, unit: dict[str, str], code: str) -> None:
    got = filled(form, Rows([{}], ROWS), {"item": ITEM}, **unit)
    assert (got["list_code"], got["list_again"]) == (code, code)


def test_a_list_of_another_level_is_never_taken(form: Form) -> None:
    assert "list_code" not in filled(form, Rows([{}], ROWS[:1]), {"item": ITEM}, region="410105")


def test_a_list_out_of_force_is_not_taken(form: Form) -> None:
    rows = [{**ROWS[1], "cancel_date": "2026-01-01"}]
    assert "list_code" not in filled(form, Rows([{}], rows), {"item": ITEM}, region="410100")


def test_a_code_column_of_the_list_goes_before_a_made_one(form: Form) -> None:
    rows = [{**ROWS[1], "code": "自编"}]
    got = filled(form, Rows([{}], rows), {"item": ITEM}, region="410100")
    assert (got["list_code"], got["list_again"]) == (OWN + "3", "自编")
