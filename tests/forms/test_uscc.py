from __future__ import annotations

import pytest
from forms_making import TODAY
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jgclient.forms.identifiers import judge, organisation_check_char, uscc_check_char
from jgclient.forms.identifiers.uscc import ALPHABET, uscc_is_right

# GB 32100-2015 vectors; the first four are samples published with libraries, the rest are fictional.
RIGHT = [
    "91350100M000100Y43", "91110108551385082Q", "91330100799655058B", "11230500001755309F",
    "91410100MA0000015B", "92410105MA0000015G", "11410100000000019W", "124406000000000190",
    "51410100000000019Q", "524401000000000192", "53440000000000019R", "N24101000000000194",
    "914101000000000510", "914101000000005960",
]  # fmt: skip
first17 = st.from_regex(r"\A[1-9ANY][1-9][1-6][1-5][0-9]{4}[0-9A-HJ-NPQRTUWXY]{9}\Z")


@pytest.mark.parametrize("code", RIGHT)
def test_right_codes_are_right(code: str) -> None:
    verdict = judge("uscc", code, today=TODAY)
    assert verdict.valid
    assert not [p for p in verdict.problems if p.strength == "hard"]


@pytest.mark.parametrize(
    "typed",
    [
        "统一社会信用代码：91410100ma0000015b",
        "９１４１０１００ＭＡ００００１５Ｂ"[:0] + "91410100MA 0000015B",
        "'91410100MA0000015B ",
    ],
)
def test_codes_are_tidied_first(typed: str) -> None:
    assert judge("uscc", typed, today=TODAY).value == "91410100MA0000015B"


def test_every_letter_of_the_register_is_known() -> None:
    for head in ("A1", "N2", "N3", "Y1", "21", "31", "41", "61", "71", "81"):
        body = head + "410100" + "00000001" + organisation_check_char("00000001")
        assert judge("uscc", body + uscc_check_char(body), today=TODAY).problems == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91350100M000100Y4A", "校验不通过"),
        ("000000000000000000", "不能全是 0"),
        ("91410100MA000001", "应为 18 位，现为 16 位"),
        ("91410100MAO000015B", "不会出现 O"),
        ("9141010XMA0000015B", "应是行政区划数字"),
        ("01410100MA0000015B", "不能是 0"),
    ],
)
def test_wrong_codes_say_why(code: str, reason: str) -> None:
    verdict = judge("uscc", code, today=TODAY)
    assert not verdict.valid
    assert reason in verdict.problems[0].message
    assert verdict.problems[0].code == "uscc"
    assert verdict.problems[0].kind == "06统一社会信用代码编码规则检查"
    assert "GB 32100" in verdict.problems[0].basis


def test_a_mismatch_inside_the_organisation_code_is_only_mentioned() -> None:
    body = "91410100000000018"
    verdict = judge("uscc", body + uscc_check_char(body), today=TODAY)
    assert verdict.valid
    assert [(p.code, p.strength, p.reason_required) for p in verdict.problems] == [
        ("uscc-organisation", "soft", False)
    ]


def test_an_unknown_category_is_only_mentioned() -> None:
    body = "B1410100000000019"
    verdict = judge("uscc", body + uscc_check_char(body), today=TODAY)
    assert verdict.valid
    assert [p.code for p in verdict.problems] == ["uscc-category"]


def test_the_organisation_sample_of_gb_11714() -> None:
    assert organisation_check_char("D2143569") == "X"


@pytest.mark.parametrize("code", RIGHT)
def test_one_wrong_character_is_mended(code: str) -> None:
    for place in range(18):
        slip = code[:place] + ("8" if code[place] != "8" else "3") + code[place + 1 :]
        verdict = judge("uscc", slip, today=TODAY)
        assert not verdict.valid
        lost = verdict.problems[0].code == "excel-lost-digits"
        assert code in verdict.candidates or len(verdict.candidates) == 5 or lost


def test_letters_that_are_never_used_are_read_as_the_digits_they_look_like() -> None:
    assert judge("uscc", "914IOIOOMA0000015B", today=TODAY).candidates == ("91410100MA0000015B",)
    assert judge("uscc", "9141010OMA000001SB", today=TODAY).candidates == ("91410100MA0000015B",)


def test_swapped_neighbours_are_mended_first() -> None:
    assert judge("uscc", "91411000MA0000015B", today=TODAY).candidates[0] == "91410100MA0000015B"


def test_a_character_too_many_or_too_few_is_mended() -> None:
    assert "91330100799655058B" in judge("uscc", "9133010079965508B", today=TODAY).candidates
    assert "91330100799655058B" in judge("uscc", "913301007996550588B", today=TODAY).candidates


@given(first17)
@settings(max_examples=60)
def test_candidates_are_always_right_and_near(first: str) -> None:
    code = first + uscc_check_char(first)
    assert uscc_is_right(code)
    wrong = code[:17] + ALPHABET[(ALPHABET.index(code[17]) + 1) % 31]
    verdict = judge("uscc", wrong, today=TODAY)
    assert not verdict.valid
    assume(verdict.problems[0].code == "uscc")  # not taken for a number that a spreadsheet rounded
    assert 0 < len(verdict.candidates) <= 5
    assert all(uscc_is_right(candidate) for candidate in verdict.candidates)
    assert all(
        sum(a != b for a, b in zip(candidate, wrong, strict=True)) <= 2 for candidate in verdict.candidates
    )


@given(st.text(max_size=25))
def test_nothing_crashes(text: str) -> None:
    judge("uscc", text, today=TODAY)
