"""No problem without a test: every code that can be reported stands in a test of this folder."""

from __future__ import annotations

import re
from pathlib import Path

import jgclient.forms

_REPORTED = re.compile(
    r"""(?:Finding|Refused|Duplicate|_soft|unverified|_validity)\(\s*"([a-z0-9-]+)"|code="([a-z0-9-]+)\""""
)


def test_every_code_that_can_be_reported_is_tested() -> None:
    package = Path(jgclient.forms.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    tests = "".join(
        p.read_text(encoding="utf-8")
        for p in Path(__file__).parent.glob("test_*.py")
        if p.name != Path(__file__).name
    )
    codes = {a or b for a, b in _REPORTED.findall(sources)}
    assert {
        "required",
        "idcard",
        "item-unknown",
        "duplicate-act",
        "unknown-field",
        "no-longer-valid",
    } <= codes
    assert {code for code in codes if f'"{code}"' not in tests} == set()
