"""Amounts of money as they are written: units, thousands separators, Chinese numerals."""

from __future__ import annotations

import re
from decimal import Decimal

from jgclient.forms import cleaning
from jgclient.forms.field_types.chinese_numbers import chinese_amount
from jgclient.forms.findings import Refused

#: Factor of each unit in 元.
UNITS = {
    "元": Decimal(1),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "万元": Decimal(10**4),
    "亿元": Decimal(10**8),
}
#: Decimal places kept: cents in 元, six places in 万元 (双公示 tables).
PLACES = {"元": 2, "万元": 6}
MAX_YUAN = Decimal(10) ** 13
_SIGNS = re.compile(r"^(?:RMB|CNY|人民币|[¥￥])\s*|\s*(?:RMB|CNY|人民币)$|(?<=元)(?:整|正)$", re.IGNORECASE)
_AMOUNT = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:[eE]([+-]?\d{1,2}))?\s*([百千万亿]?元?)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])")


def parse_money(text: str, unit: str) -> Decimal:
    """The amount meant by ``text`` in ``unit``; without a unit of its own the text is already in ``unit``.

    Raises:
        Refused: no amount, or its separators do not fit.
    """
    if text.isdecimal() and text.isascii() and len(text) < 14:
        return _stripped(Decimal(text))
    cleaned = without_groups(_SIGNS.sub("", _SIGNS.sub("", cleaning.plain(text).replace("圆", "元"))))
    found = _AMOUNT.fullmatch(cleaned)
    amount = chinese_amount(cleaned)
    if found:
        digits, exponent, own = found.groups()
        amount = _tidy(Decimal(f"{digits}e{exponent or 0}"))
        own_unit = (own.removesuffix("元") + "元") if own else unit
    elif amount is not None:
        own_unit = "元"
    else:
        raise Refused("not-an-amount", f"“{cleaned}”不是金额", f"请只填数字，如 5000（单位{unit}）")
    return _stripped(amount * UNITS[own_unit] / UNITS[unit])


def plain_decimal(value: Decimal) -> str:
    """``value`` without exponent and superfluous zeros: 5000, 0.05."""
    return f"{_stripped(value):f}"


def _stripped(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)


def _tidy(value: Decimal) -> Decimal:
    """Undo what a binary float adds: 5000.000000000001 is 5000."""
    if len(value.as_tuple().digits) < 14:
        return value
    rounded = round(value, 6)
    return rounded if abs(value - rounded) < Decimal("1e-7") else value


def without_groups(text: str) -> str:
    """``text`` without thousands separators where they stand right; else unchanged."""
    return text.replace(",", "") if _GROUPED.match(text) else text
