from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms import cleaning


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("\ufeff郑州\u200b市\u00a0一马路", "郑州市 一马路"),
        ("１２号Ａ座", "12号A座"),
        ("（郑州）有限公司，", "（郑州）有限公司，"),
        ("多  个\t空格\n换行", "多 个 空格 换行"),
        ("坏\ud800字\x00符\x1b", "坏字符"),
        ("\u202e倒写\u2066", "倒写"),
        ("𰻝面馆", "𰻝面馆"),
        ("\uffff非字符\ufffe", "非字符"),
    ],
)
def test_line_drops_what_cannot_be_seen_and_keeps_punctuation(typed: str, cleaned: str) -> None:
    assert cleaning.line(typed) == cleaned


def test_prose_keeps_line_feeds_and_trims() -> None:
    assert cleaning.prose("\r\n一、甲  \r\n二、乙\u2028三\n\n") == "一、甲\n二、乙\n三"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("统一社会信用代码：91410100ma0000015b", "91410100MA0000015B"),
        ("代码_1：91410100MA0000015B", "91410100MA0000015B"),
        ("统一社会信用代码91410100MA0000015B", "91410100MA0000015B"),
        ("9141 0100-MA00 0001 5B", "91410100MA0000015B"),
        ("９１４１０１００ＭＡ００００１５Ｂ", "91410100MA000015B"),
        ("'41000001234567", "41000001234567"),
        ("91410100MA0000015B（1-1）", "91410100MA0000015B"),
        ("91410100MA0000015B（副本）", "91410100MA0000015B"),
        ("91410100MA0000015B 备注:新办", "91410100MA0000015B"),
        ("41000001234567 对餐饮单位的检查", "41000001234567"),
        ("41000001234567.0", "41000001234567"),
    ],
)
def test_code_leaves_only_the_code(typed: str, cleaned: str) -> None:
    assert cleaning.code(typed) == cleaned


@pytest.mark.parametrize(
    "text", ["", "  ", "\u3000", "/", "—", "——", "undefined", "NULL", "N/A", " - ", "／"]
)
def test_signs_for_nothing_are_blank(text: str) -> None:
    assert cleaning.is_blank(text)


@pytest.mark.parametrize("text", ["无", "0", "否", "-5", "一"])
def test_words_are_not_blank(text: str) -> None:
    assert not cleaning.is_blank(text)


def test_compact_ignores_case_width_and_punctuation() -> None:
    assert cleaning.compact("双随机、一公开 Ａ-1") == cleaning.compact("双随机一公开a1")


def test_what_spaces_kept_apart_is_normalised_when_they_go() -> None:
    assert cleaning.unspaced("A\u00a8 1") == "\u00c41"


@given(st.text())
def test_nothing_crashes_and_cleaning_twice_changes_nothing(text: str) -> None:
    for clean in (
        cleaning.visible,
        cleaning.line,
        cleaning.prose,
        cleaning.plain,
        cleaning.unspaced,
        cleaning.compact,
    ):
        once = clean(text)
        assert clean(once) == once
        once.encode()
    cleaning.code(text).encode()
