from __future__ import annotations

import pytest
from forms_making import SHIPPED, around, codes_found, make_field, parsed
from hypothesis import assume, given
from hypothesis import strategies as st

from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused


def test_text_is_one_line_and_long_text_several() -> None:
    assert parsed(make_field("text"), "甲\n乙\u200b") == "甲 乙"
    assert parsed(make_field("long_text"), "甲\r\n乙\u200b ") == "甲\n乙"


@pytest.mark.parametrize(
    "text",
    [
        "郑罚[2026]12号",
        "郑罚（2026）12号",
        "郑罚【2026】12号",
        "郑罚 〔2026〕 12 号",
        "郑罚﹝2026﹞12号",
        "郑罚(２０２６)12号",
        "郑罚<2026>12号",
    ],
)
def test_document_numbers_have_one_spelling(text: str) -> None:
    assert parsed(make_field("document_number"), text) == "郑罚〔2026〕12号"


def test_brackets_without_a_year_stay() -> None:
    assert parsed(make_field("document_number"), "郑罚[甲]12号") == "郑罚[甲]12号"


@pytest.mark.parametrize("name", ["text", "long_text", "document_number"])
def test_length_is_counted_in_characters_and_said(name: str) -> None:
    field = make_field(name, max_length=5)
    assert codes_found(field, "一二三四五") == []
    found = FIELD_TYPES[name].check(field, "一二三四五六七", around())
    assert [f.code for f in found] == ["too-long"]
    assert "共 7 字，上限 5 字，超出 2 字" in found[0].message


@pytest.mark.parametrize("name", ["text", "long_text", "document_number"])
def test_what_cannot_be_seen_is_nothing(name: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(make_field(name), "\u200b\ufeff")
    assert refused.value.finding.code == "nothing-visible"


@pytest.mark.parametrize("name", ["text", "long_text", "document_number"])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (5, "wrong-type"),
        (None, "wrong-type"),
        ("", "wrong-type"),
        ("  ", "wrong-type"),
        ("甲\x00", "bad-characters"),
        ("\ud800", "bad-characters"),
        ("甲\u200b", "bad-characters"),
    ],
)
def test_json_texts_are_clean_and_not_blank(name: str, data: object, code: str) -> None:
    with pytest.raises(Refused) as refused:
        FIELD_TYPES[name].from_json(make_field(name), data)
    assert refused.value.finding.code == code


@given(st.sampled_from(["text", "long_text", "document_number"]), st.text(min_size=1, max_size=60))
def test_texts_survive_text_and_json(name: str, text: str) -> None:
    kind, field = FIELD_TYPES[name], make_field(name)
    try:
        value = kind.parse(field, text, around())
    except Refused:
        assume(False)
    assert kind.parse(field, kind.format(field, value, SHIPPED), around()) == value
    assert kind.from_json(field, kind.to_json(value)) == value
    assert kind.to_rule(value) == value
    value.encode()
