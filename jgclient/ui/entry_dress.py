"""How a value looks once its field was left: words behind a code, weekday, grouped amount. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jgclient.forms.codes import CodeLists
from jgclient.forms.definition import Field
from jgclient.records import Json
from jgclient.ui.words import WEEKDAYS

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")
#: Larger amounts are not written in capitals; no field of a form comes near.
_LIMIT = Decimal(10) ** 16


@dataclass(frozen=True, slots=True)
class Dress:
    """What a field shows while the clerk is elsewhere.

    Attributes:
        text: In place of what was typed; the parser reads it back to the same value.
        suffix: Muted behind the text: weekday, unit.
        below: Small line under the field: the amount in capitals.
    """

    text: str
    suffix: str = ""
    below: str = ""


def dress(field: Field, value: Json, text: str, codes: CodeLists) -> Dress:
    """The dress of a field.

    Args:
        field: Whose value it is.
        value: JSON value, None when the text was not understood: then the text stays as it is.
        text: The text as the form engine writes it.
        codes: Where codes find their words.
    """
    if value is None:
        return Dress(text)
    if field.type == "code":
        return Dress(coded(field, str(value), codes))
    if field.type == "codes":
        return Dress("；".join(coded(field, str(code), codes) for code in value))
    if field.type in ("date", "datetime"):
        return Dress(text, suffix=weekday(date.fromisoformat(str(value)[:10])))
    if field.type == "money":
        return _money(Decimal(str(value)), field.unit or "元")
    return Dress(text)


def coded(field: Field, code: str, codes: CodeLists) -> str:
    """``01 现场检查``; the code alone when the list does not hold it."""
    title = codes.get(field.codes).title(code)
    return f"{code} {title}" if title != code else code


def weekday(day: date) -> str:
    """星期四."""
    return f"星期{WEEKDAYS[day.weekday()]}"


def capitals(yuan: Decimal) -> str:
    """An amount in the capitals of Chinese bookkeeping, e.g. 伍仟元整; empty when it cannot be written so.

    Source: 中国人民银行《正确填写票据和结算凭证的基本规定》, articles 1–4.
    """
    cents = yuan * 100
    if yuan < 0 or yuan >= _LIMIT or cents != cents.to_integral_value():
        return ""
    whole, rest = divmod(int(cents), 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole or not rest else ""
    if not rest:
        return words + "整"
    zero = "零" if whole and not jiao else ""
    return words + zero + (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "整")


def _money(amount: Decimal, unit: str) -> Dress:
    yuan = amount * 10000 if unit == "万元" else amount
    shown = f"{amount:,.2f}" if unit == "元" else f"{amount:,f}"
    return Dress(shown, suffix=unit, below=capitals(yuan))


def _whole(number: int) -> str:
    if number == 0:
        return "零"
    words = ""
    for group in reversed(range(len(_GROUPS))):
        digits = number // 10 ** (4 * group) % 10000
        gap = words and digits and (digits < 1000 or words.endswith("零"))
        if gap and not words.endswith("零"):
            words += "零"
        if digits:
            words += _four(digits) + _GROUPS[group]
        elif words and number % 10 ** (4 * group) and not words.endswith("零"):
            words += "零"
    return words


def _four(number: int) -> str:
    words = ""
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            words += _DIGITS[digit] + _PLACES[place]
        elif words and number % 10**place and not words.endswith("零"):
            words += "零"
    return words
