"""统一社会信用代码, GB 32100-2015, with the organisation code of GB 11714-1997 in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import mul

from jgclient.forms.findings import Finding
from jgclient.forms.identifiers import repair
from jgclient.forms.identifiers.excel import LOST, looks_rounded
from jgclient.forms.problems import KINDS

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SHAPE = re.compile(f"[{ALPHABET[1:]}][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}")
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_ALL_WEIGHTS = (*WEIGHTS, 1)
# The values as a table for ``bytes.translate``, which is quicker than to look each up.
_VALUES = bytes([_VALUE.get(chr(byte), 0) for byte in range(256)])
_INVERSES = tuple(pow(weight, -1, 31) for weight in _ALL_WEIGHTS)
_LETTER_VALUE = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: 登记管理部门 → 机构类别 (GB 32100-2015 table and its later supplements).
CATEGORIES = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19",
    "9": "1239", "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
_BASIS = "GB 32100-2015"


def _remainders(values: dict[str, int], weights: Sequence[int], modulus: int) -> list[bytes]:
    """For each weight a table for ``bytes.translate``: character → weighted value, modulo ``modulus``."""
    return [bytes([values.get(chr(byte), 0) * weight % modulus for byte in range(256)]) for weight in weights]


# Codes of which only the two check characters are still open.
_USUAL = re.compile(
    "(?:{})[0-9]{{6}}[{}]{{8}}[0-9X][{}]".format(
        "|".join(f"{first}[{second}]" for first, second in CATEGORIES.items()), ALPHABET, ALPHABET
    )
)
_USUAL_REMAINDERS = _remainders(_VALUE, _ALL_WEIGHTS, 31)
# The X of a check character stands for 10, any other for 33.
_ORGANISATION_REMAINDERS = [
    *_remainders(_LETTER_VALUE, _ORGANISATION_WEIGHTS, 11), *_remainders(_LETTER_VALUE | {"X": 10}, (1,), 11),
]  # fmt: skip


def uscc_check_char(first17: str) -> str:
    """The 18th character: (31 − Σ mod 31) mod 31, so that Σ mod 31 = 0 gives “0”.

    Raises:
        KeyError: a character is not in the alphabet of the standard.
    """
    total = sum(map(mul, map(_VALUE.__getitem__, first17), WEIGHTS))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check_char(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714): 11 − Σ mod 11, where 10 is X and 11 is 0."""
    total = sum(map(mul, map(_LETTER_VALUE.__getitem__, first8), _ORGANISATION_WEIGHTS))
    return "0123456789X0"[11 - total % 11]


def uscc_is_right(code: str) -> bool:
    """Whether a code has the shape and the check character of the standard."""
    return _SHAPE.fullmatch(code) is not None and _sum(code) % 31 == 0


def _fitting(code: str) -> Callable[[int], str]:
    """Index → the character that gives 18 characters of the alphabet the right check sum there."""
    total = _sum(code)
    return lambda index: ALPHABET[(_VALUE[code[index]] - total * _INVERSES[index]) % 31]


def uscc_dubious(codes: Sequence[str]) -> list[int]:
    """Indices of the codes of which :func:`uscc_findings` may have anything to say.

    The check sums of all codes are made at once, character by character of the codes: seven times faster.
    """
    usual = [index for index, code in enumerate(codes) if _USUAL.fullmatch(code)]
    letters = "".join([codes[index] for index in usual]).encode()
    whole = _sums(letters, 0, _USUAL_REMAINDERS)
    organisation = _sums(letters, 8, _ORGANISATION_REMAINDERS)
    right = {i for i, a, b in zip(usual, whole, organisation, strict=True) if a % 31 == 0 and b % 11 == 0}
    return [index for index in range(len(codes)) if index not in right]


def _sums(letters: bytes, start: int, remainders: Sequence[bytes]) -> list[int]:
    """Of each 18 letters the sum of the weighted values from ``start`` on."""
    columns = [letters[start + place :: 18].translate(table) for place, table in enumerate(remainders)]
    return list(map(sum, zip(*columns, strict=True)))


def _sum(code: str) -> int:
    """0 modulo 31 for a right code: the check character counts once."""
    return sum(map(mul, code.encode().translate(_VALUES), _ALL_WEIGHTS))


def uscc_findings(code: str, known_region: Callable[[str], bool]) -> list[Finding]:
    """What is wrong with a clean code. Only what the standard rules out is hard.

    Args:
        code: Capital letters and digits.
        known_region: Whether six digits are, or ever were, a region code; used to rank candidates.
    """
    if uscc_is_right(code):
        return _doubts(code)
    if looks_rounded(code):
        return [LOST]
    near = repair.candidates(
        code, length=18, alphabet=ALPHABET, fitting=_fitting, right=uscc_is_right,
        doubt=lambda slip: _doubt(slip, known_region),
    )  # fmt: skip
    remedy = "请对照营业执照或登记证书核对" + ("，下列为只错一位或相邻两位写反时的可能" if near else "")
    return [Finding("uscc", _reason(code), remedy, candidates=near, kind=KINDS["06"], basis=_BASIS)]


def _reason(code: str) -> str:
    foreign = sorted({char for char in code if char not in _VALUE})
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
    if foreign:
        return f"统一社会信用代码里不会出现 {'、'.join(foreign)}（不使用字母 I、O、S、V、Z）"
    if not code.strip("0"):
        return "统一社会信用代码不能全是 0"
    if code[0] == "0":
        return "统一社会信用代码第 1 位（登记管理部门）不能是 0"
    if not code[2:8].isdigit():
        return f"统一社会信用代码第 3—8 位应是行政区划数字，现为 {code[2:8]}"
    return f"统一社会信用代码校验不通过：末位 {code[17]} 与前 17 位不符"


def _doubts(code: str) -> list[Finding]:
    found = []
    if code[1] not in CATEGORIES.get(code[0], ""):
        message = f"统一社会信用代码前两位 {code[:2]} 不是常见的登记部门和机构类别"
        found.append(_soft("uscc-category", message))
    if organisation_check_char(code[8:16]) != code[16]:
        message = f"统一社会信用代码中的组织机构代码 {code[8:16]}-{code[16]} 校验位不符，旧代码可能如此"
        found.append(_soft("uscc-organisation", message, basis="GB 11714-1997"))
    return found


def _soft(code: str, message: str, basis: str = _BASIS) -> Finding:
    return Finding(
        code,
        message,
        "请对照证照核对；确认无误可直接上报",
        "soft",
        kind=KINDS["06"],
        basis=basis,
        reason_required=False,
    )


def _doubt(code: str, known_region: Callable[[str], bool]) -> int:
    strange = code[1] not in CATEGORIES.get(code[0], "")
    return 2 * strange + (organisation_check_char(code[8:16]) != code[16]) + (not known_region(code[2:8]))
