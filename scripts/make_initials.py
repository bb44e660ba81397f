"""Write what the look-ups know of pinyin: first letters and whole syllables of every common character.

``resources/pinyin_initials.tsv`` (letter, characters) goes into search indexes and loads quickly;
``resources/pinyin_syllables.tsv`` (syllable, characters) is read when somebody spells a name out. The
readings come from the package ``pypinyin``. The client reads only the files: the package itself takes a third
of a second and 55 MB to load.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FILE = RESOURCES / "pinyin_initials.tsv"
SYLLABLES = RESOURCES / "pinyin_syllables.tsv"
FIRST, LAST = 0x4E00, 0x9FFF  # the block “CJK Unified Ideographs”

#: Second readings that occur in names of people, places and companies.
ALSO = (
    "长c 重c 行h 行x 乐y 单s 单d 曾z 曾c 查z 解x 仇q 厦x 朝z 会k 调t 盛c 藏z 校j 万m 区o 种c 翟d 传z 参s 率s "
    "埔p 莘s 尉y 便p 卜p 盖g 繁p 员y 缪m 石d 合h 车c 车j 贾g 调d 都d 柏b 藏c 朴p 屏p 适k 祭z 黑h 费b"
)


def initials_of(readings: str) -> list[str]:
    """First letters of comma-separated readings with tone marks, in their order, each once."""
    spelt = [unicodedata.normalize("NFD", reading) for reading in readings.split(",")]
    letters = [reading[0].casefold() for reading in spelt if reading]
    return list(dict.fromkeys(letter for letter in letters if letter.isascii() and letter.isalpha()))


def syllables_of(readings: str) -> list[str]:
    """Comma-separated readings in plain letters (ü is typed v), in their order, each once."""
    parts = unicodedata.normalize("NFD", readings.casefold()).replace("u\u0308", "v").split(",")
    plain = ["".join(mark for mark in one if mark.isascii() and mark.isalpha()) for one in parts]
    return list(dict.fromkeys(filter(None, plain)))


def write_syllables() -> None:
    """Write the table of syllables."""
    table = defaultdict[str, list[str]](list)
    for code in range(FIRST, LAST + 1):
        for syllable in syllables_of(PINYIN_DICT.get(code, ""))[:1]:
            table[syllable].append(chr(code))
    for character, letter in ALSO.split():
        others = syllables_of(PINYIN_DICT.get(ord(character), ""))[1:]
        for syllable in [one for one in others if one[0] == letter][:1]:
            table[f"+{syllable}"].append(character)
    lines = [f"{syllable}\t{''.join(dict.fromkeys(table[syllable]))}" for syllable in sorted(table)]
    SYLLABLES.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Write both files."""
    write_syllables()
    common, second = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for code in range(FIRST, LAST + 1):
        letters = initials_of(PINYIN_DICT.get(code, ""))
        if letters:
            common[letters[0]].append(chr(code))
        for also in ALSO.split():
            if also[0] == chr(code) and also[1] not in letters[:1]:
                second[also[1]].append(chr(code))
    lines = [f"{letter}\t{''.join(common[letter])}" for letter in sorted(common)]
    lines += [f"+{letter}\t{''.join(dict.fromkeys(second[letter]))}" for letter in sorted(second)]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
