from __future__ import annotations

from datetime import date

import pytest
from forms_making import SHIPPED, TODAY

from jgclient.forms.regions import ancestors, find_region, full_name, known, level

REGIONS = SHIPPED.get("region")


def found(word: str, hint: str = "", day: date = TODAY) -> list[str]:
    return [entry.code for entry in find_region(REGIONS, word, hint=hint, day=day)]


@pytest.mark.parametrize(
    ("word", "hint", "code"),
    [
        ("410102", "", "410102"),
        ("河南省郑州市中原区", "", "410102"),
        ("郑州市中原区", "", "410102"),
        ("郑州中原区", "", "410102"),
        ("河南郑州市 中原区", "", "410102"),
        ("410102 河南省郑州市中原区", "", "410102"),
        ("中原区", "410100", "410102"),
        ("鼓楼区", "410200", "410204"),
        ("新华区", "410400", "410402"),
        ("郑州市", "", "410100"),
        ("河南省", "", "410000"),
    ],
)
def test_names_paths_and_codes_are_understood(word: str, hint: str, code: str) -> None:
    assert found(word, hint) == [code]


def test_namesakes_without_a_hint_stay_open() -> None:
    codes = found("鼓楼区")
    assert "410204" in codes
    assert len(codes) > 1


def test_the_province_of_the_unit_is_a_hint_too() -> None:
    assert found("鼓楼区", "410100") == ["410204"]


@pytest.mark.parametrize("word", ["某某区", "洛阳市中原区", "区", "", "41010"])
def test_what_is_no_region_is_not_found(word: str) -> None:
    assert found(word) == []


def test_an_old_name_finds_the_old_code() -> None:
    assert found("偃师市") == ["410381"]
    assert found("偃师区") == ["410307"]


def test_levels_and_ancestors() -> None:
    assert [level(code) for code in ("410000", "410100", "410102")] == ["2", "3", "4"]
    assert ancestors("410102") == ("410100", "410000")
    assert ancestors("410000") == ()
    assert full_name(REGIONS, "410102") == "河南省郑州市中原区"


def test_cities_that_lists_leave_out_are_known_by_their_counties() -> None:
    assert known(REGIONS, "350100")
    assert known(REGIONS, "410381")
    assert not known(REGIONS, "351000")
