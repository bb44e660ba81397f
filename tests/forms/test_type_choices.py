from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from forms_making import SHIPPED, around, codes_found, make_field, parsed
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused

RESULT = make_field("code", codes="check_result")
KINDS = make_field("codes", codes="punish_type")
REGION = make_field("code", codes="region")


@pytest.mark.parametrize(
    "text",
    [
        "01",
        "1",
        "０１",
        "未发现问题",
        "未发现问题终止检查并向监管对象告知检查结果",
        "01 未发现问题终止检查并向监管对象告知检查结果",
        "01-未发现问题，终止检查并向监管对象告知检查结果",
    ],
)
def test_a_word_its_code_or_both(text: str) -> None:
    assert parsed(RESULT, text) == "01"


@pytest.mark.parametrize("name", SHIPPED.ids)
def test_every_entry_of_every_list_is_found_by_code_and_by_what_is_shown(name: str) -> None:
    if name == "index":
        pytest.skip("no code list")
    field = make_field("code", codes=name)
    for entry in SHIPPED.get(name):
        day = entry.valid_to or entry.valid_from or date(2026, 9, 7)
        shown = FIELD_TYPES["code"].format(field, entry.code, SHIPPED)
        assert parsed(field, entry.code, day=day) == entry.code
        assert parsed(field, shown, day=day) == entry.code


@pytest.mark.parametrize(
    ("text", "near"), [("限期整", "02"), ("责令其限期改正", "02"), ("作出处罚的决定", "04")]
)
def test_an_unknown_word_gets_near_ones(text: str, near: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(RESULT, text)
    assert refused.value.finding.code == "unknown-code"
    assert "检查结果" in refused.value.finding.help
    assert near in [parsed(RESULT, candidate) for candidate in refused.value.finding.candidates]


def test_a_short_list_is_offered_whole() -> None:
    with pytest.raises(Refused) as refused:
        parsed(make_field("code", codes="check_form"), "随便")
    assert len(refused.value.finding.candidates) == len(SHIPPED.get("check_form").entries)


def test_an_unknown_code_from_json_is_wrong() -> None:
    found = FIELD_TYPES["code"].check(RESULT, "77", around())
    assert [f.code for f in found] == ["unknown-code"]
    assert "77" in found[0].message


@pytest.mark.parametrize(
    "text", ["01、02", "警告；罚款", "警告,罚款", "警告 罚款", "01警告\n02罚款", "警告、罚款、警告", "1;2"]
)
def test_several_codes_each_once(text: str) -> None:
    assert parsed(KINDS, text) == ["01", "02"]


def test_words_that_hold_a_separator_are_taken_whole() -> None:
    field = make_field("codes", codes="check_mode")
    title = SHIPPED.get("check_mode").title("1")
    assert "、" in title
    assert parsed(field, f"{title}；2") == ["1", "2"]
    assert parsed(field, title) == ["1"]


def test_one_unknown_among_several_is_named() -> None:
    with pytest.raises(Refused, match="斩首"):
        parsed(KINDS, "警告、斩首")


@pytest.mark.parametrize("data", ["01", [], ["01", "01"], [1], [""], None])
def test_json_lists_hold_texts_each_once(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["codes"].from_json(KINDS, data)


def test_codes_from_json_are_checked_one_by_one() -> None:
    assert [f.code for f in FIELD_TYPES["codes"].check(KINDS, ["01", "77", "78"], around())] == [
        "unknown-code"
    ] * 2


def test_a_region_is_found_near_the_unit() -> None:
    assert parsed(REGION, "中原区", region="410100") == "410102"
    assert parsed(REGION, "河南省郑州市中原区") == "410102"
    with pytest.raises(Refused) as refused:
        parsed(REGION, "鼓楼区")
    assert refused.value.finding.code == "ambiguous"
    assert "410204 河南省开封市鼓楼区" in refused.value.finding.candidates


def test_candidates_of_a_region_can_be_typed() -> None:
    with pytest.raises(Refused) as refused:
        parsed(REGION, "鼓楼区")
    for candidate in refused.value.finding.candidates:
        assert parsed(REGION, candidate) == candidate[:6]


def test_the_day_of_the_act_decides_whether_a_region_is_right() -> None:
    assert codes_found(REGION, "偃师市") == ["no-longer-valid"]
    assert codes_found(REGION, "偃师市", day=date(2020, 5, 1)) == []
    assert codes_found(REGION, "410307", day=date(2020, 5, 1)) == ["not-yet-valid"]
    found = FIELD_TYPES["code"].check(REGION, "410381", around())
    assert found[0].candidates == ("410307",)
    assert "2021 年撤销，改为 410307 偃师区" in found[0].message


@given(
    st.lists(
        st.sampled_from([entry.code for entry in SHIPPED.get("punish_type")]),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_codes_survive_text_and_json(codes: list[str]) -> None:
    kind = FIELD_TYPES["codes"]
    assert kind.parse(KINDS, kind.format(KINDS, codes, SHIPPED), around()) == codes
    assert kind.from_json(KINDS, kind.to_json(codes)) == codes
    assert kind.to_rule(codes) == codes


@given(st.sampled_from([RESULT, KINDS, REGION]), st.text(max_size=30))
def test_any_text_is_a_code_or_refused(field: Field, text: str) -> None:
    with suppress(Refused):
        parsed(field, text)


def test_an_abolished_code_without_successor_says_so(tmp_path: Path) -> None:
    (tmp_path / "kind.csv").write_text(
        "code,title,aliases,source,valid_from,valid_to,successor\n01,甲,,,,2021-07-14,\n", encoding="utf-8"
    )
    field = make_field("code", codes="kind")
    [found] = FIELD_TYPES["code"].check(field, "01", around(codes=CodeLists(tmp_path)))
    assert (found.code, found.message, found.candidates) == ("no-longer-valid", "01 甲 已于 2021 年停用", ())


@pytest.mark.parametrize("name", sorted(set(SHIPPED.ids) - {"index", "region"}))
@pytest.mark.parametrize("between", ["、", "；", "，", "; ", "\n"])
def test_all_words_of_a_list_are_told_apart_although_some_hold_separators(name: str, between: str) -> None:
    several = make_field("codes", codes=name)
    entries = list(SHIPPED.get(name))
    assert parsed(several, between.join(entry.title for entry in entries)) == [e.code for e in entries]
    assert parsed(several, between.join(entry.code for entry in entries)) == [e.code for e in entries]


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("check_mode", "“双随机、一公开”监管、重点监管", ["1", "2"]),
        ("check_mode", "双随机、一公开、重点监管", ["1", "2"]),
        ("check_mode", "重点监管，“双随机，一公开”监管", ["2", "1"]),
        ("force_execution", "代履行、排除妨碍、恢复原状", ["05", "04"]),
        ("force_execution", "拍卖或者依法处理查封、扣押的场所、设施或者财物、代履行", ["03", "05"]),
        ("punish_type", "警告 罚款", ["01", "02"]),
    ],
)
def test_words_that_hold_separators_are_not_torn(name: str, text: str, codes: list[str]) -> None:
    assert parsed(make_field("codes", codes=name), text) == codes


@pytest.mark.parametrize("name", sorted(set(SHIPPED.ids) - {"index", "region"}))
@given(data=st.data())
def test_several_codes_survive_text_and_json(name: str, data: st.DataObject) -> None:
    several, kind = make_field("codes", codes=name), FIELD_TYPES["codes"]
    all_codes = [entry.code for entry in SHIPPED.get(name)]
    chosen = data.draw(st.lists(st.sampled_from(all_codes), min_size=1, unique=True))
    shown = kind.format(several, chosen, SHIPPED)
    assert parsed(several, shown) == chosen
    assert kind.from_json(several, kind.to_json(chosen)) == chosen
