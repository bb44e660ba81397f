"""Which sheets may hold errors or formulas, however their XML is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from jgclient.exchange.extent import xlsx_cells


@pytest.mark.parametrize(
    ("cell", "faulty"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', True),
        ("<c r='A1' t='e'><v>#N/A</v></c>", True),
        ('<c r="A1"><f>B1</f></c>', True),
        ('<c r="A1"><f t="shared" si="0"/></c>', True),
        ('<x:c r="A1"><x:f>B1</x:f></x:c>', True),
        ("<c r=\"A1\" t='str'><v>a:b 'e' f&gt;</v></c>", False),
    ],
)
def test_sheets_with_errors_or_formulas_are_told(tmp_path: Path, cell: str, *, faulty: bool) -> None:
    with zipfile.ZipFile(tmp_path / "book.zip", "w") as package:
        package.writestr("sheet.xml", f"<worksheet><row>{cell}</row></worksheet>")
    with zipfile.ZipFile(tmp_path / "book.zip") as package:
        assert xlsx_cells(package, "sheet.xml")[1] is faulty
