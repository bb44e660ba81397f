"""Codes one slip away from a typed one, for codes that have no check digit and must be looked up."""

from __future__ import annotations

from collections.abc import Iterator

_DIGITS = "0123456789"


def one_slip_away(code: str, length: int) -> Iterator[str]:
    """Digit codes of ``length`` that one slip would turn into ``code``: about 140 at most, each once.

    One digit left out or doubled, two neighbours swapped, one digit wrong; in that order.
    """
    if not code.isdecimal() or abs(len(code) - length) > 1:
        return
    seen = {code}
    for slip in _slips(code, length):
        if slip not in seen:
            seen.add(slip)
            yield slip


def _slips(code: str, length: int) -> Iterator[str]:
    if len(code) < length:
        yield from (code[:i] + digit + code[i:] for i in range(length) for digit in _DIGITS)
    elif len(code) > length:
        yield from (code[:i] + code[i + 1 :] for i in range(len(code)))
    else:
        yield from (code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(length - 1))
        yield from (code[:i] + digit + code[i + 1 :] for i in range(length) for digit in _DIGITS)
