"""One code or several codes from a code list; regions with their own ways of naming."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jgclient.forms import cleaning
from jgclient.forms.codes import Code, CodeList, CodeLists
from jgclient.forms.definition import Field
from jgclient.forms.field_types.base import ListValued, TextValued
from jgclient.forms.findings import Finding, Refused, Surroundings
from jgclient.forms.identifiers.catalogue import validity_findings
from jgclient.forms.problems import KINDS
from jgclient.forms.regions import REGION_LIST, find_region, full_name

_STRONG = re.compile(r"[;\n|]")
_WEAK = re.compile(r"[、,/+\s]")
_SHORT_LIST = 16
#: No words of a code list hold more separators than this allows.
_MOST_PIECES = 5


class Choice(TextValued):
    """One code of the field's code list; its words are taken for it."""

    name = "code"
    title = "代码"
    none_words = frozenset()
    kind = KINDS["01"]

    def asks_day(self, field: Field, codes: CodeLists) -> bool:
        """Whether codes of the list came or went."""
        return codes.get(field.codes).dated

    def parse(self, field: Field, text: str, around: Surroundings) -> str:
        """The code meant by a code, its words, or both."""
        return meant_code(field, text, around)

    def check(self, field: Field, value: str, around: Surroundings) -> list[Finding]:
        """Whether the code is in the list and in force on the day of the act."""
        return code_findings(around.codes.get(field.codes), value, field.title, around)

    def format(self, field: Field, value: str, codes: CodeLists) -> str:
        """Its words, after the code where the words alone are not unique."""
        return codes.get(field.codes).label(value)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """The choices, or how many there are."""
        return f"从代码表中选一项：{_choices(codes.get(field.codes))}"


class Choices(ListValued):
    """Several codes of the field's code list, in the order given."""

    name = "codes"
    title = "多项代码"
    none_words = frozenset()
    kind = KINDS["01"]

    def asks_day(self, field: Field, codes: CodeLists) -> bool:
        """Whether codes of the list came or went."""
        return codes.get(field.codes).dated

    def parse(self, field: Field, text: str, around: Surroundings) -> list[str]:
        """The codes, each once; words that hold “、” themselves are recognised as a whole."""
        codes = around.codes.get(field.codes)
        parts = _STRONG.split(cleaning.plain(cleaning.prose(text).replace("\n", ";")))
        words = [word for part in parts for word in _words_in(part, codes) if word.strip()]
        return list(dict.fromkeys(meant_code(field, word, around) for word in words))

    def check(self, field: Field, value: list[str], around: Surroundings) -> list[Finding]:
        """Each code like a single one."""
        codes = around.codes.get(field.codes)
        return [found for code in value for found in code_findings(codes, code, field.title, around)]

    def format(self, field: Field, value: list[str], codes: CodeLists) -> str:
        """Their words joined by “；”, because words themselves may hold “、”."""
        return "；".join(codes.get(field.codes).label(code) for code in value)

    def describe(self, field: Field, codes: CodeLists) -> str:
        """The choices, or how many there are."""
        return f"从代码表中选一项或多项，用“；”隔开：{_choices(codes.get(field.codes))}"


def _words_in(part: str, codes: CodeList) -> Iterator[str]:
    """The words of a text; a run of pieces that is in the list is one word (“排除妨碍、恢复原状”)."""
    starts = [0, *(found.end() for found in _WEAK.finditer(part))]
    ends = [*(found.start() for found in _WEAK.finditer(part)), len(part)]
    at = 0
    while at < len(starts):
        last = min(at + _MOST_PIECES, len(starts))
        following = next(
            (n for n in range(last, at + 1, -1) if codes.find(part[starts[at] : ends[n - 1]])), at + 1
        )
        yield part[starts[at] : ends[following - 1]]
        at = following


def meant_code(field: Field, text: str, around: Surroundings) -> str:
    """The code of the field's list that ``text`` means.

    Raises:
        Refused: none or several; candidates are given.
    """
    codes = around.codes.get(field.codes)
    meant = _meant(codes, text, around)
    if len(meant) == 1:
        return meant[0].code
    shown = cleaning.plain(text)
    if meant:
        names = tuple(_candidate(codes, entry) for entry in meant[:5])
        raise Refused(
            "ambiguous", f"“{shown}”可指多项：{'、'.join(names)}", "请写全称或代码", candidates=names
        )
    near = tuple(_candidate(codes, entry) for entry in codes.near(shown)) or _all_if_few(codes)
    help_text = f"请从代码表“{codes.list_title}”中选择"
    raise Refused("unknown-code", f"“{shown}”不在代码表“{codes.list_title}”里", help_text, candidates=near)


def _meant(codes: CodeList, text: str, around: Surroundings) -> list[Code]:
    if codes.id == REGION_LIST:
        return find_region(codes, text, hint=around.region, day=around.day)
    found = codes.find(text, around.day) or codes.find(cleaning.code(text), around.day)
    return [found] if found else []


def _candidate(codes: CodeList, entry: Code) -> str:
    return (
        f"{entry.code} {full_name(codes, entry.code)}" if codes.id == REGION_LIST else codes.label(entry.code)
    )


def _all_if_few(codes: CodeList) -> tuple[str, ...]:
    return tuple(codes.label(entry.code) for entry in codes) if len(codes.entries) <= 5 else ()


def code_findings(codes: CodeList, code: str, title: str, around: Surroundings) -> list[Finding]:
    """Whether ``code`` is in ``codes`` and was in force on the day of the act; names its successor."""
    entry = codes.entry(code, around.day)
    if entry is None:
        message = f"“{title}”的代码 {code} 不在代码表“{codes.list_title}”里"
        return [Finding("unknown-code", message, "请从代码表中选择", candidates=_all_if_few(codes))]
    return validity_findings(codes, entry, around)


def _choices(codes: CodeList) -> str:
    if len(codes.entries) <= _SHORT_LIST:
        return "、".join(f"{entry.code} {entry.title}" for entry in codes)
    return f"“{codes.list_title}”共 {len(codes.entries)} 项"
