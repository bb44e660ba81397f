"""Look-ups, what follows from a choice, objects that are remembered, templates."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from jgclient import entering
from jgclient.aids import finding, following, objects, templates, uses
from jgclient.forms.definition import Form
from jgclient.forms.library import FormLibrary
from jgclient.store import RegisterRow, Store

TODAY = date(2026, 11, 21)
ITEM, OTHER = "41010020200401", "41010020200402"
COMPANY, SHOP = "91410100MA40001587", "91410100MA4000158Q"


@pytest.fixture
def catalogue(store: Store) -> None:
    """Two items with implementation lists and two objects."""
    for code, name in ((ITEM, "对物业管理活动的监管"), (OTHER, "对网吧经营的监管")):
        row = {"supervise_item_code": code, "matter_name": name}
        store.registers.upsert("item", [RegisterRow((code, name), row)], "测试")
        lists = {
            "supervise_item_code": code, "exercise_level": "3", "implement_body_code": "11410100000000019W",
            "delegation_department": "郑州市某某大队", "supervision_object": "特种设备",
        }  # fmt: skip
        store.registers.upsert("implementation", [RegisterRow((code, "3"), lists)], "测试")
    for code, name in ((COMPANY, "郑州安顺物业服务有限公司"), (SHOP, "重庆老火锅郑州分店")):
        content = {
            "object_code": code, "object_name": name, "object_kind": "1", "area_number": "410102",
            "address_registered": f"{name}的地址",
        }  # fmt: skip
        store.registers.upsert("object", [RegisterRow((code,), content)], "测试")


@pytest.fixture
def check(library: FormLibrary) -> Form:
    return library.on("check", TODAY)


@pytest.mark.parametrize(
    "text", ["41010020200401", "0401", "物业", "wygl", "wuyeguanli", "wuygl", "WYGL", "wuye jg"]
)
def test_an_item_is_found_by_code_words_pinyin_and_initials(
    store: Store, library: FormLibrary, catalogue: None, text: str
) -> None:
    found = finding.rows(store, library, "item", text)
    assert [choice.text for choice in found] == [ITEM]
    assert found[0].note == "对物业管理活动的监管"


def test_pinyin_does_not_find_what_only_shares_initials(
    store: Store, library: FormLibrary, catalogue: None
) -> None:
    assert finding.rows(store, library, "item", "wanyao") == []
    assert [c.text for c in finding.rows(store, library, "item", "wangba")] == [OTHER]


@pytest.mark.parametrize("text", ["地铁", "csgd", "guidao", "41010020200409"])
def test_an_item_without_code_is_found_by_way_of_its_implementation_list(
    store: Store, library: FormLibrary, text: str
) -> None:
    name, code = "对城市轨道交通（地铁）的监管", "41010020200409"
    item = {"matter_name": name, "supervise_object": "轨道交通运营者"}
    lists = {"supervise_item_code": code, "exercise_level": "3", "supervision_object": "轨道交通运营者"}
    store.registers.upsert("item", [RegisterRow(("", name), item)], "测试")
    rows = [RegisterRow((code, level), lists) for level in ("3", "4")]
    store.registers.upsert("implementation", rows, "测试")
    assert [(c.text, c.note) for c in finding.rows(store, library, "item", text)] == [(code, name)]
    assert finding.meaning(store, library, "item", code) == name
    assert finding.meaning(store, library, "item", "没有") == ""


@pytest.mark.parametrize(
    ("text", "first"), [("zyq", "410102"), ("zhongyuanq", "410102"), ("中原", "410102"), ("410103", "410103")]
)
def test_a_region_is_found(store: Store, library: FormLibrary, text: str, first: str) -> None:
    store.settings.set(uses.SETTING, {"region": {"410102": 1}})
    found = finding.codes(store, library.codes.get("region"), text, TODAY)
    assert found[0].text.startswith(first)


def test_a_second_reading_is_known(store: Store, check: Form, catalogue: None) -> None:
    for text in ("cqlhg", "chongqing", "zhongqing"):
        assert [c.text for c in finding.parties(store, check, text, by_code=False)] == ["重庆老火锅郑州分店"]


def test_what_is_used_most_comes_first(
    store: Store, library: FormLibrary, check: Form, catalogue: None
) -> None:
    assert [c.text for c in finding.rows(store, library, "item", "jg")] == [ITEM, OTHER]
    for _ in range(2):
        uses.count(store, check, {"supervise_item_implement_code": OTHER, "check_type": "02"})
    uses.count(store, check, {"supervise_item_implement_code": ITEM})
    assert [c.text for c in finding.rows(store, library, "item", "jg")] == [OTHER, ITEM]
    assert [c.text for c in finding.rows(store, library, "item", "")] == [OTHER, ITEM]
    kinds = library.codes.get(check.field("check_type").codes)
    assert finding.codes(store, kinds, "", TODAY)[0].text.startswith("02")


def test_only_the_most_used_values_are_kept(store: Store, check: Form) -> None:
    every = {str(number): 2 for number in range(uses.MOST)}
    store.settings.set(uses.SETTING, {"item": every})
    uses.count(store, check, {"supervise_item_implement_code": "neu"})
    kept = uses.of_source(store, "item")
    assert len(kept) == uses.MOST
    assert kept["neu"] == 1


def test_choosing_an_object_brings_name_code_address_and_kind(
    store: Store, library: FormLibrary, check: Form, catalogue: None, now: datetime
) -> None:
    choice = finding.parties(store, check, "asw", by_code=False)[0]
    assert dict(choice.fills) == {"administrative_cp_ui_code": COMPANY}
    texts = {"administrative_cp": choice.text, **choice.fills}
    found = following.follow(store, library, check, texts, "administrative_cp", now=now)
    assert found["address_registered"] == "郑州安顺物业服务有限公司的地址"
    assert found["supervise_object_type"] == "1"
    assert found["area_number"] == "410102"
    assert found["supervise_object"] == choice.text


def test_a_code_brings_the_name_and_an_exact_name_the_code(
    store: Store, library: FormLibrary, check: Form, catalogue: None, now: datetime
) -> None:
    by_code = following.follow(
        store,
        library,
        check,
        {"administrative_cp_ui_code": COMPANY.lower()},
        "administrative_cp_ui_code",
        now=now,
    )
    assert by_code["administrative_cp"] == "郑州安顺物业服务有限公司"
    name = {"administrative_cp": "郑州安顺物业服务有限公司"}
    by_name = following.follow(store, library, check, name, "administrative_cp", now=now)
    assert by_name["administrative_cp_ui_code"] == COMPANY


def test_the_last_record_of_a_party_tells_what_the_register_does_not(
    store: Store, library: FormLibrary, check: Form, catalogue: None, now: datetime
) -> None:
    opened = entering.open_new(store, library, "check", now=now)
    texts = opened.texts | {
        "administrative_cp": "郑州安顺物业服务有限公司", "administrative_cp_ui_code": COMPANY,
        "administrative_cp_na": "法人", "administrative_cp_ce_type": "001", "check_result": "01",
    }  # fmt: skip
    entering.keep(store, library, opened, texts, {}, now=now)
    found = objects.known(store, library, check, {"administrative_cp_ui_code": COMPANY}, TODAY)
    assert (found["administrative_cp_na"], found["administrative_cp_ce_type"]) == ("法人", "001")
    assert "check_result" not in found


def test_choosing_an_item_brings_its_list_body_and_kind(
    store: Store, library: FormLibrary, check: Form, catalogue: None, now: datetime
) -> None:
    texts = {"supervise_item_implement_code": ITEM}
    found = following.follow(store, library, check, texts, "supervise_item_implement_code", now=now)
    assert found["supervise_item_check_icode"] == "11410100000000019W3"
    assert found["entrust_dept"] == "郑州市某某大队"
    assert found["supervise_object_type"] == "3"


def test_a_typed_object_is_remembered_once(store: Store, library: FormLibrary, check: Form) -> None:
    content = {
        "administrative_cp": "郑州新店", "administrative_cp_ui_code": SHOP, "supervise_object_type": "1",
        "address_registered": "建设路88号", "area_number": "410102",
    }  # fmt: skip
    assert objects.remember(store, check, content)
    assert not objects.remember(store, check, content | {"administrative_cp": "别的名称"})
    assert not objects.remember(store, check, {"administrative_cp": "没有代码"})
    (choice,) = finding.parties(store, check, "zzxd", by_code=True)
    assert (choice.text, dict(choice.fills)) == (SHOP, {"administrative_cp": "郑州新店"})
    assert objects.known(store, library, check, {"administrative_cp_ui_code": SHOP}, TODAY) == {
        "administrative_cp": "郑州新店", "address_registered": "建设路88号", "area_number": "410102",
        "supervise_object_type": "1",
    }  # fmt: skip


def test_a_template_fills_what_its_item_usually_says(
    store: Store, library: FormLibrary, check: Form, catalogue: None, now: datetime
) -> None:
    texts = {
        "supervise_item_implement_code": ITEM, "check_form": "01", "check_personnel": "张某、王某",
        "administrative_cp": "某公司", "check_date": "2026-11-12", "check_action_code": "郑检1",
        "implement_institution": "某局",
    }  # fmt: skip
    assert templates.keep(store, check, texts) == 2
    assert templates.of_item(store, check, ITEM) == {"check_form": "01", "check_personnel": "张某、王某"}
    assert templates.of_item(store, check, OTHER) == {}
    chosen = {"supervise_item_implement_code": ITEM}
    found = following.follow(store, library, check, chosen, "supervise_item_implement_code", now=now)
    assert found["check_personnel"] == "张某、王某"
    assert templates.keep(store, check, {"check_form": "01"}) == 0
    assert templates.drop(store, check, ITEM)
    assert not templates.drop(store, check, ITEM)


def test_a_code_says_what_certificate_it_is(store: Store, library: FormLibrary, check: Form) -> None:
    def kinds(code: str) -> tuple[str, str]:
        found = objects.known(store, library, check, {"administrative_cp_ui_code": code}, TODAY)
        return found.get("administrative_cp_ce_type", ""), found.get("administrative_cp_na", "")

    assert kinds(COMPANY) == ("001", "")
    assert kinds("92410105MA0000015G") == ("001", "03")
    assert kinds("11010519491231002X") == ("111", "01")
    assert kinds(COMPANY[:-1] + "0") == ("", "")
    assert kinds("E12345678") == ("", "")
