"""Amounts written in Chinese numerals, as decisions write them: 伍仟元整, 二万五千元."""

from __future__ import annotations

import re
from decimal import Decimal

_FORMAL = str.maketrans("零壹贰叁肆伍陆柒捌玖拾佰仟圆两", "〇一二三四五六七八九十百千元二")
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_WHOLE = "[〇一二三四五六七八九十百千万亿]+"
_SHAPE = re.compile(rf"({_WHOLE})元(?:〇?([一二三四五六七八九])角)?(?:〇?([一二三四五六七八九])分)?整?")


def chinese_amount(text: str) -> Decimal | None:
    """The amount in 元, or None when the text is no amount in Chinese numerals."""
    found = _SHAPE.fullmatch(text.translate(_FORMAL).replace("正", "整"))
    if not found:
        return None
    whole, tenths, cents = found.groups()
    return (
        Decimal(_whole(whole)) + Decimal(_DIGITS.get(tenths, 0)) / 10 + Decimal(_DIGITS.get(cents, 0)) / 100
    )


def _whole(text: str) -> int:
    for power, value in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.partition(power)
        if found:
            return _whole(head) * value + _whole(tail)
    total, digit = 0, 0
    for char in text:
        if char in _POWERS:
            total += (digit or 1) * _POWERS[char]
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[char]
    return total + digit
