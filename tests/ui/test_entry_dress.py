"""How values look once their field was left."""

from __future__ import annotations

from decimal import Decimal

import pytest
from ui_stories import TODAY

from jgclient.forms.definition import Field
from jgclient.forms.field_types import FIELD_TYPES
from jgclient.forms.findings import Surroundings
from jgclient.forms.library import FormLibrary
from jgclient.ui.entry_dress import Dress, capitals, dress

FORM = Field("form", "检查形式", "code", codes="check_form")
KINDS = Field("kinds", "处罚种类", "codes", codes="punish_type")
DAY = Field("day", "日期", "date")
FINE = Field("fine", "罚款金额", "money", unit="元")
WAN = Field("fine", "罚没金额", "money", unit="万元")
NAME = Field("name", "名称", "text")


@pytest.mark.parametrize(
    ("field", "value", "text", "expected"),
    [
        (FORM, "01", "日常检查", Dress("01 日常检查")),
        (FORM, "77", "77", Dress("77")),
        (KINDS, ["02", "01"], "罚款；警告", Dress("02 罚款；01 警告")),
        (DAY, "2026-11-12", "2026-11-12", Dress("2026-11-12", suffix="星期四")),
        (FINE, "5000", "5000", Dress("5,000.00", suffix="元", below="伍仟元整")),
        (WAN, "0.5", "0.5", Dress("0.5", suffix="万元", below="伍仟元整")),
        (NAME, "郑州某某公司", "郑州某某公司", Dress("郑州某某公司")),
        (FINE, None, "五千块左右", Dress("五千块左右")),
        (DAY, None, "", Dress("")),
    ],
)
def test_a_value_is_dressed(
    field: Field, value: object, text: str, expected: Dress, library: FormLibrary
) -> None:
    assert dress(field, value, text, library.codes) == expected


@pytest.mark.parametrize(
    ("field", "value"), [(FORM, "01"), (KINDS, ["02", "01"]), (DAY, "2026-11-12"), (FINE, "1234567.8")]
)
def test_what_is_shown_reads_back_to_the_same_value(
    field: Field, value: object, library: FormLibrary
) -> None:
    kind = FIELD_TYPES[field.type]
    shown = dress(
        field, value, kind.format(field, kind.from_json(field, value), library.codes), library.codes
    )
    read = kind.parse(field, shown.text, Surroundings(TODAY, TODAY, library.codes))
    assert kind.to_json(read) == value


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("5000", "伍仟元整"),
        ("10.03", "壹拾元零叁分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("20301", "贰万零叁佰零壹元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("1000100", "壹佰万零壹佰元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000200030004", "壹兆零贰亿零叁万零肆元整"),
        ("-1", ""),
        ("0.001", ""),
        ("1e16", ""),
    ],
)
def test_amounts_in_capitals(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words
