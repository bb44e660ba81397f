"""What was probably meant: codes one slip away from a wrong one that are right by their own rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

MAX_CANDIDATES = 5
#: Text → index → character, see :func:`candidates`.
Fitting = Callable[[str], Callable[[int], str]]
#: Characters that are taken for each other when copied from paper.
_LOOK_ALIKES = (
    "0ODQ", "1IL7T", "2Z", "5S", "8B3", "6G", "UV", "4A", "9GQ", "CG", "EF", "MN", "PR", "XY", "KX", "HN",
)  # fmt: skip
CONFUSED = {
    char: "".join(
        dict.fromkeys(other for group in _LOOK_ALIKES if char in group for other in group if other != char)
    )
    for char in "".join(_LOOK_ALIKES)
}
#: Letters that the standards leave out because they look like digits, with what they stand for.
_NEVER_MEANT = str.maketrans("OISZ", "0152")


def candidates(
    text: str,
    *,
    length: int,
    alphabet: str,
    fitting: Fitting,
    right: Callable[[str], bool],
    doubt: Callable[[str], int],
) -> tuple[str, ...]:
    """Right codes one slip away from ``text``, best first, at most :data:`MAX_CANDIDATES`.

    A slip is one wrong character, two swapped neighbours, one character too many or too few. Less doubtful
    codes come first; then look-alikes, swaps, the last (check) character, anything else.

    Args:
        text: The wrong code.
        length: Length of a right code.
        alphabet: Characters a code may hold.
        fitting: Gives for a text of ``alphabet`` and an index the only character that makes the check sum
            right there; empty when none does.
        right: Whether a code is right.
        doubt: How improbable a right code is, 0 for nothing against it.
    """
    base = text if all(char in alphabet for char in text) else text.translate(_NEVER_MEANT)
    if base != text and right(base):
        return (base,)
    best: dict[str, tuple[int, int]] = {}
    for rank, slip in _slips(base, length, alphabet, fitting):
        if slip != text and right(slip):
            best[slip] = min(best.get(slip, (99, 99)), (doubt(slip), rank))
    return tuple(sorted(best, key=lambda code: (*best[code], code)))[:MAX_CANDIDATES]


def _slips(text: str, length: int, alphabet: str, fitting: Fitting) -> Iterator[tuple[int, str]]:
    if len(text) == length:
        yield from _substitutions(text, alphabet, fitting)
        for i in range(length - 1):
            yield 1, text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    elif len(text) == length + 1:
        for i in range(length + 1):
            yield 0, text[:i] + text[i + 1 :]
    elif len(text) == length - 1 and _is_of(alphabet, text):
        for i in range(length):
            if char := fitting(f"{text[:i]}0{text[i:]}")(i):
                yield 3, text[:i] + char + text[i:]


def _substitutions(text: str, alphabet: str, fitting: Fitting) -> Iterator[tuple[int, str]]:
    """``text`` with one character replaced; if one is not of the alphabet, only it can be the wrong one."""
    foreign = [i for i, char in enumerate(text) if char not in alphabet]
    if len(foreign) > 1:
        return
    fit = fitting(text.replace(text[foreign[0]], "0") if foreign else text)
    for i in foreign or range(len(text)):
        if char := fit(i):
            other = 2 if i == len(text) - 1 else 3
            yield 0 if char in CONFUSED.get(text[i], "") else other, text[:i] + char + text[i + 1 :]


def _is_of(alphabet: str, text: str) -> bool:
    return not text.strip(alphabet)
