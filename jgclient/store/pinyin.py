"""First letters of the pinyin of a name: “郑州物业” is found by ``zzwy``."""

from __future__ import annotations

from functools import cache

from jgclient.forms.resources import resources_folder

FILE = "pinyin_initials.tsv"  # written by scripts/make_initials.py


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
