from __future__ import annotations

from datetime import date, timedelta

import pytest
from forms_making import TODAY
from hypothesis import given, settings
from hypothesis import strategies as st

from jgclient.forms.identifiers import idcard_check_char, judge


def number(region: str, born: str, serial: str = "001") -> str:
    first17 = f"{region}{born}{serial}"
    return first17 + idcard_check_char(first17)


@pytest.mark.parametrize(
    "code",
    [
        "11010519491231002X",  # the sample of GB 11643
        "11010519491231002x",
        number("410105", "19000101"),
        number("410105", "20260907"),
        number("810000", "19940823"),
        number("820000", "19940823"),
        number("830000", "19940823"),
        number("911124", "19810803"),
        "CAN110078120201",
    ],
)
def test_right_numbers_are_right(code: str) -> None:
    verdict = judge("idcard", code, today=TODAY)
    assert verdict.valid
    assert verdict.problems == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("110105194912310021", "校验不通过"),
        (number("410105", "19900230"), "出生日期 19900230 不存在"),
        (number("410105", "18991231"), "1900 年至今天"),
        (number("410105", "20260908"), "1900 年至今天"),
        (number("990105", "19900203")[:17] + "0", "省级行政区划"),
        ("4101051990020300", "应为 18 位（旧号码 15 位），现为 16 位"),
        ("41010519900203001A", "只能是数字"),
        ("000000000000000000", "不是省级"),
    ],
)
def test_wrong_numbers_say_why(code: str, reason: str) -> None:
    verdict = judge("idcard", code, today=TODAY)
    assert not verdict.valid
    assert reason in verdict.problems[0].message
    assert (verdict.problems[0].code, verdict.problems[0].kind) == ("idcard", "07身份证号码编码规则检查")


def test_a_15_digit_number_is_valid_and_gets_its_long_form() -> None:
    verdict = judge("idcard", "110105491231002", today=TODAY)
    assert verdict.valid
    assert verdict.candidates == ("11010519491231002X",)
    assert [(p.code, p.strength, p.reason_required) for p in verdict.problems] == [
        ("idcard-15", "soft", False)
    ]


def test_a_15_digit_number_needs_a_real_birth_date() -> None:
    assert not judge("idcard", "110105491331002", today=TODAY).valid


def test_an_old_foreign_permit_needs_a_real_birth_date() -> None:
    assert not judge("idcard", "CAN110078130201", today=TODAY).valid


def test_residence_permits_are_not_resident_numbers() -> None:
    assert judge("residence", number("830000", "19940823"), today=TODAY).valid
    verdict = judge("residence", "11010519491231002X", today=TODAY)
    assert [p.code for p in verdict.problems] == ["residence"]


def test_look_alikes_come_before_the_check_digit_and_that_before_anything_else() -> None:
    wrong = "110105194911110029"
    ranks = [
        sum(a != b for a, b in zip(c, wrong, strict=True))
        for c in judge("idcard", wrong, today=TODAY).candidates
    ]
    assert judge("idcard", wrong, today=TODAY).candidates[:2] == ("110105194911170029", "110105194911110026")
    assert max(ranks) <= 2


def test_swapped_digits_are_mended() -> None:
    assert "11010519491231002X" in judge("idcard", "11010519491321002X", today=TODAY).candidates


@pytest.mark.parametrize(
    "typed", ["4.10105199001011e+17", "4.10105E+17", "410105199001011000", "410105199001011008"]
)
def test_digits_lost_by_excel_are_recognised(typed: str) -> None:
    for kind in ("idcard", "uscc"):
        verdict = judge(kind, typed, today=TODAY)
        assert not verdict.valid
        assert [p.code for p in verdict.problems] == ["excel-lost-digits"]
        assert "Excel 已丢失末位数字" in verdict.problems[0].message
        assert "文本" in verdict.problems[0].help


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
@settings(max_examples=60)
def test_candidates_are_right_and_hold_the_true_number_when_few(
    born: date, serial: int, place: int, shift: int
) -> None:
    right = number("410105", born.strftime("%Y%m%d"), f"{serial:03}")
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    verdict = judge("idcard", wrong, today=TODAY)
    assert not verdict.valid
    assert all(judge("idcard", candidate, today=TODAY).valid for candidate in verdict.candidates)
    assert right in verdict.candidates or len(verdict.candidates) == 5 or verdict.problems[0].code != "idcard"


@given(st.integers(0, 40000), st.integers(0, 999))
@settings(max_examples=60)
def test_a_birth_date_after_today_is_never_right(days: int, serial: int) -> None:
    born = TODAY + timedelta(days=days + 1)
    assert not judge("idcard", number("410105", born.strftime("%Y%m%d"), f"{serial:03}"), today=TODAY).valid


@given(st.text(max_size=20))
def test_nothing_crashes(text: str) -> None:
    judge("idcard", text, today=TODAY)
