"""A workbook is read once while the import page shows it, and anew as soon as it is another one."""

from __future__ import annotations

import os
from pathlib import Path

import odd_files
import pytest

from jgclient.exchange import kept_reading
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.kept_reading import KeptReading
from jgclient.exchange.reader import Sheet, read_workbook


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files in the order in which they were really read."""
    names: list[str] = []

    def told(path: Path) -> list[Sheet]:
        names.append(path.name)
        return read_workbook(path)

    monkeypatch.setattr(kept_reading, "read_workbook", told)
    return names


def test_a_file_is_read_once_until_it_changes_or_another_one_comes(
    tmp_path: Path, read_files: list[str]
) -> None:
    one, two = (odd_files.xlsx(tmp_path / name, [["甲", "乙"], ["1", "2"]]) for name in ("1.xlsx", "2.xlsx"))
    read = KeptReading()
    assert read(one) is read(one)
    read(two)
    read(one)
    assert read_files == ["1.xlsx", "2.xlsx", "1.xlsx"]
    changed = one.stat().st_mtime_ns + 10**9
    os.utime(one, ns=(changed, changed))
    read(one)
    read.drop()
    assert read(one)[0].text(1, 1) == "2"
    assert read_files[3:] == ["1.xlsx", "1.xlsx"]


def test_a_refusal_is_kept_too_and_what_is_big_is_not(
    tmp_path: Path, read_files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, bad = KeptReading(), tmp_path / "bad.xlsx"
    bad.write_bytes(b"no workbook")
    for _ in range(2):
        with pytest.raises(WorkbookError, match="不是工作簿"):
            read(bad)
    assert read_files == ["bad.xlsx"]
    with pytest.raises(WorkbookError, match="找不到"):
        read(tmp_path / "absent.xlsx")
    monkeypatch.setattr(kept_reading, "MOST_CELLS", 3)
    big = odd_files.xlsx(tmp_path / "big.xlsx", [["甲", "乙"], ["1", "2"]])
    assert read(big)[0].rows == read(big)[0].rows
    assert read_files == ["bad.xlsx", "absent.xlsx", "big.xlsx", "big.xlsx"]
