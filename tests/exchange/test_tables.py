from __future__ import annotations

import pytest

from jgclient.exchange.reader import Merged, Sheet
from jgclient.exchange.tables import Table, find_table

HEAD = ["序号", "单位名称", "检查日期", "检查结果", "罚款"]
KNOWN = {
    "单位名称",
    "罚款金额（万元）",
    "检查日期",
    "检查结果",
    "罚款金额",
    "罚款",
    "名称",
    "编码",
    "单位/名称",
}


def table(rows: list[list[object]], merged: tuple[Merged, ...] = ()) -> Table:
    found = find_table(Sheet("表", rows, merged=merged), KNOWN.__contains__)
    assert found is not None
    return found


def notes(rows: list[list[object]]) -> list[tuple[int, str]]:
    return [(row.number, row.note) for row in table([HEAD, *rows]).rows()]


def data(*cells: object) -> list[object]:
    return list(cells)


FIRM = [1.0, "甲公司", "2026-09-05", "未发现问题", 5.0]


def test_header_below_title_and_contact_lines() -> None:
    found = table([["2026年台账", "", "", "", ""], ["负责人：", "", "检查日期：", "", ""], HEAD, FIRM])
    assert found.header_row == 3
    assert [column.label for column in found.columns] == HEAD
    assert [row.cells for row in found.rows()] == [FIRM]


def test_a_fuller_header_further_down_wins() -> None:
    rows = [["单位名称", "检查日期", ""], ["检查结果", "检查日期", "名称"], ["甲公司", "2026-09-05", "甲"]]
    assert table(rows).header_row == 2
    assert table([["单位名称", "检查日期"], *rows]).header_row == 3


def test_the_first_of_equal_headers_wins() -> None:
    rows = [["单位名称", "检查日期"], ["甲公司", "2026-09-05"], ["检查结果", "名称"], ["1", "2"]]
    assert table(rows).header_row == 1


def test_no_header_without_two_known_headings() -> None:
    assert find_table(Sheet("表", [["检查日期", "天气"], ["9月5日", "晴"]]), KNOWN.__contains__) is None
    assert find_table(Sheet("表", [["单位名称"], ["甲公司"]]), KNOWN.__contains__) is not None


def test_two_header_rows_with_merged_cells() -> None:
    rows = [["单位", "", "检查日期"], ["名称", "编码", ""], ["甲公司", "1", "2026-09-05"]]
    merged = (Merged(0, 0, 0, 1), Merged(0, 2, 1, 2))
    found = table(rows, merged)
    assert [(c.label, c.headings) for c in found.columns] == [
        ("名称", ("名称", "单位/名称")),
        ("编码", ("编码", "单位/编码")),
        ("检查日期", ("检查日期",)),
    ]
    assert [row.number for row in found.rows()] == [3]


def test_two_header_rows_are_seen_without_knowing_merged_cells() -> None:
    rows = [["检查日期", "单位", "", "检查结果"], ["", "名称", "编码", ""], ["2026-09-05", "甲", "1", "无"]]
    assert [c.label for c in table(rows).columns] == ["检查日期", "名称", "编码", "检查结果"]


def test_column_without_heading_does_not_make_the_first_data_row_a_header() -> None:
    rows = [["单位名称", "检查日期", ""], ["甲公司", "2026-09-05", "备用"]]
    found = table(rows)
    assert [c.label for c in found.columns] == ["单位名称", "检查日期"]
    assert [row.cells[0] for row in found.rows()] == ["甲公司"]


def test_title_line_over_all_columns_is_no_group() -> None:
    found = table([["台账", "", "", "", ""], HEAD, FIRM], (Merged(0, 0, 0, 4),))
    assert found.header_row == 2
    assert found.columns[1].headings == ("单位名称",)


def test_equal_headings_get_their_column_letter() -> None:
    found = table([["单位名称", "检查日期", "备注", "备注"], ["甲", "2026-09-05", "", ""]])
    assert [c.label for c in found.columns][2:] == ["备注", "备注（D列）"]


def test_unit_from_the_heading_or_from_a_line_above() -> None:
    assert table([["单位名称", "罚款金额（万元）"], ["甲", 0.05]]).columns[1].unit == "万元"
    above = table([["", "单位：万元"], ["单位名称", "罚款金额"], ["甲", 0.05]])
    assert above.columns[1].unit == "万元"
    assert table([["单位：郑州市XX局", ""], ["单位名称", "罚款金额"], ["甲", 5.0]]).columns[1].unit == ""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "", "  ", "", ""], "空行"),
        ([], "空行"),
        (["合计", "", "", "", "60家次"], "合计行"),
        (["", "合 计：", "", "", 60.0], "合计行"),
        (["本月小计", "", "", "", 3.0], "合计行"),
        ([4.0, "", "", "", ""], "只有序号，没有内容"),
        (["4", "", "", "", ""], "只有序号，没有内容"),
        (["备注：", "", "", "", ""], "备注"),
        (["备注：金额含没收", "", "x", "", ""], "备注"),
        (["填表人：", "张某", "审核人：", "李某", ""], "备注"),
        (["1、设定依据：需列出条文。", "", "", "", ""], "说明文字（只有第一格有内容）"),
        (HEAD, "重复的表头"),
        (["示例", "某公司", "2026-01-01", "", ""], "示例行"),
        (["填写说明", "必填", "必填", "", ""], "填写说明行"),
    ],
)
def test_rows_that_are_no_data(row: list[object], reason: str) -> None:
    assert notes([FIRM, row, FIRM]) == [(2, ""), (3, reason), (4, "")]


@pytest.mark.parametrize(
    "row",
    [
        FIRM,
        ["", "甲公司", "", "", ""],
        [2.0, "小计量器具厂", "2026-09-05", "", ""],
        [3.0, "合计家电维修部", "2026-09-05", "", ""],
        [0.0, "", "", "", 0.0],
    ],
)
def test_rows_that_are_data(row: list[object]) -> None:
    assert notes([row, FIRM]) == [(2, ""), (3, "")]


def test_explanation_row_only_right_below_the_header() -> None:
    said = ["", "必填，单位全称，不超过200字", "必填，格式yyyy-MM-dd", "见代码表", "选填"]
    assert notes([said, FIRM]) == [(2, "填写说明行"), (3, "")]
    assert notes([FIRM, said]) == [(2, ""), (3, "")]


def test_data_that_mentions_a_form_is_no_explanation() -> None:
    row = [1.0, "甲公司", "2026-09-05", "未按规定填写台账", 5.0]
    assert notes([row]) == [(2, "")]


def test_rows_end_with_the_last_that_holds_anything() -> None:
    assert notes([FIRM, ["", "", "", "", ""], ["", "", "", "", ""]]) == [(2, "")]


def test_merged_cells_hold_their_value_in_every_row() -> None:
    rows = [HEAD, [1.0, "甲公司", "2026-09-05", "无", ""], [2.0, "", "2026-09-06", "无", ""]]
    found = table(rows, (Merged(1, 1, 2, 1),))
    assert [row.cells[1] for row in found.rows()] == ["甲公司", "甲公司"]
