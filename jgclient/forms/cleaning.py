"""What every input goes through first: invisible characters out, full width to half width."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Anything but ASCII, CJK ideographs and the punctuation Chinese texts are full of is looked at one by one.
_UNUSUAL = re.compile(r"[^\n\x20-\x7e一-鿿·—‘’“”…、。《》〈〉「」『』【】〔〕！（），：；？]")
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
#: Characters that are letters or marks by name and yet show nothing.
_BLANKS = frozenset("\u034f\u115f\u1160\u180b\u180c\u180d\u2800\u3164\ufe0e\ufe0f\uffa0")
#: What ledgers hold in a cell that has nothing to say.
_PLACEHOLDERS = frozenset(
    {"", "/", "\\", "-", "--", "—", "——", "–", "n/a", "na", "null", "none", "nan", "undefined"}
)
#: From so many characters on a text says something, unless it is all spaces.
LONGEST_BLANK = 12
_SPACES = re.compile(r"[^\S\n]+")
_LABEL = re.compile(r"^(?:(?![0-9A-Za-z]{6})[^:]){0,40}[一-鿿](?:(?![0-9A-Za-z]{6})[^:]){0,40}:\s*(?=\S)")
_LEADING_CJK = re.compile(r"^[一-鿿\s()]+(?=[0-9A-Za-z])")
_COPY_NUMBER = re.compile(r"\(\d+-\d+\)$")
_WORDS_BEHIND = re.compile(r"(?<=[0-9A-Za-z])[\s|(:/,]*[一-鿿].*$")
_COMPACT = re.compile(r"[0-9a-z一-鿿]*")
_FLOAT_ZERO = re.compile(r"(?<=^\d)(\d*)\.0$")
_GAPS = re.compile(r"[\s\-_'`\"·.,]+")
#: Between two keys all fields but one are as before, and cells repeat; so the last answers are kept.
_remembered = lru_cache(maxsize=8192)


def _is_simple(text: str) -> bool:
    """Whether there is nothing to clean but the ends: most texts, and this is several times faster."""
    return "  " not in text and "\n" not in text and not _UNUSUAL.search(text)


def visible(text: str) -> str:
    """``text`` without control, zero-width, direction and lone surrogate characters; odd spaces become plain.

    Line feeds stay. Nothing a reader could see is changed.
    """
    if not _UNUSUAL.search(text):
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n")))


def _seen(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\r\v\f\x85\u2028\u2029":
        return "\n"
    if category == "Zs" or char == "\t":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") or char in _BLANKS or ord(char) & 0xFFFE == 0xFFFE else char


@_remembered
def line(text: str) -> str:
    """One line of prose: visible characters, single spaces, half-width letters and digits.

    Chinese punctuation is left alone because names must read as on the licence.
    """
    if _is_simple(text):
        return text.strip()
    return _SPACES.sub(" ", visible(text).replace("\n", " ")).translate(_WIDE).strip()


def prose(text: str) -> str:
    """Several lines of prose; spaces at line ends and empty lines at both ends go."""
    if _is_simple(text):
        return text.strip()
    lines = (_SPACES.sub(" ", part).rstrip() for part in visible(text).split("\n"))
    return "\n".join(lines).translate(_WIDE).strip()


@_remembered
def plain(text: str) -> str:
    """One line in NFKC, where full-width punctuation too becomes half width: for numbers, dates and codes."""
    if text.isascii() and _is_simple(text):
        return text.strip()
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", visible(text)).replace("\n", " ")).strip()


def unspaced(text: str) -> str:
    """Like :func:`plain`, without any space; normalised again because marks may have met their letters."""
    cleaned = plain(text)
    return unicodedata.normalize("NFKC", cleaned.replace(" ", "")) if " " in cleaned else cleaned


def is_blank(text: str) -> bool:
    """Whether nothing is said: blank, or one of the signs that fill empty cells (“/”, “—”, “undefined” …)."""
    if len(text) >= LONGEST_BLANK:
        return text.isspace()
    return not text or text.isspace() or plain(text).casefold() in _PLACEHOLDERS


def compact(text: str) -> str:
    """The comparison key of a word: NFKC, lower case, letters, digits and ideographs only."""
    if _COMPACT.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKC", visible(text)).casefold()
    return "".join(char for char in folded if char.isalnum())


@_remembered
def code(text: str) -> str:
    """A code or number as it should have been typed: no label or words around it, no gaps, capital letters.

    “统一社会信用代码：9141 0100 ma00-0001-5b（1-1）” becomes “91410100MA0000015B”.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    cleaned = _COPY_NUMBER.sub("", _FLOAT_ZERO.sub(r"\1", plain(text)))
    cleaned = _LABEL.sub("", cleaned, count=1)
    cleaned = _WORDS_BEHIND.sub("", _LEADING_CJK.sub("", cleaned, count=1), count=1)
    return unicodedata.normalize("NFKC", _GAPS.sub("", cleaned)).upper()
