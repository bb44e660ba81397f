from __future__ import annotations

from datetime import date

import pytest

from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.locating import locate
from jgclient.exchange.mapping import ColumnMap, FormHeadings, map_columns
from jgclient.exchange.reader import Sheet
from jgclient.exchange.source_blocks import Fingerprints, source_blocks
from jgclient.exchange.tables import find_table
from jgclient.forms.definition import Field, Form, Section


def form(form_id: str, *fields: Field, title: str = "") -> Form:
    return Form(form_id, title or form_id, 1, date(2026, 1, 1), (Section("全部", fields),))


CHECK = form(
    "check",
    Field("party", "行政相对人", "text", required=True, aliases=("被检查单位", "单位名称")),
    Field("party_code", "行政相对人编码", "identifier", required=True, aliases=("社会信用代码",)),
    Field("other_code", "代码_1（统一社会信用代码）", "text"),
    Field("second_code", "代码_2（工商注册号）", "text"),
    Field("daily", "检查内容（日常）", "text"),
    Field("special", "检查内容（专项）", "text"),
    Field("agency", "实施机构", "text"),
    Field("check_date", "检查时间", "date", required=True, aliases=("检查日期",)),
    Field("fine", "罚款金额", "money", unit="元"),
    Field("result", "检查结果", "code"),
)
PENALTY = form(
    "penalty",
    Field("party", "行政相对人", "text", required=True, aliases=("单位名称",)),
    Field("set_date", "处罚决定日期", "date", required=True),
    Field("fine", "罚款金额", "money", unit="万元"),
)


def mapped(*headings: str, **options: object) -> ColumnMap:
    sheet = Sheet("表", [list(headings), ["x"] * len(headings)])
    table = find_table(sheet, lambda heading: True)
    assert table is not None
    return map_columns(table, FormHeadings(CHECK), **options)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("行政相对人", "party"),
        (" *行 政 相 对 人 ", "party"),
        ("被检查\n单位", "party"),
        ("ＰＡＲＴＹ_code", "party_code"),
        ("罚款金额（万元）", "fine"),
        ("罚款金额（单位：元）", "fine"),
        ("代码1", "other_code"),
        ("检查内容(专项)", "special"),
        ("检查内容", ""),
        ("检查日期（年月日）", "check_date"),
        ("天气", ""),
    ],
)
def test_known_names(heading: str, field: str) -> None:
    assert (
        mapped(heading, "备注", guess=False).by_label.get("".join(heading.split("\n")).strip(), "") == field
    )


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("行政相对人编码号", ""),
        ("行政相对的人编码", "party_code"),
        ("检查的结果", "result"),
        ("实施机构编码", ""),
        ("检查结果日期", ""),
        ("代码_3", ""),
        ("检查结果人数", ""),
    ],
)
def test_likeness_finds_only_what_is_clear(heading: str, field: str) -> None:
    found = mapped(heading, "备注")
    assert found.by_label.get(heading, "") == field
    assert found.guessed == ({heading} if field else set())


def test_a_field_is_taken_once_and_the_rest_is_told() -> None:
    found = mapped("单位名称", "被检查单位", "天气", "序号", "cd_operation")
    assert found.by_label == {"单位名称": "party"}
    assert found.unmatched == ("被检查单位", "天气")
    assert found.technical == {"cd_operation": 4}


def test_the_clerk_decides() -> None:
    found = mapped("单位名称", "天气", "检查结果", chosen={"天气": "agency", "检查结果": ""})
    assert found.by_label == {"单位名称": "party", "天气": "agency"}
    assert found.unmatched == ("检查结果",)


def test_titles_go_before_aliases() -> None:
    odd = form("odd", Field("a", "甲", "text", aliases=("乙",)), Field("b", "乙", "text"))
    assert FormHeadings(odd).exact(("乙",)) == "b"


def sheet(name: str, *rows: list[object], hidden: bool = False) -> Sheet:
    return Sheet(name, [list(row) for row in rows], hidden=hidden)


CHECKS = sheet("检查", ["单位名称", "社会信用代码", "检查日期", "检查结果"], ["甲", "1", "2", "3"])
FINES = sheet("处罚", ["单位名称", "处罚决定日期", "罚款金额"], ["甲", "2026-09-05", 0.05])


def test_the_form_that_fits_best() -> None:
    assert locate([CHECKS], [CHECK, PENALTY]).form is CHECK
    assert locate([FINES], [CHECK, PENALTY]).form is PENALTY


def test_other_sheets_are_named_and_equal_ones_read_too() -> None:
    more = sheet("检查2", *CHECKS.rows)
    found = locate([CHECKS, FINES, more, sheet("说明", ["请看"])], [CHECK, PENALTY])
    assert [source.table.sheet.name for source in found.sources] == ["检查", "检查2"]
    assert found.ignored == ["处罚", "说明"]


def test_hidden_sheets_only_when_nothing_else_is_there() -> None:
    secret = sheet("暗", *FINES.rows, hidden=True)
    assert locate([CHECKS, secret], [CHECK, PENALTY]).form is CHECK
    assert locate([sheet("说明", ["请看"]), secret], [CHECK, PENALTY]).form is PENALTY


def test_a_template_names_its_form() -> None:
    mark = sheet("_jgclient", ["form", "penalty"], hidden=True)
    assert locate([sheet("表", *FINES.rows[:1], ["甲", "", ""]), mark], [CHECK, PENALTY]).form is PENALTY
    with pytest.raises(WorkbookError, match="表单“penalty”的表头"):
        locate([sheet("表", ["天气", "温度"], ["晴", "3"]), mark], [CHECK, PENALTY])


def test_nothing_known_says_what_was_seen_and_how_to_go_on() -> None:
    weather = sheet("天气", ["一月"], ["日期", "天气", "温度"], ["1日", "晴", "3"])
    with pytest.raises(WorkbookError, match=r"第2行看到：日期、天气、温度；.*--form.*空白模板"):
        locate([weather], [CHECK, PENALTY])


def test_one_common_heading_is_not_enough_for_a_form() -> None:
    wages = sheet("工资", ["姓名", "实施机构", "检查结果", *(f"项{n}" for n in range(9))], ["x"] * 12)
    with pytest.raises(WorkbookError, match="没有认出"):
        locate([wages], [CHECK])


def rows(*sheets: Sheet) -> list[dict[str, str]]:
    found = locate(sheets, [CHECK, PENALTY])
    return [
        {name: column[place] for name, column in block.texts.items() if column[place]}
        for block in source_blocks(found)
        for place in range(len(block.numbers))
    ]


def test_amounts_take_the_unit_of_their_heading_where_the_field_has_another() -> None:
    head = ["单位名称", "社会信用代码", "检查日期", "罚款金额（万元）"]
    found = rows(sheet("表", head, ["甲", "1", "2", 0.05], ["乙", "1", "2", "500元"], ["丙", "1", "2", "无"]))
    assert [row["fine"] for row in found] == ["0.05万元", "500元", "无"]
    same = rows(sheet("表", ["单位名称", "处罚决定日期", "罚款金额（万元）"], ["甲", "2", 0.05]))
    assert same[0]["fine"] == "0.05"


def test_withdrawn_rows_and_rows_without_mapped_content_are_no_data() -> None:
    head = ["单位名称", "社会信用代码", "检查日期", "天气", "cd_operation", "record_unique_identity"]
    withdrawn, blank = ["甲", "1", "2", "", "d", "x"], ["", "", "", "晴", "i", ""]
    table = sheet("表", head, withdrawn, blank, ["乙", "1", "2", "", "i", "id"])
    (block,) = source_blocks(locate([table], [CHECK]))
    assert block.notes == [(2, "已撤回的记录（cd_operation 为 d）"), (3, "要导入的列都是空的")]
    assert (block.numbers, block.record_ids, block.text(0, "party")) == ([4], ["id"], "乙")


def test_blocks_together_are_the_whole_table() -> None:
    table = sheet("表", ["单位名称", "社会信用代码", "检查日期"], *([f"甲{n}", n, ""] for n in range(7)))
    found = locate([table], [CHECK])
    blocks = list(source_blocks(found, size=3))
    assert [block.numbers for block in blocks] == [[2, 3, 4], [5, 6, 7], [8]]
    (whole,) = source_blocks(found)
    assert [mark for block in blocks for mark in block.fingerprints] == whole.fingerprints
    assert blocks[1].only([0, 2]).texts["party"] == ["甲3", "甲5"]


def fingerprint(form: str, texts: dict[str, str]) -> str:
    return Fingerprints(form).of({name: [text] for name, text in texts.items()}, 1)[0]


def test_fingerprint_is_of_what_is_said_not_how() -> None:
    one = fingerprint("check", {"party": "甲 公司", "party_code": "91A"})
    assert fingerprint("check", {"party_code": "９１a", "party": "甲公司"}) == one
    assert fingerprint("penalty", {"party": "甲公司", "party_code": "91A"}) != one
    assert fingerprint("check", {"party": "甲公司91A"}) != one
    assert fingerprint("check", {"party": "甲公司", "agency": "91A"}) != one
    assert fingerprint("check", {"fine": "1.5"}) != fingerprint("check", {"fine": "15"})
