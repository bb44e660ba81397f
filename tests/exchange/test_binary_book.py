"""Excel's binary workbook is read like any other."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from binary_book import write_xlsb

from jgclient.exchange.locating import locate
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.source_blocks import source_blocks
from jgclient.forms.library import load_library, resources_folder

ROWS = [
    ["2026年台账", "", "", "", ""],
    ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查人"],
    ["甲物业服务有限公司", "91410100MA0000015B", "2026-09-05", "01", "张三、李四"],
    ["=cmd|' /C calc'!A0", "007", "2026年9月6日", 2.0, ""],
]
TEXTS = [["甲物业服务有限公司", "=cmd|' /C calc'!A0"], ["91410100MA0000015B", "007"]]


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    sheets = read_workbook(write_xlsb(tmp_path / "a.xlsb", ROWS))
    located = locate(sheets, load_library(resources_folder()).forms)
    [block] = source_blocks(located)
    assert located.form.id == "check"
    assert [block.texts[n] for n in ("administrative_cp", "administrative_cp_ui_code")] == TEXTS
    assert block.texts["check_result"] == ["01", "2"]
    assert block.numbers == [3, 4]


@pytest.mark.heavy
def test_other_programs_read_the_sample_too(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    assert office, "LibreOffice 没有安装：apt-get install libreoffice-calc"
    path = write_xlsb(tmp_path / "a.xlsb", ROWS)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    theirs, ours = read_workbook(tmp_path / "a.xlsx")[0], read_workbook(path)[0]
    assert [[theirs.text(r, c) for c in range(5)] for r in range(4)] == [
        [ours.text(r, c) for c in range(5)] for r in range(4)
    ]
