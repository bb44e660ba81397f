"""公民身份号码 (GB 11643-1999) and the permits that share its form.

- 18 digits: residents; residence permits of people from Hong Kong (81), Macao (82) and Taiwan (83),
  国务院令 2018 港澳台居民居住证申领发放办法.
- 15 digits: resident numbers given before 1999-10.
- 18 digits beginning with 9: 外国人永久居留身份证 since 2023-12; 3 letters and 12 digits: before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from operator import mul

from jgclient.forms.findings import Finding
from jgclient.forms.identifiers import repair
from jgclient.forms.identifiers.excel import LOST, looks_rounded
from jgclient.forms.problems import KINDS

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_INVERSES = tuple(pow(weight, -1, 11) for weight in (*WEIGHTS, 1))
_CHECK = "10X98765432"
#: First two digits of a region: provinces (GB/T 2260), Hong Kong, Macao, Taiwan and their residence permits.
PROVINCES = frozenset((
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82", "83",
))  # fmt: skip
_SHAPE = re.compile(r"\d{17}[\dX]")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}\d{4}(\d{2})(\d{2})(\d{2})\d{2}")
_EARLIEST = date(1900, 1, 1)
_BASIS = "GB 11643-1999"


def idcard_check_char(first17: str) -> str:
    """The 18th character (ISO 7064 MOD 11-2). ``first17`` must be ASCII digits."""
    total = sum(int(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return _CHECK[total % 11]


def birth_date(number: str) -> date | None:
    """The date of birth in a 15 or 18 digit number, None when that day does not exist."""
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def idcard_is_right(number: str, today: date) -> bool:
    """Whether an 18-character number has a known origin, a possible birth date and the right check."""
    return (
        _SHAPE.fullmatch(number) is not None
        and _origin_known(number)
        and _born(number, today)
        and idcard_check_char(number[:17]) == number[17]
    )


def longer(number: str) -> str:
    """The 18-character form of a 15-digit number."""
    first17 = f"{number[:6]}19{number[6:]}"
    return first17 + idcard_check_char(first17)


def idcard_findings(number: str, today: date, known_region: Callable[[str], bool]) -> list[Finding]:
    """What is wrong with a clean number.

    Args:
        number: Capital letters and digits.
        today: Nobody is born later.
        known_region: Whether six digits are, or ever were, a region code; used to rank candidates.
    """
    if idcard_is_right(number, today) or _old_foreign(number, today):
        return []
    if len(number) == 15 and number.isdigit() and number[:2] in PROVINCES and _born(number, today):
        return [_old_form(number)]
    if looks_rounded(number) and idcard_check_char(number[:17]) != number[17:]:
        return [LOST]
    near = repair.candidates(
        number, length=18, alphabet="0123456789X", fitting=_fitting,
        right=lambda slip: idcard_is_right(slip, today), doubt=lambda slip: _doubt(slip, today, known_region),
    )  # fmt: skip
    remedy = "请对照证件核对" + ("，下列为只错一位或相邻两位写反时的可能" if near else "")
    return [
        Finding("idcard", _reason(number, today), remedy, candidates=near, kind=KINDS["07"], basis=_BASIS)
    ]


def _fitting(number: str) -> Callable[[int], str]:
    """Index → the digit (at the end also X) that makes the check sum of 18 digits right; empty for none."""
    values = [10 if char == "X" else int(char) for char in number]
    excess = sum(map(mul, values, (*WEIGHTS, 1))) - 1

    def fit(index: int) -> str:
        value = (values[index] - excess * _INVERSES[index]) % 11
        return str(value) if value < 10 else "X" if index == 17 else ""

    return fit


def _origin_known(number: str) -> bool:
    return number[1:3] in PROVINCES if number[0] == "9" else number[:2] in PROVINCES


def _born(number: str, today: date) -> bool:
    day = birth_date(number)
    return day is not None and _EARLIEST <= day <= today


def _old_foreign(number: str, today: date) -> bool:
    found = _OLD_FOREIGN.fullmatch(number)
    if not found:
        return False
    birth = "".join(found.groups())
    return any(_born(f"000000{century}{birth}0000", today) for century in (19, 20))


def _old_form(number: str) -> Finding:
    return Finding(
        "idcard-15", "这是 15 位的旧身份证号码", f"旧号码已停用，请核对是否应填 18 位号码 {longer(number)}",
        "soft", candidates=(longer(number),), kind=KINDS["07"], basis=_BASIS, reason_required=False,
    )  # fmt: skip


def _reason(number: str, today: date) -> str:
    if len(number) not in (15, 18):
        return f"身份证号码应为 18 位（旧号码 15 位），现为 {len(number)} 位"
    if not (_SHAPE.fullmatch(number) or (len(number) == 15 and number.isdigit())):
        return "身份证号码只能是数字，末位可为 X"
    if not _origin_known(number):
        return f"身份证号码开头 {number[:2]} 不是省级行政区划代码"
    day = birth_date(number)
    digits = number[6:14] if len(number) == 18 else number[6:12]
    if day is None:
        return f"身份证号码中的出生日期 {digits} 不存在"
    if not _EARLIEST <= day <= today:
        return f"身份证号码中的出生日期 {day.isoformat()} 应在 1900 年至今天之间"
    return f"身份证号码校验不通过：末位 {number[17]} 与前 17 位不符"


def _doubt(number: str, today: date, known_region: Callable[[str], bool]) -> int:
    day = birth_date(number)
    old = day is None or today.year - day.year > 100
    return 2 * old + (number[0] != "9" and not known_region(number[:6]))
