"""Administrative regions (GB/T 2260): names with and without their city, old codes and their successors."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from jgclient.forms.cleaning import compact
from jgclient.forms.codes import Code, CodeList

#: Id of the code list of regions.
REGION_LIST = "region"


def ancestors(code: str) -> tuple[str, ...]:
    """City and province codes above a region code."""
    above = (f"{code[:4]}00", f"{code[:2]}0000")
    return tuple(dict.fromkeys(parent for parent in above if parent != code))


def level(code: str) -> str:
    """行使层级 of a unit seated in a region: 2 province, 3 city, 4 county (dictionary 行使层级)."""
    if code.endswith("0000"):
        return "2"
    return "3" if code.endswith("00") else "4"


def is_statistical(code: str) -> bool:
    """Whether a code was given by the statistics bureau only: development zones xx7x, group headings 9000."""
    return code[4:5] == "7" or code.endswith("9000")


def find_region(regions: CodeList, word: str, *, hint: str = "", day: date | None = None) -> list[Code]:
    """All regions that ``word`` can mean, best first; one entry means it is certain.

    Args:
        regions: The list of regions.
        word: A code, also with words behind it, a name (金水区), or a path (河南省郑州市金水区).
        hint: Region code of the user's unit: among namesakes those in the same city, then province, win.
        day: Regions in force on that day win over others.
    """
    exact = regions.find(word, day)
    if exact:
        return [exact]
    key = compact(word)
    coded = regions.entry(key[:6], day)
    if coded and not key[6:7].isdecimal():
        return [coded]
    meant = [
        entry for entry in regions if key.endswith(compact(entry.title)) and _path_fits(regions, entry, key)
    ]
    meant = [entry for entry in meant if day is None or entry.valid(day)] or meant
    for length in (4, 2) if hint else ():
        meant = [entry for entry in meant if entry.code[:length] == hint[:length]] or meant
    return meant


def known(regions: CodeList, code: str) -> bool:
    """Whether six digits are, or ever were, a region; lists may leave out the cities above their counties."""
    return regions.entry(code) is not None or code in _cities(regions)


@lru_cache(maxsize=4)
def _cities(regions: CodeList) -> frozenset[str]:
    return frozenset(parent for entry in regions for parent in ancestors(entry.code))


def _path_fits(regions: CodeList, entry: Code, key: str) -> bool:
    """Whether everything before the last name in ``key`` names the regions above ``entry``."""
    rest = key.removesuffix(compact(entry.title))
    for parent in ancestors(entry.code):
        title = compact(regions.title(parent))
        rest = rest.removesuffix(title) if rest.endswith(title) else _without_short(rest, title)
    return not rest


def _without_short(rest: str, title: str) -> str:
    short = title.removesuffix("省").removesuffix("市")
    return rest.removesuffix(short) if short and rest.endswith(short) else rest


def full_name(regions: CodeList, code: str) -> str:
    """河南省郑州市金水区 for 410105."""
    above = [parent for parent in reversed(ancestors(code)) if regions.entry(parent)]
    return "".join(regions.title(part) for part in (*above, code))
