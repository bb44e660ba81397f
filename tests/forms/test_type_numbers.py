from __future__ import annotations

from decimal import Decimal

import pytest
from forms_making import SHIPPED, around, codes_found, make_field, parsed
from hypothesis import given
from hypothesis import strategies as st

from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Refused

YUAN, WAN = make_field("money", unit="元"), make_field("money", unit="万元")
INTEGER, YES_NO = make_field("integer"), make_field("yes_no")


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("5000", "5000"), ("5,000.00元", "5000"), ("￥5,000", "5000"), ("¥ 5000.00", "5000"),
        ("１．５万", "15000"), ("2.5万元", "25000"), ("２．５ 万元", "25000"), ("0.000001万元", "0.01"),
        ("1.2亿", "120000000"), ("3千元", "3000"), ("人民币5000元整", "5000"), ("RMB 5000", "5000"),
        ("0", "0"), ("0.00", "0"), ("007", "7"), (".5", "0.5"), ("1,234,567.89", "1234567.89"),
        ("1，234元", "1234"), ("5000.000000000001", "5000"), ("5E3", "5000"), ("1E+05", "100000"),
        ("伍仟元整", "5000"), ("二万五千元", "25000"), ("壹拾贰万叁仟肆佰伍拾陆元柒角捌分", "123456.78"),
        ("十万元整", "100000"), ("伍佰圆", "500"), ("一百零五元", "105"), ("3000圆", "3000"),
    ],
)  # fmt: skip
def test_amounts_in_yuan(text: str, yuan: str) -> None:
    assert parsed(YUAN, text) == Decimal(yuan)


@pytest.mark.parametrize(
    ("text", "wan"),
    [("2.5", "2.5"), ("25000元", "2.5"), ("2.5万元", "2.5"), ("0.01元", "0.000001"), ("伍仟元整", "0.5")],
)
def test_amounts_in_ten_thousands(text: str, wan: str) -> None:
    assert parsed(WAN, text) == Decimal(wan)


@pytest.mark.parametrize(
    "text",
    [
        "五千左右",
        "约5000",
        "5,00",
        "1,2345",
        "5000-8000",
        "$5000",
        "5,000,00",
        "1.2.3",
        "元",
        "1e999",
        "inf",
        "NaN",
        "５万5千",
        "--5",
        "5000美元",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(YUAN, text)
    assert refused.value.finding.code == "not-an-amount"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("-5", ["negative"]),
        ("10000000000000", ["too-large"]),
        ("9999999999999.99", []),
        ("1000000000万元", ["too-large"]),
        ("0.005", ["too-precise"]),
        ("1e-99", ["too-precise"]),
        ("0.01", []),
    ],
)
def test_limits_of_amounts(text: str, codes: list[str]) -> None:
    assert codes_found(YUAN, text) == codes


def test_too_many_places_name_the_nearest_amount() -> None:
    value = parsed(YUAN, "12.345")
    found = FIELD_TYPES["money"].check(YUAN, value, around())
    assert found[0].candidates == ("12.35",)
    assert codes_found(WAN, "0.0000001") == ["too-precise"]
    assert codes_found(WAN, "0.000001") == []


@pytest.mark.parametrize(
    "data", [5000, 5.0, "5000.0", "05", "5e3", "", "-0", "+5", "1" * 41, None, True, "５"]
)
def test_json_amounts_are_plain_digits_in_a_text(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["money"].from_json(YUAN, data)


@given(st.decimals(0, 10**12, places=2), st.sampled_from([YUAN, WAN]))
def test_amounts_survive_text_and_json(amount: Decimal, field: object) -> None:
    kind = FIELD_TYPES["money"]
    assert kind.parse(YUAN, kind.format(YUAN, amount, SHIPPED), around()) == amount
    assert kind.from_json(YUAN, kind.to_json(amount)) == amount
    assert "E" not in kind.to_json(amount)
    assert kind.to_rule(amount) == pytest.approx(float(amount))


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("３", 3), ("3.0", 3), ("3人", 3), ("12 次", 12), ("1,000", 1000), ("-2", -2)],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert parsed(INTEGER, text) == value


@pytest.mark.parametrize("text", ["3.5", "三", "3-5", "1e3", "1" * 16])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(INTEGER, text)
    assert refused.value.finding.code == "not-a-number"


def test_a_negative_count_is_wrong() -> None:
    assert codes_found(INTEGER, "-2") == ["negative"]
    assert codes_found(INTEGER, "0") == []


@pytest.mark.parametrize("data", ["3", 3.0, True, None, 10**15])
def test_json_whole_numbers_are_numbers(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["integer"].from_json(INTEGER, data)


@given(st.integers(0, 10**15 - 1))
def test_whole_numbers_survive_text_and_json(number: int) -> None:
    kind = FIELD_TYPES["integer"]
    assert kind.parse(INTEGER, kind.format(INTEGER, number, SHIPPED), around()) == number
    assert kind.from_json(INTEGER, kind.to_json(number)) == number
    assert kind.to_rule(number) == float(number)


@pytest.mark.parametrize("text", ["是", "有", "Y", "yes", "TRUE", "1", "√", "１", "1.0", "☑"])
def test_ways_to_say_yes(text: str) -> None:
    assert parsed(YES_NO, text) is True


@pytest.mark.parametrize("text", ["否", "无", "n", "No", "false", "0", "×", "不"])
def test_ways_to_say_no(text: str) -> None:
    assert parsed(YES_NO, text) is False


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        parsed(YES_NO, "也许")
    assert refused.value.finding.code == "not-yes-or-no"
    assert refused.value.finding.candidates == ("是", "否")


@pytest.mark.parametrize("data", ["是", 1, 0, None])
def test_json_yes_is_true(data: object) -> None:
    with pytest.raises(Refused):
        FIELD_TYPES["yes_no"].from_json(YES_NO, data)


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_survive_text_and_json(value: bool) -> None:
    kind = FIELD_TYPES["yes_no"]
    assert kind.parse(YES_NO, kind.format(YES_NO, value, SHIPPED), around()) is value
    assert kind.from_json(YES_NO, kind.to_json(value)) is value
    assert kind.to_rule(value) is value


@given(
    st.sampled_from(["money", "integer", "yes_no"]),
    st.text(max_size=20) | st.from_regex(r"\A[0-9.,eE万元+-]{0,15}\Z"),
)
def test_any_text_is_a_value_or_refused(name: str, text: str) -> None:
    field = make_field(name)
    try:
        value = FIELD_TYPES[name].parse(field, text, around())
    except Refused:
        return
    FIELD_TYPES[name].check(field, value, around())
    FIELD_TYPES[name].format(field, value, SHIPPED).encode()
