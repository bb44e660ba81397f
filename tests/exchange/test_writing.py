from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from jgclient.exchange import writer
from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.locating import HIDDEN_SHEET
from jgclient.exchange.reader import read_workbook
from jgclient.exchange.template import write_template
from jgclient.exchange.writer import write_rows
from jgclient.forms.library import FormLibrary, load_library, resources_folder

AWKWARD = [
    "=1+1",
    "=cmd|'/C calc'!A0",
    "+86",
    "@x",
    "0012",
    "91410100MA0000015B",
    "123456789012345678",
    "http://a.b",
    "1\n2",
]


@pytest.fixture(scope="module")
def library() -> FormLibrary:
    return load_library(resources_folder())


def test_every_cell_stays_the_text_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_rows(path, "表", ["甲", "乙"], [[text, "x"] for text in AWKWARD]) == len(AWKWARD)
    cells = [cell for (cell, _) in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == AWKWARD
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [row[0] for row in read_workbook(path)[0].rows[1:]] == AWKWARD


def test_characters_that_no_xml_can_hold_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_rows(path, "表", ["甲", "乙"], [["一\x00\x1f\ud800二", "㐂𠀀"]])
    assert read_workbook(path)[0].rows[1] == ["一二", "㐂𠀀"]


def test_what_the_format_cannot_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(WorkbookError, match="第2行有一格超过 32767 字"):
        write_rows(path, "表", ["甲"], [["x" * 32768]])
    monkeypatch.setattr(writer, "MAX_ROWS", 3)
    with pytest.raises(WorkbookError, match="超过 2 条"):
        write_rows(path, "表", ["甲"], [["x"]] * 3)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_rows(path, "表", ["甲"], [["旧"]])

    def rows() -> Iterator[list[str]]:
        yield ["新"]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_rows(path, "表", ["甲"], rows())
    assert read_workbook(path)[0].rows[1] == ["旧"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "正在WPS里打开.*先关闭"),
        (errno.ENOSPC, "磁盘空间不足.*清理磁盘"),
        (errno.EIO, "写不进去.*换一个位置"),
    ],
)
def test_refusals_of_the_system_come_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(WorkbookError, match=said):
        write_rows(tmp_path / "a.xlsx", "表", ["甲"], [])
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_and_name_without_suffix(tmp_path: Path, library: FormLibrary) -> None:
    with pytest.raises(WorkbookError, match=r"文件夹.*不存在"):
        write_rows(tmp_path / "没有" / "a.xlsx", "表", ["甲"], [])
    with pytest.raises(WorkbookError, match=r"文件夹.*不存在"):
        write_template(library.get("check"), library.codes, tmp_path / "没有" / "a.xlsx")
    with pytest.raises(WorkbookError, match=r"应以 \.xlsx 结尾"):
        write_rows(tmp_path / "a.txt", "表", ["甲"], [])
    (tmp_path / "b.xlsx").mkdir()
    with pytest.raises(WorkbookError, match="是文件夹"):
        write_rows(tmp_path / "b.xlsx", "表", ["甲"], [])


# -- templates -------------------------------------------------------------------------------------------


@pytest.fixture
def check_template(tmp_path: Path, library: FormLibrary) -> openpyxl.Workbook:
    write_template(library.get("check"), library.codes, tmp_path / "a.xlsx")
    return openpyxl.load_workbook(tmp_path / "a.xlsx")


def test_template_has_head_explanation_and_marked_sample(check_template: openpyxl.Workbook) -> None:
    sheet = check_template.worksheets[0]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["序号", "填写说明", "示例"]
    head = [cell.value for cell in sheet[1]]
    assert head[1] == "*监管事项目录编码"
    said = {cell.value: sheet.cell(2, cell.column).value for cell in sheet[1]}
    assert said["*检查人员"].startswith("必填。")
    assert said["经营地址"].startswith("选填。")
    assert "41010020200401" in [cell.value for cell in sheet[3]]
    assert sheet.freeze_panes == "B2"


def test_template_columns_are_text_and_heads_explain_themselves(check_template: openpyxl.Workbook) -> None:
    sheet = check_template.worksheets[0]
    letters = [cell.column_letter for cell in sheet[1]]
    assert {sheet.column_dimensions[letter].number_format for letter in letters} == {"@"}
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    note = sheet["B1"].comment.text
    assert "必填" in note
    assert "例：41010020200401" in note


def test_template_offers_the_lists(check_template: openpyxl.Workbook, library: FormLibrary) -> None:
    sheet, hidden = check_template.worksheets
    columns = {cell.value.lstrip("*"): cell.column_letter for cell in sheet[1]}
    lists = {
        str(v.sqref).split(":")[0].rstrip("0123456789"): v.formula1
        for v in sheet.data_validations.dataValidation
        if v.type == "list"
    }
    source = lists[columns["检查结果"]]
    assert source.startswith(f"{HIDDEN_SHEET}!$")
    offered = [cell.value for (cell,) in hidden[source.partition("!")[2].replace("$", "")]]
    codes = library.codes.get("check_result")
    assert offered == [codes.label(entry.code) for entry in codes]
    assert columns["行政区划代码"] in lists
    assert (hidden["A1"].value, hidden["B1"].value, hidden["B2"].value) == ("form", "check", "1")
    assert hidden.sheet_state == "veryHidden"


def test_every_word_a_template_offers_is_understood_again(library: FormLibrary) -> None:
    for form in library.forms:
        for field in form:
            if field.type == "code":
                codes = library.codes.get(field.codes)
                for entry in codes:
                    found = codes.find(codes.label(entry.code))
                    assert found is not None, (field.codes, entry)
                    assert found.code == entry.code


def test_every_form_has_a_template(tmp_path: Path, library: FormLibrary) -> None:
    for form in library.forms:
        path = tmp_path / f"{form.id}.xlsx"
        write_template(form, library.codes, path)
        visible = [sheet for sheet in read_workbook(path) if not sheet.hidden]
        assert len(visible) == 1
        assert len(visible[0].rows) == 3
