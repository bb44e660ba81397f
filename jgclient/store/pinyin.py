"""Pinyin of names: “郑州物业” is found by its initials ``zzwy``, spelt out, or anything between the two."""

from __future__ import annotations

from functools import cache

from jgclient.forms.resources import resources_folder

FILE = "pinyin_initials.tsv"  # written by scripts/make_initials.py
SYLLABLES = "pinyin_syllables.tsv"  # likewise
#: More ways than this to cut one spelling into syllables are not tried.
_MOST_CUTS = 16


def initials(name: str) -> list[str]:
    """The initials of the Chinese characters of a name, one string a way to read it; empty without any.

    The most common reading of every character comes first; then, for each character that names use with a
    second reading (重, 长, 行, 单 …), the same with that one read so.
    """
    common, second = _tables()
    letters = [common[character] for character in name if character in common]
    if not letters:
        return []
    readings = ["".join(letters)]
    if second.keys().isdisjoint(name):
        return readings
    for place, character in enumerate(character for character in name if character in common):
        if character in second:
            readings.append("".join([*letters[:place], second[character], *letters[place + 1 :]]))
    return readings


def is_spelling(query: str) -> bool:
    """Whether a query may be pinyin: Latin letters only."""
    return query.isascii() and query.isalpha()


def spells(name: str, query: str, *, at_start: bool = False) -> bool:
    """Whether ``query`` (small letters) spells a part of a name, each character whole or begun.

    ``wuye``, ``wygl``, ``wuygl`` all spell 物业管理; so does ``yeg``, its inner part.
    """
    known = _spelt()
    readings = [known.get(one) or (one.casefold(),) for one in name if one in known or one.isalnum()]
    starts = range(min(1, len(readings)) if at_start else len(readings))
    return any(_spelt_from(readings, start, query) for start in starts)


def cuts(query: str) -> list[str]:
    """The initials of the ways to cut a spelling into syllables, whole ones before single letters."""
    syllables = _syllables()
    found: list[str] = []

    def cut(start: int, letters: str) -> None:
        if len(found) >= _MOST_CUTS:
            return
        if start == len(query):
            found.append(letters)
            return
        rest = query[start:]
        for length in range(min(6, len(rest)), 0, -1):
            part = rest[:length]
            begun = length == len(rest) and any(one.startswith(part) for one in syllables)
            if length == 1 or part in syllables or begun:
                cut(start + length, letters + part[0])

    cut(0, "")
    return list(dict.fromkeys(found))


def _spelt_from(readings: list[tuple[str, ...]], start: int, query: str) -> bool:
    if not query:
        return True
    if start == len(readings):
        return False
    for reading in readings[start]:
        for taken in range(min(len(reading), len(query)), 0, -1):
            if query.startswith(reading[:taken]) and _spelt_from(readings, start + 1, query[taken:]):
                return True
    return False


@cache
def _spelt() -> dict[str, tuple[str, ...]]:
    """Syllables by character, the common one first."""
    table: dict[str, tuple[str, ...]] = {}
    lines = (resources_folder() / SYLLABLES).read_text("utf-8").splitlines()
    for line in sorted(lines, key=lambda line: line.startswith("+")):
        syllable, characters = line.removeprefix("+").split("\t")
        for character in characters:
            table[character] = (*table.get(character, ()), syllable)
    return table


@cache
def _syllables() -> frozenset[str]:
    return frozenset(one for readings in _spelt().values() for one in readings)


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Letter by character: most common readings, and second readings (lines that begin with ``+``)."""
    common: dict[str, str] = {}
    second: dict[str, str] = {}
    for line in (resources_folder() / FILE).read_text("utf-8").splitlines():
        letter, characters = line.split("\t")
        table = second if letter.startswith("+") else common
        table.update(dict.fromkeys(characters, letter[-1]))
    return common, second
