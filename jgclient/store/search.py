"""Full-text search that finds any part of a word: Chinese from one character, digits, letters, initials.

SQLite's own tokenizers find no part of a Chinese word, and its trigram index nothing under three characters,
while Chinese words have two. So the text is cut here: every Chinese character is a token, runs of Latin
letters and digits become overlapping pairs (``2026`` → ``20 02 26``), and a query becomes a phrase of such
tokens. Of names the pinyin initials are indexed too.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add
from typing import NamedTuple

from jgclient.store.pinyin import cuts, initials, is_spelling, spells

_RUN = re.compile(r"[0-9a-z]+|[^\W_]")
_LATIN = re.compile(r"[0-9a-z]+")
_LATIN_RUNS = re.compile(r"([0-9a-z]+)")
#: Texts of which the tokens are remembered: units, items and people come again and again.
_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class IndexText:
    """The three columns of a search index row."""

    grams: str
    chars: str
    wholes: str


class Piece(NamedTuple):
    """What one text contributes to the index; the parts of a record are put together by :func:`put_together`.

    Attributes:
        grams: Its tokens, None of an empty text.
        chars: Its Latin letters and digits.
        whole: The token for all of it; empty for initials.
    """

    grams: str | None
    chars: frozenset[str]
    whole: str = ""


def index_text(texts: Iterable[str], names: Iterable[str] = ()) -> IndexText:
    """Cut texts into the tokens of the index; of ``names`` the pinyin initials are added as well."""
    return put_together([*map(piece, texts), *(found for name in names for found in initial_pieces(name))])


@lru_cache(_REMEMBERED)
def piece(text: str) -> Piece:
    """The contribution of a text."""
    folded = fold(text)
    parts = _LATIN_RUNS.split(folded)
    runs = parts[1::2]
    tokens = [
        _paired(part) if place % 2 else " ".join(part if part.isalnum() else filter(str.isalnum, part))
        for place, part in enumerate(parts)
        if part
    ]
    grams = " ".join(filter(None, tokens)) if folded else None
    return Piece(grams, frozenset("".join(runs)), _whole(text) if text else "")


def initial_pieces(name: str) -> list[Piece]:
    """The contribution of a name beside that of its text: its pinyin initials."""
    return [Piece(_paired(letters), frozenset(letters), "") for letters in initials(name)]


def put_together(pieces: Sequence[Piece]) -> IndexText:
    """The index row of a record."""
    return IndexText(
        grams=" | ".join([one.grams for one in pieces if one.grams is not None]),
        chars=" ".join(sorted(frozenset().union(*[one.chars for one in pieces]))),
        wholes=" ".join(dict.fromkeys([one.whole for one in pieces if one.whole])),
    )


def wholes(texts: Iterable[str]) -> str:
    """Tokens to find texts by as a whole."""
    return " ".join(dict.fromkeys([_whole(text) for text in texts if text]))


def fold(text: str) -> str:
    """Full-width to half-width, lower case: what is searched is compared in this form."""
    return unicodedata.normalize("NFKC", text).casefold()


def match_expression(query: str) -> str:
    """The FTS5 expression for what a person typed; empty when there is nothing to search for.

    Words separated by blanks must all occur. Whatever is typed, the result is a valid expression: only quoted
    tokens made here get into it.
    """
    terms = [term for word in fold(query).split() for term in _terms(word)]
    return " AND ".join(terms)


def spelt_expression(query: str) -> str:
    """Like :func:`match_expression`, but a word in Latin letters may also spell Chinese ones in pinyin.

    It finds too much (only initials are indexed); :func:`is_meant` tells what was meant.
    """
    terms = []
    for word in fold(query).split():
        ways = [" AND ".join(_terms(way)) for way in [word, *(cuts(word) if is_spelling(word) else ())]]
        if any(ways):
            terms.append("(" + " OR ".join(dict.fromkeys(f"({way})" for way in ways if way)) + ")")
    return " AND ".join(terms)


def is_meant(query: str, texts: Sequence[str]) -> bool:
    """Whether every word of ``query`` is part of one of the texts, as it is written or in pinyin."""
    folded = [fold(text) for text in texts]
    return all(
        any(word in text for text in folded)
        or (is_spelling(word) and any(spells(text, word) for text in texts))
        for word in fold(query).split()
    )


def whole_expression(texts: Iterable[str]) -> str:
    """An expression for rows that hold each of these texts whole, letter for letter; empty for no texts."""
    return " AND ".join(f'wholes : "{_whole(text)}"' for text in texts if text)


def _whole(text: str) -> str:
    """One token for a whole text; two texts may share one, so what is found must be compared."""
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def _paired(run: str) -> str:
    if len(run) < 3:
        return run
    return " ".join(map(add, run, run[1:]))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def _terms(word: str) -> list[str]:
    """Terms for one word of a query.

    A single letter or digit at the edge of the word may be the end or the beginning of a longer run, of which
    the index holds pairs only; it is looked up among the single characters instead.
    """
    runs = _RUN.findall(word)
    terms = []
    for edge in (0, -1):
        if runs and len(runs[edge]) == 1 and _LATIN.fullmatch(runs[edge]):
            terms.append(f'chars : "{runs.pop(edge)}"')
    if runs:
        terms.append('grams : "' + " ".join(gram for run in runs for gram in _pairs(run)) + '"')
    return terms
