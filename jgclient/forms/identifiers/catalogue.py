"""Codes of the supervision catalogue, regions, and documents that are known by pattern only."""

from __future__ import annotations

import re
from collections.abc import Callable

from jgclient.forms.codes import Code, CodeList
from jgclient.forms.findings import Finding, Surroundings
from jgclient.forms.identifiers.excel import LOST, looks_rounded
from jgclient.forms.identifiers.uscc import uscc_findings
from jgclient.forms.problems import KINDS
from jgclient.forms.regions import REGION_LIST, find_region, full_name, is_statistical

_LEVELS = "12345"
_PASSPORT = re.compile(r"(?=(?:.*\d){4})[A-Z0-9]{5,15}")
_CERTIFICATE = re.compile(r"(?=(?:.*\d){3})[一-鿿]{0,6}[A-Z0-9()〔〕/-]{4,30}号?")


def item_findings(code: str) -> list[Finding]:
    """监管事项目录编码: exactly 14 digits."""
    if re.fullmatch(r"\d{14}", code):
        return []
    reason = f"现为 {len(code)} 位" if code.isdigit() else f"现为 {code}"
    message = f"监管事项目录编码应为 14 位数字，{reason}"
    return [Finding("item-code", message, "请从事项库中选择，不要手工录入", kind=KINDS["03"])]


def implementation_findings(code: str, known_region: Callable[[str], bool]) -> list[Finding]:
    """检查实施清单编码: the credit code of the implementing body, then the level 1–5."""
    if len(code) != 19:
        message = f"检查实施清单编码应为 19 位（18 位统一社会信用代码 + 1 位行使层级），现为 {len(code)} 位"
        return [LOST] if looks_rounded(code) else [_implementation(message)]
    body, level = code[:18], code[18]
    found = [f for f in uscc_findings(body, known_region) if f.strength == "hard"]
    if found:
        candidates = tuple(candidate + level for candidate in found[0].candidates) if level in _LEVELS else ()
        return [_implementation(f"检查实施清单编码前 18 位不对：{found[0].message}", candidates)]
    if level not in _LEVELS:
        message = f"检查实施清单编码第 19 位（行使层级）应为 1—5，现为 {level}"
        return [_implementation(message, tuple(body + char for char in "342"))]
    return []


def _implementation(message: str, candidates: tuple[str, ...] = ()) -> Finding:
    help_text = "请先选监管事项，由实施清单自动带出"
    return Finding("implementation-code", message, help_text, candidates=candidates, kind=KINDS["04"])


def passport_findings(code: str) -> list[Finding]:
    """Passports and travel documents: 5–15 capital letters and digits, most of them digits."""
    if _PASSPORT.fullmatch(code):
        return []
    message = f"“{code}”不像护照或旅行证件号码（5—15 位字母和数字）"
    return [Finding("passport", message, "请对照证件核对", kind=KINDS["07"])]


def certificate_findings(code: str) -> list[Finding]:
    """执法证号: provinces number differently, so only what cannot be a number at all is refused."""
    if _CERTIFICATE.fullmatch(code):
        return []
    return [
        Finding(
            "certificate", f"“{code}”不像执法证号", "请照执法证上的编号填写，如 16010012345", kind=KINDS["01"]
        )
    ]


def region_findings(code: str, regions: CodeList, around: Surroundings) -> list[Finding]:
    """行政区划代码, valid on the day of the act; a name or an old code gets the code that is right."""
    entry = regions.entry(code, around.day)
    if entry is not None:
        return validity_findings(regions, entry, around)
    meant = find_region(regions, code, hint=around.region, day=around.day) or regions.near(code)
    names = "、".join(f"{e.code} {full_name(regions, e.code)}" for e in meant[:5])
    message = f"没有行政区划代码 {code}" if code.isdigit() else f"“{code}”不是行政区划代码"
    message += f"，可能是 {names}" if names else ""
    found = tuple(entry.code for entry in meant[:5])
    return [Finding("region", message, "应为 6 位数字，请从列表中选择", candidates=found, kind=KINDS["01"])]


def validity_findings(codes: CodeList, entry: Code, around: Surroundings) -> list[Finding]:
    """Whether an entry of a list was in force on the day of the act; names its successor."""
    name = f"{entry.code} {entry.title}"
    if entry.valid(around.day):
        return [_statistical(name)] if codes.id == REGION_LIST and is_statistical(entry.code) else []
    if entry.valid_from and around.day < entry.valid_from:
        message = f"{name} 自 {entry.valid_from.isoformat()} 起启用，在 {around.day.isoformat()} 还不能用"
        before = tuple(old.code for old in codes if old.successor == entry.code and old.valid(around.day))
        return [_validity("not-yet-valid", message, "请改用当时有效的代码", before)]
    ended = f"{entry.valid_to.year} 年" if entry.valid_to else ""
    verb = "撤销" if codes.id == REGION_LIST else "停用"
    if not entry.successor:
        return [_validity("no-longer-valid", f"{name} 已于 {ended}{verb}", "请改用现行代码")]
    heir = f"{entry.successor} {codes.title(entry.successor)}"
    return [
        _validity(
            "no-longer-valid", f"{name} 已于 {ended}{verb}，改为 {heir}", f"请改填 {heir}", (entry.successor,)
        )
    ]


def _statistical(name: str) -> Finding:
    message = f"{name} 是统计用区划代码，不在 GB/T 2260 里，平台可能不接受"
    remedy = "开发区一般填所在的县（市、区）；平台确实接受的可直接上报"
    basis = "国家统计局 统计用区划代码和城乡划分代码编制规则"
    return Finding(
        "region-statistical", message, remedy, "soft", kind=KINDS["01"], basis=basis, reason_required=False
    )


def _validity(code: str, message: str, help_text: str, candidates: tuple[str, ...] = ()) -> Finding:
    return Finding(code, message, help_text, candidates=candidates, kind=KINDS["01"])
