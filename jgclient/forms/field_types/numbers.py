"""Money, whole numbers, yes and no."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from jgclient.forms import cleaning
from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.amounts import (
    MAX_YUAN,
    PLACES,
    UNITS,
    parse_money,
    plain_decimal,
    without_groups,
)
from jgclient.forms.field_types.base import FieldType, wrong_json
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.problems import KINDS
from jgclient.records import Json

_WHOLE = re.compile(r"([+-]?\d{1,15})(?:\.0+)?\s*[个名人次项天日件户家份条处台年月]?")
_PLAIN_DECIMAL = re.compile(r"(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
_YES = {
    "是",
    "有",
    "对",
    "已",
    "y",
    "yes",
    "true",
    "t",
    "1",
    "√",
    "✓",
    "✔",
    "☑",
    "v",
    "需要",
    "涉及",
    "经过",
    "1.0",
}
_NO = {
    "否",
    "无",
    "不",
    "没有",
    "未",
    "n",
    "no",
    "false",
    "f",
    "0",
    "×",
    "x",
    "✗",
    "✘",
    "☐",
    "不需要",
    "不涉及",
    "未经过",
    "0.0",
}


class Money(FieldType[Decimal]):
    """An amount in the field's unit, kept as an exact decimal."""

    name = "money"
    title = "金额"
    shape = "number"

    def parse(self, field: Field, text: str, around: Surroundings) -> Decimal:
        """The amount in the field's unit; a unit behind the number is converted."""
        return parse_money(text, field.unit or "元")

    def check(self, field: Field, value: Decimal, around: Surroundings) -> list[Finding]:
        """Sign, size and decimal places."""
        unit = field.unit or "元"
        shown = plain_decimal(value)
        if value < 0:
            return [Finding("negative", f"“{field.title}”不能是负数（{shown}）", "请填 0 或正数")]
        if value * UNITS[unit] >= MAX_YUAN:
            return [Finding("too-large", f"“{field.title}”{shown} {unit}太大", "请核对单位是元还是万元")]
        if -int(value.as_tuple().exponent) > PLACES[unit] and value != round(value, PLACES[unit]):
            rounded = plain_decimal(value.quantize(Decimal(1).scaleb(-PLACES[unit]), ROUND_HALF_UP))
            message = f"“{field.title}”{shown} {unit}的小数超过 {PLACES[unit]} 位"
            return [Finding("too-precise", message, "最小到分", candidates=(rounded,))]
        return []

    def format(self, field: Field, value: Decimal, codes: CodeLists) -> str:
        """Digits without separators, e.g. ``5000`` or ``0.05``."""
        return plain_decimal(value)

    def to_json(self, value: Decimal) -> Json:
        """Digits as text, because JSON numbers are not exact."""
        return plain_decimal(value)

    def from_json(self, field: Field, data: Json) -> Decimal:
        """The amount; only plain digits without superfluous zeros are taken."""
        if not isinstance(data, str):
            raise wrong_json("金额文字", data)
        if len(data) > 40 or not _PLAIN_DECIMAL.fullmatch(data.removeprefix("-")) or data == "-0":
            raise Refused("not-an-amount", f"“{data[:40]}”不是金额", "请只写数字，如 5000 或 0.05")
        return Decimal(data)

    def to_rule(self, value: Decimal) -> float:
        """A double in the field's unit."""
        return float(value)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """Its unit and places."""
        unit = field.unit or "元"
        return f"金额，单位{unit}，最多 {PLACES[unit]} 位小数"


class Integer(FieldType[int]):
    """A whole number that is not negative."""

    name = "integer"
    title = "整数"
    shape = "number"

    def parse(self, field: Field, text: str, around: Surroundings) -> int:
        """The number; a counting word behind it is dropped."""
        cleaned = without_groups(cleaning.plain(text))
        found = _WHOLE.fullmatch(cleaned)
        if not found:
            raise Refused("not-a-number", f"“{cleaned}”不是整数", "请只填数字，如 3")
        return int(found[1])

    def check(self, field: Field, value: int, around: Surroundings) -> list[Finding]:
        """Its sign."""
        if value < 0:
            return [Finding("negative", f"“{field.title}”不能是负数（{value}）", "请填 0 或正数")]
        return []

    def from_json(self, field: Field, data: Json) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool) or abs(data) >= 10**15:
            raise wrong_json("15 位以内的整数", data)
        return data

    def to_rule(self, value: int) -> float:
        """A double, as all numbers in rules."""
        return float(value)


class YesNo(FieldType[bool]):
    """Yes or no."""

    name = "yes_no"
    title = "是/否"
    shape = "bool"
    kind = KINDS["01"]
    none_words = frozenset()

    def parse(self, field: Field, text: str, around: Surroundings) -> bool:
        """True for 是, 有, Y, 1, √ and the like."""
        word = cleaning.plain(text).casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise Refused(
            "not-yes-or-no", f"“{word}”看不出是“是”还是“否”", "请填 是 或 否", candidates=("是", "否")
        )

    def format(self, field: Field, value: bool, codes: CodeLists) -> str:
        """是 or 否."""
        return "是" if value else "否"

    def from_json(self, field: Field, data: Json) -> bool:
        """The truth value."""
        if not isinstance(data, bool):
            raise wrong_json("是/否", data)
        return data

    def to_rule(self, value: bool) -> bool:
        """The truth value."""
        return value

    def describe(self, field: Field, codes: CodeLists) -> str:
        """Its two words."""
        return "填 是 或 否"
