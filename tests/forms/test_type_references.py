from __future__ import annotations

import pytest
from forms_making import SHIPPED, around, codes_found, make_field, parsed
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.definition import Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused

ITEM = make_field("reference", register="item")
PARTY = make_field("identifier", identifier="party", max_length=20)


def test_a_reference_to_an_item_is_tidied_and_judged_as_one() -> None:
    assert parsed(ITEM, "事项：４１０００００１２３４５６７ 对甲的检查") == "41000001234567"
    assert codes_found(ITEM, "41000001234567") == []
    assert codes_found(ITEM, "4100000123456") == ["item-code"]


def test_a_reference_to_an_implementation_list_is_judged_as_one() -> None:
    assert codes_found(make_field("reference", register="implementation"), "11410100000000019W9") == [
        "implementation-code"
    ]


def test_a_reference_to_a_record_is_spelled_like_its_number() -> None:
    assert parsed(make_field("reference", register="record:check"), "郑检[2026] 1号") == "郑检〔2026〕1号"


def test_a_reference_to_a_person_is_a_word() -> None:
    assert parsed(make_field("reference", register="person"), " 张三 ") == "张三"
    assert codes_found(make_field("reference", register="person", max_length=3), "张三李四") == ["too-long"]


def test_a_reference_to_a_region_takes_a_name() -> None:
    assert parsed(make_field("reference", register="region"), "中原区", region="410100") == "410102"
    assert codes_found(make_field("reference", register="region"), "410381") == ["no-longer-valid"]


@pytest.mark.parametrize(
    ("document", "code", "wrong"),
    [
        ("001", "91410100MA0000015B", []),
        ("001", "11010519491231002X", ["uscc"]),
        ("111", "11010519491231002X", []),
        ("111", "91410100MA0000015B", ["idcard"]),
        ("112", "110105194912310021", ["idcard"]),
        ("154", "810000199408230021", []),
        ("414", "E12345678", []),
        ("414", "某", ["passport"]),
        ("114", "军字第1234567号", []),
        ("099", "豫民证字第010011号", []),
        ("099", "123456789012345678901", ["too-long"]),
        ("身份证", "110105194912310021", ["idcard"]),
        ("护照号", "某", ["passport"]),
    ],
)
def test_the_document_type_decides_how_a_party_is_judged(document: str, code: str, wrong: list[str]) -> None:
    assert codes_found(PARTY, code, siblings={"administrative_cp_ce_type": document}) == wrong


def test_a_form_may_name_another_document_type_field() -> None:
    field = make_field("identifier", identifier="party", identifier_by="paper")
    assert codes_found(field, "110105194912310021", siblings={"paper": "111"}) == ["idcard"]


def test_digits_lost_by_excel_are_recognised_before_anything_else() -> None:
    for field in (PARTY, ITEM):
        with pytest.raises(Refused) as refused:
            parsed(field, "4.10105199001011E+17")
        assert refused.value.finding.code == "excel-lost-digits"


@pytest.mark.parametrize("name", ["identifier", "reference"])
def test_json_identifiers_are_taken_as_they_are(name: str) -> None:
    field = make_field(name, identifier="uscc", register="object" if name == "reference" else "")
    kind = FIELD_TYPES[name]
    assert kind.check(field, kind.from_json(field, "91410100ma0000015b"), around())[0].code == "uscc"
    with pytest.raises(Refused):
        kind.from_json(field, 914101)


@given(
    st.sampled_from(
        [
            make_field("identifier", identifier=kind)
            for kind in ("uscc", "idcard", "item", "region", "party", "certificate", "passport")
        ]
    ),
    st.text(min_size=1, max_size=30) | st.from_regex(r"\A[0-9A-Z]{6,20}\Z"),
)
def test_identifiers_survive_text_and_json(field: Field, text: str) -> None:
    kind = FIELD_TYPES["identifier"]
    try:
        value = kind.parse(field, text, around())
    except Refused:
        return
    assert kind.from_json(field, kind.to_json(value)) == value
    found = kind.check(field, value, around())
    if not [f for f in found if f.strength == "hard"]:
        assert kind.parse(field, kind.format(field, value, SHIPPED), around()) == value
