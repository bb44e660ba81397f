"""One entrance for all kinds of identifiers: tidy, then judge."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from jgclient.forms import cleaning, regions
from jgclient.forms.codes import CodeList, CodeLists
from jgclient.forms.findings import Finding, Surroundings
from jgclient.forms.identifiers import catalogue
from jgclient.forms.identifiers.excel import LOST, in_scientific_form
from jgclient.forms.identifiers.idcard import idcard_findings
from jgclient.forms.identifiers.uscc import uscc_findings
from jgclient.forms.problems import KINDS, Problem
from jgclient.forms.regions import REGION_LIST, find_region
from jgclient.forms.resources import shipped_codes

#: Kinds of identifiers and how they are described.
KIND_TITLES = {
    "uscc": "统一社会信用代码，18 位",
    "idcard": "身份证号码，18 位",
    "residence": "港澳台居民居住证或外国人永久居留身份证号码",
    "passport": "护照号码",
    "certificate": "执法证号",
    "item": "监管事项目录编码，14 位数字",
    "implementation": "检查实施清单编码，19 位：18 位统一社会信用代码 + 1 位行使层级",
    "region": "行政区划代码，6 位数字",
    "party": "与证件类型相符的号码",
}
_NO_REGIONS = CodeList(REGION_LIST, "行政区划", ())
_PERSONAL = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dX]")
_RESIDENCE = re.compile(r"8[123].*|9.*|[A-Z]{3}.*")
#: The field of the exchange tables that says what a party's number is.
PARTY_TYPE_FIELD = "administrative_cp_ce_type"
#: Codes of document types (GA/T 2000.156; words in 双公示 tables) whose numbers have a rule.
_PARTY_KINDS = {
    "001": "uscc", "111": "idcard", "112": "idcard", "113": "idcard", "154": "idcard", "411": "passport",
    "412": "passport", "413": "passport", "414": "passport", "415": "passport",
    "身份证": "idcard", "护照号": "passport", "外国人永久居留身份证": "residence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of judging one identifier.

    Attributes:
        value: The identifier without label, gaps and small letters; for a region name its code.
        valid: There is no hard problem.
        candidates: What was probably meant, best first; empty when there is nothing to mend.
    """

    value: str
    valid: bool
    problems: list[Problem]
    candidates: tuple[str, ...]


def judge(kind: str, text: str, *, today: date, codes: CodeLists | None = None) -> Verdict:
    """Judge one identifier by itself, as the command line does.

    Args:
        kind: A key of :data:`KIND_TITLES`.
        text: As typed or read.
        today: Day of the judgement; regions must be in force on it.
        codes: Code lists for regions; those that come with the program when not given.

    Raises:
        KeyError: there is no such kind.
    """
    around = Surroundings(today=today, day=today, codes=codes or shipped_codes())
    value = meant(kind, text, around)
    findings = [LOST] if in_scientific_form(text) else judged(kind, value, around)
    problems = [_problem(finding, text) for finding in findings]
    valid = all(problem.strength == "soft" for problem in problems)
    candidates = tuple(dict.fromkeys(c for finding in findings for c in finding.candidates))
    return Verdict(value, valid, problems, candidates)


def tidied(kind: str, text: str) -> str:
    """An identifier as it should have been typed; still unjudged."""
    if kind in ("", "certificate"):
        return cleaning.unspaced(text).upper()
    code = cleaning.code(text)
    if kind == "party" and len(code) < 15:
        return cleaning.unspaced(text).upper()
    return code


def meant(kind: str, text: str, around: Surroundings) -> str:
    """Like :func:`tidied`; the name of a region becomes its code when only one can be meant."""
    if kind != "region":
        return tidied(kind, text)
    found = find_region(_regions(around), text, hint=around.region, day=around.day)
    return found[0].code if len(found) == 1 else cleaning.code(text) or cleaning.plain(text)


def judged(kind: str, code: str, around: Surroundings) -> list[Finding]:
    """What is wrong with a tidied identifier.

    Raises:
        KeyError: there is no such kind.
    """
    if not code:
        return [Finding("empty", f"没有内容（应为{KIND_TITLES[kind]}）", "请填写", kind=KINDS["01"])]
    return _BY_KIND[kind](code, around)


def _uscc(code: str, around: Surroundings) -> list[Finding]:
    return uscc_findings(code, lambda region: _known(region, around))


def _idcard(code: str, around: Surroundings) -> list[Finding]:
    return idcard_findings(code, around.today, lambda region: _known(region, around))


def _residence(code: str, around: Surroundings) -> list[Finding]:
    found = _idcard(code, around)
    if found or _RESIDENCE.fullmatch(code):
        return found
    message = f"{code} 是居民身份证号码，不是居住证号码"
    return [Finding("residence", message, "港澳台居民居住证以 81、82、83 开头", kind=KINDS["07"])]


def party_kind(document: str) -> str:
    """The kind of identifier that a document type stands for; ``party`` for one without a rule of its own."""
    return _PARTY_KINDS.get(document, "party")


def _party(code: str, around: Surroundings) -> list[Finding]:
    """Without a document type: what looks like an identity number or a credit code must be a right one."""
    if len(code) != 18 or not code.isalnum() or not code.isascii():
        return []
    as_unit, as_person = _uscc(code, around), _idcard(code, around)
    if _hard(as_unit) and _hard(as_person):
        return as_person if _PERSONAL.fullmatch(code) else as_unit
    return as_unit if _hard(as_person) else as_person


def _hard(findings: list[Finding]) -> bool:
    return any(finding.strength == "hard" for finding in findings)


def _known(region: str, around: Surroundings) -> bool:
    return region == "100000" or regions.known(_regions(around), region)


def _regions(around: Surroundings) -> CodeList:
    return around.codes.get(REGION_LIST) if REGION_LIST in around.codes else _NO_REGIONS


def _problem(finding: Finding, text: str) -> Problem:
    return Problem(
        code=finding.code, kind=finding.kind or KINDS["01"], strength=finding.strength, fields=(),
        value=cleaning.visible(text), message=finding.message, help=finding.help, basis=finding.basis,
        candidates=finding.candidates, reason_required=finding.reason_required,
    )  # fmt: skip


_BY_KIND: dict[str, Callable[[str, Surroundings], list[Finding]]] = {
    "uscc": _uscc,
    "idcard": _idcard,
    "residence": _residence,
    "party": _party,
    "passport": lambda code, _: catalogue.passport_findings(code),
    "certificate": lambda code, _: catalogue.certificate_findings(code),
    "item": lambda code, _: catalogue.item_findings(code),
    "implementation": lambda code, around: catalogue.implementation_findings(
        code, lambda r: _known(r, around)
    ),
    "region": lambda code, around: catalogue.region_findings(code, _regions(around), around),
}
