"""The recovery code: the key of the file as a line a person can print, read out and type."""

from __future__ import annotations

import hashlib
import unicodedata

# Crockford's alphabet: no I, L, O, U, so that nothing is mistaken for 1 or 0.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KEY_BYTES = 32
_DIGITS = 52  # 256 bits in groups of five, four bits of padding
_GROUP = 4
_ALIKE = str.maketrans("ILO", "110")


def encode(key: bytes) -> str:
    """The printable code: 13 groups of four signs and one check group."""
    number = int.from_bytes(key, "big") << 4
    digits = "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_DIGITS)))
    digits += _check(key)
    return "-".join(digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP))


def decode(code: str) -> bytes:
    """The key in a code; forgiving about case, blanks, dashes, full-width signs and I, L, O.

    Raises:
        ValueError: the text is a Chinese sentence that says what is wrong with the code.
    """
    folded = unicodedata.normalize("NFKC", code).upper().translate(_ALIKE)
    signs = [sign for sign in folded if sign.isalnum()]
    if len(signs) != _DIGITS + _GROUP:
        raise ValueError(
            f"恢复码应有 {_DIGITS + _GROUP} 个字符，现在是 {len(signs)} 个。请对照打印件检查是否漏抄"
        )
    strange = [sign for sign in signs if sign not in _ALPHABET]
    if strange:
        raise ValueError(f"恢复码里不会有“{strange[0]}”。请对照打印件检查")
    number = 0
    for sign in signs[:_DIGITS]:
        number = number << 5 | _ALPHABET.index(sign)
    key = (number >> 4).to_bytes(_KEY_BYTES, "big")
    if number & 15 or _check(key) != "".join(signs[_DIGITS:]):
        raise ValueError("恢复码的校验位不符，有字符抄错。请对照打印件逐组检查")
    return key


def _check(key: bytes) -> str:
    """Twenty bits of a hash of the key: a slip in copying passes once in a million."""
    number = int.from_bytes(hashlib.sha256(b"jgclient recovery" + key).digest()[:3], "big")
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_GROUP)))
