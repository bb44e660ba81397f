"""Long numbers that a spreadsheet has rounded: it keeps 15 significant digits of a number, no more."""

from __future__ import annotations

import re
from decimal import Decimal

from jgclient.forms.findings import Finding

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
_LONG_NUMBER = re.compile(r"\d{18,19}")

LOST = Finding(
    "excel-lost-digits",
    "Excel 已丢失末位数字",
    "请在 Excel 里把该列设为“文本”格式后，对照证照重新填写",
    basis="Excel 的数字只保留 15 位有效数字",
)


def in_scientific_form(text: str) -> bool:
    """Whether a text is a large number as a float prints it, e.g. 4.10105199001011e+17."""
    return _SCIENTIFIC.fullmatch(text.strip()) is not None


def looks_rounded(text: str) -> bool:
    """Whether 18 or 19 digits have only 15 significant ones, or are the float nearest to such a number."""
    if not _LONG_NUMBER.fullmatch(text) or not text.strip("0"):
        return False
    number = int(text)
    kept = f"{number:.14e}"
    return number in (int(Decimal(kept)), int(float(kept)))
