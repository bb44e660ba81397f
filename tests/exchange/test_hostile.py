"""Files that offices or enemies really have: nothing but a clear sentence, within 10 s and 512 MB."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import odd_files
import openpyxl
import pytest
import xlsxwriter

HEAD = ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查人"]
ROW = ["甲物业服务有限公司", "91410100MA0000015B", "2026-09-05", "01", "张三、李四"]
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOMB = '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip


def imported(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("hostile_import.py")), str(path)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    answer = json.loads(done.stdout)
    assert answer["megabytes"] < 512
    return answer


def plain(path: Path, *rows: list[object]) -> Path:
    return odd_files.xlsx(path, [HEAD, *(rows or [ROW])])


def bomb(path: Path) -> None:
    """300 MB of zeros that claim to be one kilobyte, in the directory and at the part itself."""
    plain(path.with_name("plain.xlsx"))
    with zipfile.ZipFile(path.with_name("plain.xlsx")) as old, zipfile.ZipFile(path, "w", 8) as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w") as part:
            part.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for _ in range(300):
                part.write(b" " * 2**20)
        offset, true = new.getinfo(SHEET).header_offset, new.getinfo(SHEET).file_size
    data = bytearray(path.read_bytes())
    lie, found = struct.pack("<I", 1000), struct.pack("<I", true)
    data[offset + 22 : offset + 26] = lie
    at = data.rfind(found)
    assert at > 0
    data[at : at + 4] = lie
    path.write_bytes(data)


def laughing_sheet(path: Path) -> None:
    xml = f'<?xml version="1.0"?>{BOMB}<worksheet xmlns="{MAIN}"><sheetData><row r="1">' + (
        '<c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
    )
    odd_files.replaced(plain(path.with_name("plain.xlsx")), path, {SHEET: xml.encode()})


def laughing_strings(path: Path) -> None:
    xml = (
        f'<?xml version="1.0"?>{BOMB}<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>&j;</t></si></sst>'
    )
    odd_files.replaced(plain(path.with_name("plain.xlsx")), path, {"xl/sharedStrings.xml": xml.encode()})


def without_strings(path: Path) -> None:
    with zipfile.ZipFile(plain(path.with_name("plain.xlsx"))) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))


def wide(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for column in range(16384):
        page.write_string(0, column, HEAD[column] if column < len(HEAD) else f"列{column}")
    page.write_row(1, 0, ROW)
    page.write_string(1, 16383, "尾")
    book.close()


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "bomb.xlsx": (bomb, "已损坏或不完整"),
    "laughing-sheet.xlsx": (laughing_sheet, "没有任何内容|没有认出|已损坏"),
    "laughing-strings.xlsx": (laughing_strings, "没有任何内容|没有认出|已损坏"),
    "no-strings.xlsx": (without_strings, "没有任何内容|没有认出|已损坏"),
    "far.xlsx": (
        lambda path: odd_files.xlsx_with_sheet_xml(path, {"A1": "头", "XFD1048576": "尾"}),
        "行列数过大",
    ),
    "locked.xlsx": (odd_files.encrypted, "有密码"),
    "none.xlsx": (lambda path: path.write_bytes("不是工作簿".encode()), "不是工作簿"),
    "cut.xlsx": (
        lambda path: path.write_bytes(plain(path.with_name("p.xlsx")).read_bytes()[:3000]),
        "不完整",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    make, said = REFUSED[name]
    make(tmp_path / name)
    answer = imported(tmp_path / name)
    assert re.search(said, answer["refused"]), answer
    assert "\n" not in answer["refused"]


# -- odd, but readable -----------------------------------------------------------------------------------


def found(answer: dict[str, Any], field: str) -> list[tuple[int, str, str]]:
    return [(row, code, value) for row, name, code, value, _ in answer["problems"] if name == field]


def test_errors_and_formulas_without_a_result_are_told_as_what_they_are(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    for _ in range(4):
        sheet.append(ROW)
    sheet["A2"].value, sheet["A2"].data_type = "#N/A", "e"
    sheet["B3"] = "=VLOOKUP(A3,台账!A:B,2,0)"
    sheet["D4"].value, sheet["D4"].data_type = "#REF!", "s"
    book.save(tmp_path / "a.xlsx")
    answer = imported(tmp_path / "a.xlsx")
    errors = [
        (row, field, value) for row, field, code, value, _ in answer["problems"] if code == "cell-error"
    ]
    assert errors == [
        (2, "administrative_cp", "#N/A"),
        (3, "administrative_cp_ui_code", "formula"),
        (4, "check_result", "#REF!"),
    ]
    assert found(answer, "administrative_cp") == [(2, "cell-error", "#N/A")]
    said = [message for *_, code, _, message in answer["problems"] if code == "cell-error"]
    assert "没有保存它的计算结果" in said[1]
    assert "错误值 #N/A" in said[0]


def test_results_of_formulas_count_and_days_since_1904_are_days(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"date_1904": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, ROW)
    page.write_formula(1, 1, '="9141"&"0100MA0000015B"', None, "91410100MA0000015B")
    page.write_datetime(1, 2, date(2026, 9, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    answer = imported(tmp_path / "a.xlsx")
    for field in ("administrative_cp_ui_code", "check_date"):
        assert [code for _, code, _ in found(answer, field) if code != "uscc-organisation"] == []


def test_merged_hidden_filtered_cells_and_pictures(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.write_row(0, 0, HEAD)
    for row in range(1, 5):
        page.write_row(row, 0, [f"{ROW[0]}{row}", *ROW[1:]])
    page.merge_range(1, 2, 3, 2, "2026-09-05")
    page.autofilter(0, 0, 4, 4)
    page.set_row(2, None, None, {"hidden": True})
    picture = io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
            "00000005000157cd6a0a0000000049454e44ae426082"
        )
    )
    page.insert_image(1, 6, "x.png", {"image_data": picture})
    book.close()
    answer = imported(tmp_path / "a.xlsx")
    assert [row for row, *_ in answer["rows"]] == [2, 3, 4, 5]
    assert found(answer, "check_date") == []


def test_macros_are_neither_run_nor_in_the_way(tmp_path: Path) -> None:
    parts = {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(2000)}
    odd_files.replaced(plain(tmp_path / "plain.xlsx"), tmp_path / "a.xlsm", parts)
    assert [row for row, *_ in imported(tmp_path / "a.xlsm")["rows"]] == [2]


def test_as_many_columns_as_there_can_be(tmp_path: Path) -> None:
    wide(tmp_path / "a.xlsx")
    assert [row for row, *_ in imported(tmp_path / "a.xlsx")["rows"]] == [2]


def test_texts_that_would_be_commands_or_break_files(tmp_path: Path) -> None:
    rows = [
        ["=cmd|' /C calc'!A0", *ROW[1:]],
        ["甲\u0007\u200b公司_x0001_", *ROW[1:]],
        ["+1-2@SUM(A1)", *ROW[1:]],
    ]
    answer = imported(plain(tmp_path / "a.xlsx", *rows))
    assert [row for row, *_ in answer["rows"]] == [2, 3, 4]
    lone = tmp_path / "b.csv"
    lone.write_bytes(
        (",".join(HEAD) + "\n" + ",".join(ROW) + "\n").encode()
        + "乙\ud800公司,,,,\n".encode("utf-8", "surrogatepass")
    )
    assert "编码认不出来" in imported(lone)["refused"]


def same_row(path: Path) -> None:
    odd_files.ods(path, {"台账": odd_files.ods_row(*HEAD) + odd_files.ods_row(*ROW, repeat=1_000_000)})


def sheet_of_nothing(path: Path) -> None:
    """One text of 60 MB, where a cell holds 32 767 letters at most."""
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + b" " * 60 * 2**20
    odd_files.replaced(plain(path.with_name("plain.xlsx")), path, {SHEET: xml})


def many_strings(path: Path) -> None:
    xml = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1">'.encode() + b"<si><t>a</t></si>" * 5_000_000
    odd_files.replaced(plain(path.with_name("plain.xlsx")), path, {"xl/sharedStrings.xml": xml + b"</sst>"})


def long_texts(path: Path) -> None:
    """Rows of cells with long texts of their own: a small file, and twice its size in memory."""
    cell = f'<c t="inlineStr"><is><t>{"长" * 10_000}</t></is></c>'.encode()
    rows = b"".join(b"<row>" + cell * 10 + b"</row>" for _ in range(600))
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"
    odd_files.replaced(plain(path.with_name("plain.xlsx")), path, {SHEET: xml})


def long_texts_of_ods(path: Path) -> None:
    cells = odd_files.ods_row(*["长" * 10_000] * 10)
    odd_files.ods(path, {"台账": cells * 600})


def beyond(path: Path) -> None:
    odd_files.xlsx_with_sheet_xml(path, {"A1": "头", "A4999999": None, "A5000000": "尾"})


TOO_MUCH: dict[str, tuple[Callable[[Path], object], str]] = {
    "same-row.ods": (same_row, "行列数过大"),
    "nothing.xlsx": (sheet_of_nothing, "已损坏"),
    "many-strings.xlsx": (many_strings, "解压后过大"),
    "long-texts.xlsx": (long_texts, "解压后过大"),
    "long-texts.ods": (long_texts_of_ods, "解压后过大"),
    "beyond.xlsx": (beyond, "行列数过大"),
    "commas.csv": (lambda path: path.write_bytes(b"," * 60_000_000), "行列太多"),
    "lines.csv": (lambda path: path.write_bytes(b"x" + b"\n" * 60_000_000), "行列太多"),
    "wide.csv": (lambda path: path.write_bytes(b"x,y\n" + b"a," * 20_000), "行列太多"),
    "long.csv": (lambda path: path.write_bytes(b"x" * (64 * 2**20 + 1)), "有 64 MB，太大了"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_fill_the_memory_is_refused_early(tmp_path: Path, name: str) -> None:
    make, said = TOO_MUCH[name]
    make(tmp_path / name)
    answer = imported(tmp_path / name)
    assert said in answer["refused"]
    assert answer["megabytes"] < 350


def test_formulas_drawn_down_to_the_last_row_are_read_in_time(tmp_path: Path) -> None:
    def row(number: int, *cells: str) -> str:
        texts = "".join(odd_files._inline(f"{c}{number}", t) for c, t in zip("ABCDE", cells, strict=False))
        shown = f'<c r="F{number}" t="str"><f>IF(A{number}="","",1)</f><v></v></c>'
        return f'<row r="{number}">{texts}{shown}</row>'

    rows = [row(1, *HEAD), row(2, *ROW), *map(row, range(3, 300_000))]
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    odd_files.replaced(plain(tmp_path / "plain.xlsx"), tmp_path / "a.xlsx", {SHEET: xml.encode()})
    answer = imported(tmp_path / "a.xlsx")
    assert [number for number, *_ in answer["rows"]] == [2]
