from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import odd_files
import pytest
import xlsxwriter

from jgclient.exchange import guard
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.reader import read_workbook
from jgclient.forms.library import resources_folder

SAMPLES = resources_folder() / "samples"
ROWS = [["序号", "单位"], [1.0, "甲"]]


def test_cells_become_what_a_clerk_would_have_typed(tmp_path: Path) -> None:
    path = odd_files.xlsx(
        tmp_path / "a.xlsx",
        [["  甲\u00a0乙\u200b\u0007 "], [5], [0.05], [True], [4.101051990010113e17], ["００1"]],
    )
    sheet = read_workbook(path)[0]
    texts = [sheet.text(row, 0) for row in range(6)]
    assert texts == ["甲 乙", "5", "0.05", "是", "4.10105199001011e+17", "００1"]


def test_float_noise_is_rounded_and_fifteen_digits_are_kept(tmp_path: Path) -> None:
    path = odd_files.xlsx(tmp_path / "a.xlsx", [[0.1 + 0.2], [1 / 3], [999999999999999], [-2.5]])
    sheet = read_workbook(path)[0]
    assert [sheet.text(row, 0) for row in range(4)] == ["0.3", "0.333333", "999999999999999", "-2.5"]


def test_dates_are_iso(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    for row, (value, form) in enumerate(
        [
            (date(2026, 9, 5), "yyyy/m/d"),
            (datetime(2026, 9, 5, 10, 30), "yyyy-mm-dd hh:mm"),
            (46270, "yyyy年m月d日"),
        ]
    ):
        page.write(row, 0, value, book.add_format({"num_format": form}))
    book.close()
    sheet = read_workbook(tmp_path / "a.xlsx")[0]
    assert [sheet.text(row, 0) for row in range(3)] == ["2026-09-05", "2026-09-05 10:30:00", "2026-09-05"]


def test_row_numbers_are_those_of_the_file_though_empty_rows_lead(tmp_path: Path) -> None:
    path = odd_files.xlsx_with_sheet_xml(tmp_path / "a.xlsx", {"C4": "甲", "D5": "乙"})
    sheet = read_workbook(path)[0]
    assert (sheet.number(0), sheet.first_column, sheet.text(1, 1)) == (4, 3, "乙")


def test_sheet_that_claims_to_be_one_cell_is_read_whole() -> None:
    wps = read_workbook(SAMPLES / "行政检查台账（WPS另存）.xlsx")[0]
    own = read_workbook(SAMPLES / "行政检查台账（科室自用）.xlsx")[0]
    assert len(wps.rows) == 63
    assert wps.rows == own.rows


def test_five_million_declared_rows_with_ten_used(tmp_path: Path) -> None:
    path = odd_files.xlsx_with_sheet_xml(tmp_path / "a.xlsx", {"A1": "头", "B10": "尾"}, "A1:ZZ5000000")
    assert len(read_workbook(path)[0].rows) == 10


def test_styles_far_away_do_not_count_but_values_do(tmp_path: Path) -> None:
    styled = odd_files.xlsx_with_sheet_xml(tmp_path / "a.xlsx", {"A1": "头", "XFD1048576": None})
    assert len(read_workbook(styled)[0].rows) == 1
    hostile = odd_files.xlsx_with_sheet_xml(tmp_path / "b.xlsx", {"A1": "头", "XFD1048576": "尾"})
    with pytest.raises(WorkbookError, match=r"行列数过大.*新建工作簿"):
        read_workbook(hostile)


def test_one_far_corner_alone_is_small(tmp_path: Path) -> None:
    path = odd_files.xlsx_with_sheet_xml(tmp_path / "a.xlsx", {"XFD1048576": "尾"})
    assert read_workbook(path)[0].number(0) == 1048576


def test_wide_table_is_not_taken_for_a_hostile_one(tmp_path: Path) -> None:
    path = odd_files.xlsx_with_sheet_xml(tmp_path / "a.xlsx", {"A1": "头", "ZZ400": "尾"})
    assert len(read_workbook(path)[0].rows) == 400


def test_hidden_sheets_are_marked(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for name in ("明", "暗"):
        book.add_worksheet(name).write(0, 0, "x")
    book.worksheets()[1].hide()
    book.close()
    assert [(s.name, s.hidden) for s in read_workbook(tmp_path / "a.xlsx")] == [("明", False), ("暗", True)]


def test_old_excel_files_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    for name in ("a.xls", "a.xlsx", "a.et"):
        assert read_workbook(odd_files.xls(tmp_path / name, ROWS))[0].rows == ROWS
    modern = (SAMPLES / "行政检查台账（WPS另存）.xlsx").read_bytes()
    (tmp_path / "b.xls").write_bytes(modern)
    assert read_workbook(tmp_path / "b.xls")[0].name == "2026年检查台账"


def test_open_document(tmp_path: Path) -> None:
    trailing = odd_files.ods_row(repeat=1048570, gap=16384)
    path = odd_files.ods(tmp_path / "a.ods", {"表": odd_files.ods_row("序号", "单位") + trailing})
    assert read_workbook(path)[0].rows == [["序号", "单位"]]


def test_open_document_with_a_value_behind_a_million_wide_rows(tmp_path: Path) -> None:
    rows = odd_files.ods_row("头") + odd_files.ods_row(repeat=1000000) + odd_files.ods_row("尾", gap=16000)
    with pytest.raises(WorkbookError, match="行列数过大"):
        read_workbook(odd_files.ods(tmp_path / "a.ods", {"表": rows}))


def test_binary_workbook_with_values_far_apart(tmp_path: Path) -> None:
    def record(kind: int, number: int) -> bytes:
        return bytes([kind, 8]) + number.to_bytes(4, "little") + bytes(4)

    sheet = record(0, 0) + record(2, 0) + record(0, 1048575) + record(2, 16383)
    plain = odd_files.xlsx(tmp_path / "plain.xlsx", ROWS)
    path = odd_files.replaced(
        plain, tmp_path / "a.xlsb", {"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": sheet}
    )
    # Without its XML workbook part the package is a binary workbook.
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsb", "w") as new:
        for name in old.namelist():
            if name != "xl/workbook.xml":
                new.writestr(name, old.read(name))
    with pytest.raises(WorkbookError, match="行列数过大"):
        read_workbook(tmp_path / "b.xlsb")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("序号,单位\r\n1,甲\r\n", "utf-8"),
        ("序号,单位\n1,甲\n", "utf-8-sig"),
        ("序号;单位\n1;甲\n", "gb18030"),
        ("序号\t单位\n1\t甲\n", "gbk"),
        ('序号,单位\n="1","甲"\n', "utf-16"),
        ('序号;单位\n1;"甲"\n', "utf-16"),
    ],
)
def test_text_tables(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert read_workbook(path)[0].rows == [["序号", "单位"], ["1", "甲"]]


def test_delimiter_is_the_one_that_splits_evenly(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('单位;检查人\n甲,乙公司;"张,李"\n丙,丁,戊公司;王\n', encoding="utf-8")
    assert read_workbook(path)[0].rows[1:] == [["甲,乙公司", "张,李"], ["丙,丁,戊公司", "王"]]


def test_line_breaks_in_quotes_keep_the_row_together(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('单位,事项\n甲,"一\n二"\n乙,三\u2028四\n', encoding="utf-8")
    assert read_workbook(path)[0].rows == [["单位", "事项"], ["甲", "一\n二"], ["乙", "三\u2028四"]]


def _bytes(data: bytes):
    return lambda path: path.write_bytes(data)


BAD = {
    "empty.xlsx": (_bytes(b""), "空文件"),
    "nulls.xlsx": (_bytes(bytes(5000)), "空文件"),
    "text.xlsx": (_bytes("这不是工作簿".encode()), "不是工作簿.*请选择"),
    "picture.xlsx": (_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50)), "不是工作簿"),
    "page.xls": (_bytes(b"<html><body><table><tr><td>1</td></tr></table>"), "网页.*另存为"),
    "cut.xlsx": (_bytes((SAMPLES / "行政检查台账（科室自用）.xlsx").read_bytes()[:6000]), "不完整"),
    "noise.xls": (lambda path: odd_files.compound(path, {"WordDocument": b"x"}), "损坏"),
    "locked.xlsx": (odd_files.encrypted, "有密码.*WPS.*另存为无密码"),
    "locked.xls": (lambda path: odd_files.xls(path, ROWS, protected=True), "有密码.*WPS.*另存为无密码"),
    "nothing.xlsx": (lambda path: odd_files.xlsx(path, []), "没有任何内容"),
    "spaces.csv": (_bytes(b",,\n,,\n"), "没有任何内容"),
    "code.csv": (_bytes(b"\x81\x00\xff\xff"), "编码认不出来.*另存为"),
    "quote.csv": (_bytes(b'a,b\n1,"' + b"x" * (11 * 2**20)), "引号不成对"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_sentence_with_remedy(tmp_path: Path, name: str) -> None:
    make, said = BAD[name]
    make(tmp_path / name)
    with pytest.raises(WorkbookError, match=said) as refusal:
        read_workbook(tmp_path / name)
    assert "\n" not in str(refusal.value)


def test_archive_without_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("台账.txt", "x")
    with pytest.raises(WorkbookError, match=r"没有工作簿.*解压"):
        read_workbook(tmp_path / "a.xlsx")


def test_package_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = odd_files.xlsx(tmp_path / "plain.xlsx", ROWS)
    bomb = odd_files.replaced(plain, tmp_path / "a.xlsx", {"xl/media/image1.png": bytes(9 * 2**20)})
    assert bomb.stat().st_size < 2**20
    monkeypatch.setattr(guard, "MAX_UNPACKED", 8 * 2**20)
    with pytest.raises(WorkbookError, match="解压后过大"):
        read_workbook(bomb)


def test_damaged_part_inside_a_whole_package(tmp_path: Path) -> None:
    plain = odd_files.xlsx(tmp_path / "plain.xlsx", ROWS)
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        broken = odd_files.replaced(plain, tmp_path / "a.xlsx", {part: b"<worksheet><sheetData><row r='x"})
        with pytest.raises(WorkbookError):
            read_workbook(broken)


def test_missing_file_folder_and_protected_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkbookError, match=r"找不到文件“没有.xlsx”"):
        read_workbook(tmp_path / "没有.xlsx")
    with pytest.raises(WorkbookError, match="是文件夹"):
        read_workbook(tmp_path)
    path = odd_files.xlsx(tmp_path / "a.xlsx", ROWS)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(WorkbookError, match=r"被其他程序占用.*WPS里关闭"):
        read_workbook(path)
