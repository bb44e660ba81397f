from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from forms_making import SHIPPED, TODAY, around
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.codes import CodeLists
from jgclient.forms.identifiers import KIND_TITLES, judge, judged, tidied


@pytest.mark.parametrize(
    "code",
    [
        "41000001234567",
        "４１０００００１２３４５６７",
        "事项编码：41000001234567",
        "41000001234567 对甲的检查",
    ],
)
def test_item_codes_have_14_digits(code: str) -> None:
    verdict = judge("item", code, today=TODAY)
    assert (verdict.value, verdict.valid) == ("41000001234567", True)


@pytest.mark.parametrize(
    ("code", "reason"), [("4100000123456", "现为 13 位"), ("4100000123456A", "现为 4100000123456A")]
)
def test_wrong_item_codes_say_why(code: str, reason: str) -> None:
    problem = judge("item", code, today=TODAY).problems[0]
    assert (problem.code, problem.kind) == ("item-code", "03监管事项目录编码检查")
    assert reason in problem.message


def test_implementation_codes_are_a_credit_code_and_a_level() -> None:
    assert judge("implementation", "11410100000000019W3", today=TODAY).valid


@pytest.mark.parametrize(
    ("code", "reason", "candidates"),
    [
        ("11410100000000019W", "应为 19 位", ()),
        ("11410100000000019W6", "第 19 位（行使层级）应为 1—5", ("11410100000000019W3",)),
        ("114101000000000I9W3", "前 18 位不对", ("11410100000000019W3",)),
        ("1141010000000001900", "前 18 位不对", ()),
    ],
)
def test_wrong_implementation_codes_say_why(code: str, reason: str, candidates: tuple[str, ...]) -> None:
    problem = judge("implementation", code, today=TODAY).problems[0]
    assert (problem.code, problem.kind) == ("implementation-code", "04监管事项检查实施清单编码检查")
    assert reason in problem.message
    assert set(candidates) <= set(problem.candidates)


@pytest.mark.parametrize("code", ["E12345678", "EA1234567", "g12345678", "护照号：PE1234567", "123456789"])
def test_passports_are_known_by_pattern(code: str) -> None:
    assert judge("passport", code, today=TODAY).valid


@pytest.mark.parametrize("code", ["E12", "护照", "ABCDEFGH", "E1234567890123456"])
def test_what_is_no_passport_is_refused(code: str) -> None:
    assert judge("passport", code, today=TODAY).problems[0].code == "passport"


@pytest.mark.parametrize("code", ["16010012345", "豫A-00123", "豫郑执〔2024〕0012号", "4101 0012"])
def test_certificates_may_look_different(code: str) -> None:
    assert judge("certificate", code, today=TODAY).valid


@pytest.mark.parametrize("code", ["张三", "??", "AB"])
def test_what_is_no_certificate_is_refused(code: str) -> None:
    assert judge("certificate", code, today=TODAY).problems[0].code == "certificate"


@pytest.mark.parametrize(
    ("text", "code"), [("410105", "410105"), ("郑州市金水区", "410105"), ("４１０１０５", "410105")]
)
def test_regions_are_found_by_code_and_name(text: str, code: str) -> None:
    verdict = judge("region", text, today=TODAY)
    assert (verdict.value, verdict.valid) == (code, True)


@pytest.mark.parametrize("text", ["410381", "偃师市"])
def test_an_old_region_names_its_successor(text: str) -> None:
    verdict = judge("region", text, today=TODAY)
    assert not verdict.valid
    assert verdict.candidates == ("410307",)
    assert verdict.problems[0].code == "no-longer-valid"
    assert "410381 偃师市 已于 2021 年撤销，改为 410307 偃师区" in verdict.problems[0].message


def test_an_old_region_is_right_on_an_old_day() -> None:
    assert judge("region", "410381", today=date(2020, 6, 1)).valid


def test_a_new_region_is_wrong_on_an_old_day() -> None:
    verdict = judge("region", "410307", today=date(2020, 6, 1))
    assert [p.code for p in verdict.problems] == ["not-yet-valid"]
    assert verdict.candidates == ("410381",)


@pytest.mark.parametrize("code", ["410171", "419000"])
def test_a_statistical_region_is_only_mentioned(code: str) -> None:
    verdict = judge("region", code, today=TODAY)
    assert verdict.valid
    assert [(p.code, p.reason_required) for p in verdict.problems] == [("region-statistical", False)]
    assert judge("region", "419001", today=TODAY).problems == []


def test_an_unknown_region_and_an_ambiguous_one() -> None:
    assert judge("region", "419999", today=TODAY).problems[0].message == "没有行政区划代码 419999"
    verdict = judge("region", "鼓楼区", today=TODAY)
    assert verdict.problems[0].code == "region"
    assert "410204" in verdict.candidates


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("91410100MA0000015B", []),
        ("11010519491231002X", []),
        ("军字第1234567号", []),
        ("410105600123456", []),
        ("91410100MA0000016B", ["uscc"]),
        ("110105194912310021", ["idcard"]),
    ],
)
def test_a_party_without_document_type_is_judged_by_its_shape(code: str, wrong: list[str]) -> None:
    assert [p.code for p in judge("party", code, today=TODAY).problems] == wrong


@pytest.mark.parametrize("kind", sorted(KIND_TITLES))
def test_nothing_left_is_said(kind: str) -> None:
    verdict = judge(kind, "\u200b", today=TODAY)
    assert [p.code for p in verdict.problems] == ["empty"]
    assert KIND_TITLES[kind] in verdict.problems[0].message


@given(st.sampled_from(sorted(KIND_TITLES)), st.text(max_size=40))
def test_nothing_crashes_and_judging_the_value_again_agrees(kind: str, text: str) -> None:
    verdict = judge(kind, text, today=TODAY, codes=SHIPPED)
    assert verdict.valid == all(p.strength == "soft" for p in verdict.problems)
    verdict.value.encode()
    if kind != "region":
        assert tidied(kind, verdict.value) == verdict.value or not verdict.valid


def test_without_regions_candidates_are_still_found(tmp_path: Path) -> None:
    found = judged("uscc", "914IOIOOMA0000015B", around(codes=CodeLists(tmp_path)))
    assert found[0].candidates == ("91410100MA0000015B",)


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        judge("tax", "1", today=TODAY)
