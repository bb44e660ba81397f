"""What the reference and the notes in workbooks say about a field."""

from __future__ import annotations

from typing import Any

import pytest
from forms_making import SHIPPED, make_field

from jgclient.forms.field_types import FIELD_TYPES


@pytest.mark.parametrize(
    ("name", "keys", "said"),
    [
        ("text", {"max_length": 20}, "文字，不超过 20 字"),
        ("text", {}, "文字"),
        ("long_text", {}, "长文字"),
        ("document_number", {"max_length": 50}, "文书号，不超过 50 字"),
        ("code", {"codes": "check_form"}, "从代码表中选一项：01 日常检查、02 专项检查、99 其他"),
        ("codes", {"codes": "check_form"}, "从代码表中选一项或多项，用“；”隔开：01 日常检查"),
        ("code", {"codes": "region"}, "“行政区划"),
        ("date", {}, "日期，如 2026-09-05"),
        ("datetime", {}, "日期和时间，如 2026-09-05 10:30"),
        ("money", {"unit": "万元"}, "金额，单位万元，最多 6 位小数"),
        ("money", {}, "金额，单位元，最多 2 位小数"),
        ("integer", {}, "整数"),
        ("yes_no", {}, "填 是 或 否"),
        ("persons", {"min_items": 2}, "姓名，多人用“、”隔开，至少 2 人"),
        ("lines", {"min_items": 2}, "多项用“；”隔开，至少 2 项"),
        ("attachments", {}, "附件"),
        ("identifier", {"identifier": "uscc"}, "统一社会信用代码，18 位"),
        ("reference", {"register": "item"}, "监管事项目录编码，14 位数字"),
        ("reference", {"register": "record:check", "max_length": 50}, "引用，不超过 50 字"),
    ],
)
def test_each_type_says_what_to_fill_in(name: str, keys: dict[str, Any], said: str) -> None:
    assert said in FIELD_TYPES[name].describe(make_field(name, **keys), SHIPPED)


def test_every_type_is_described_and_named() -> None:
    assert all(kind.title and kind.name == name for name, kind in FIELD_TYPES.items())
    assert len(FIELD_TYPES) == 15
