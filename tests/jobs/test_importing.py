from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from jgclient.exchange.errors import WorkbookError
from jgclient.forms.library import FormLibrary
from jgclient.importing import ImportReport, import_workbook
from jgclient.records import State
from jgclient.store import ListQuery, Store

LEDGER = "行政检查台账（科室自用）.xlsx"
WPS_LEDGER = "行政检查台账（WPS另存）.xlsx"
CATALOGUE = "监管事项清单（附件模板）.xlsx"
IMPLEMENTATION = "检查实施清单（样表）.xlsx"
PENALTIES = "行政处罚双公示模板（法人）.xlsx"

Import = Callable[..., ImportReport]


@pytest.fixture
def take(store: Store, library: FormLibrary, now: datetime, samples: Path) -> Import:
    """Import a sample by its name, or any other workbook by its path."""

    def run(file: str | Path, **options: object) -> ImportReport:
        path = samples / file if isinstance(file, str) else file
        return import_workbook(store, library, path, now=now, **options)

    return run


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("台账")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return path


def refusals(report: ImportReport) -> dict[int, list[str]]:
    found = {
        row.row: [problem.column or problem.title for problem in row.problems if problem.strength == "hard"]
        for row in report.rows
    }
    return {row: columns for row, columns in found.items() if columns}


def notes(report: ImportReport) -> dict[int, str]:
    return {row.row: row.reason for row in report.rows if row.outcome == "note"}


# -- the five samples ------------------------------------------------------------------------------------


def test_item_list_in_the_annex_layout(take: Import, store: Store) -> None:
    report = take(CATALOGUE)
    assert (report.form, report.rows_read, report.kept, report.refused) == ("catalogue", 3, 3, 0)
    assert notes(report) == {
        7: "只有序号，没有内容",
        8: "备注",
        9: "说明文字（只有第一格有内容）",
        10: "说明文字（只有第一格有内容）",
    }
    assert report.unmatched == []
    assert report.guessed == []
    assert store.registers.count("item") == 3


def test_implementation_list_with_two_header_rows(take: Import, store: Store) -> None:
    report = take(IMPLEMENTATION)
    assert (report.form, report.rows_read, report.kept, report.refused) == ("implementation", 6, 6, 0)
    assert len(report.mapping) == 19
    assert report.unmatched == []
    levels = [row.key for row in store.registers.list("implementation")]
    assert levels == [(f"4101002020040{item}", level) for item in (1, 2, 3) for level in ("3", "4")]


def test_ledger_of_a_section(take: Import, store: Store) -> None:
    take(CATALOGUE)
    take(IMPLEMENTATION)
    report = take(LEDGER)
    assert (report.form, report.sheet) == ("check", "2026年检查台账")
    assert (report.rows_read, report.kept, report.refused, report.skipped) == (59, 52, 7, 2)
    assert notes(report) == {20: "空行", 63: "合计行"}
    assert refusals(report) == {
        12: ["社会信用代码"],
        13: ["检查人"],
        14: ["检查日期"],
        15: ["社会信用代码"],
        17: ["检查结果"],
        18: ["所在区县"],
        19: ["事项编码", "监管事项检查实施清单编码"],
    }
    assert len(report.mapping) == 15
    assert report.unmatched == []
    assert store.records.counts_by_state() == {State.DRAFT: 52, State.INVALID: 7}


def test_every_refusal_says_column_value_and_remedy(take: Import) -> None:
    report = take(LEDGER)
    by_row = {row.row: row.problems for row in report.rows}
    lost = next(problem for problem in by_row[12] if problem.column == "社会信用代码")
    assert (lost.field, lost.title) == ("administrative_cp_ui_code", "行政相对人编码")
    assert lost.value == "4.10105199001011e+17"
    assert "丢失" in lost.message
    assert "文本" in lost.help
    ended = next(problem for problem in by_row[18] if problem.column == "所在区县")
    assert (ended.value, ended.candidates) == ("偃师市", ("410307",))
    assert all(p.message and p.title and (p.help or p.candidates) for ps in by_row.values() for p in ps)


def test_awkward_cells_of_the_ledger_are_understood(take: Import, store: Store) -> None:
    take(IMPLEMENTATION)
    report = take(LEDGER)
    texts = {row.row: store.records.draft(row.record_id).texts for row in report.rows if row.record_id}
    assert [texts[row]["check_date"] for row in (3, 7, 8)] == ["2026-10-20", "2026-09-05", "2026-10-08"]
    assert texts[9]["administrative_cp_ui_code"] == "91410100MA4002229B"
    assert texts[10]["administrative_cp"] == "开封恒通餐饮服务有限公司（7分店）"
    assert texts[11]["administrative_cp_ui_code"] == "91410105MA40029666"
    assert texts[12]["administrative_cp_ui_code"] == "4.10105199001011e+17"
    assert texts[3]["check_personnel"] == "张伟强、陈志明"
    assert texts[3]["implement_institution"] == "郑州市XX局"
    assert texts[3]["supervise_item_check_icode"] == "11410100000000019W3"


def test_rows_without_a_number_get_one_each(take: Import, store: Store) -> None:
    take(LEDGER)
    numbers = [row.number for row in store.records.list(ListQuery(limit=100))]
    assert len(set(numbers)) == 59
    assert all(number.startswith("41010020261121") for number in numbers)


def test_penalties_in_the_publicity_layout(take: Import, store: Store) -> None:
    report = take(PENALTIES)
    assert (report.form, report.rows_read, report.kept, report.refused) == ("publicity_penalty", 25, 25, 0)
    assert len(report.mapping) == 26
    assert report.unmatched == []
    rows = store.records.list(ListQuery(form="publicity_penalty", sort="number", descending=False))
    assert rows[0].number == "郑XX罚决字〔2026〕第001号"
    texts = store.records.draft(rows[0].id).texts
    assert (texts["cf_nr_fk"], texts["cf_yxq"], texts["cf_cflb"]) == ("0.05", "2099-12-31", "警告；罚款")


# -- the same again --------------------------------------------------------------------------------------


def test_the_same_file_again_adds_nothing_and_names_the_records(take: Import, store: Store) -> None:
    first = take(LEDGER)
    for file in (LEDGER, WPS_LEDGER):
        again = take(file)
        assert (again.kept, again.refused, again.count("duplicate"), again.count("note")) == (0, 0, 59, 2)
        assert [row.record_id for row in again.rows] == [row.record_id for row in first.rows]
        assert all("已是记录" in row.reason for row in again.rows if row.outcome == "duplicate")
    assert store.records.count(ListQuery()) == 59


def test_a_mended_draft_is_not_overwritten(take: Import, store: Store) -> None:
    report = take(LEDGER)
    record_id = next(row.record_id for row in report.rows if row.row == 12)
    draft = store.records.draft(record_id)
    mended = draft.texts | {"administrative_cp_ui_code": "91410100MA0000015B"}
    store.records.save_draft(record_id, form="check", form_version=1, texts=mended, author="李某")
    take(LEDGER)
    assert store.records.draft(record_id).texts == mended


def test_sorted_and_with_other_columns_it_is_still_the_same(take: Import, tmp_path: Path) -> None:
    head = ["被检查单位", "社会信用代码", "检查日期", "检查结果"]
    rows = [["甲公司", "91410100MA0000015B", "2026-09-05", "01"], ["乙公司", "x", "2026-09-06", "01"]]
    take(workbook(tmp_path / "a.xlsx", [head, *rows]))
    turned = [[*reversed(row), n] for n, row in enumerate(reversed([head, *rows][1:]), start=1)]
    again = take(workbook(tmp_path / "b.xlsx", [[*reversed(head), "序号"], *turned]))
    assert [row.outcome for row in again.rows] == ["duplicate", "duplicate"]


def test_equal_rows_of_one_file_become_one_record(take: Import, tmp_path: Path, store: Store) -> None:
    head = ["被检查单位", "社会信用代码", "检查日期", "检查结果"]
    row = ["甲公司", "91410100MA0000015B", "2026-09-05", "01"]
    report = take(workbook(tmp_path / "a.xlsx", [head, row, ["  甲公司", *row[1:]]]))
    assert [r.outcome for r in report.rows] == ["draft", "duplicate"]
    assert report.rows[1].record_id == report.rows[0].record_id
    assert "第2行" in report.rows[1].reason
    assert store.records.count(ListQuery()) == 1


def test_register_rows_again_are_known_and_changed_ones_replace(
    take: Import, tmp_path: Path, store: Store
) -> None:
    take(IMPLEMENTATION)
    again = take(IMPLEMENTATION)
    assert (again.kept, again.count("duplicate")) == (0, 6)
    head = [
        "监管事项目录编码",
        "行使层级",
        "实施主体名称",
        "实施主体编码",
        "监管对象主项",
        "检查类别",
        "检查频次",
        "检查内容(日常)",
    ]
    row = [
        "41010020200401",
        "市级",
        "郑州市XX局",
        "11410100000000019W",
        "经营者",
        "现场检查",
        "每年两次",
        "证照",
    ]
    changed = take(workbook(tmp_path / "a.xlsx", [head, row]))
    assert (changed.form, changed.kept, changed.refused) == ("implementation", 1, 0)
    assert store.registers.count("implementation") == 6
    contents = [row.content for row in store.registers.list("implementation", "每年两次")]
    assert [content["supervise_item_code"] for content in contents] == ["41010020200401"]


def test_two_register_rows_of_one_key_are_not_merged_silently(
    take: Import, tmp_path: Path, store: Store
) -> None:
    head = ["监管部门", "监管事项", "监管事项子项", "监管对象", "设定依据", "监管层级"]
    rows = [["郑州市XX局", "对餐饮的监管", sub, "餐饮", "食品安全法", "市级"] for sub in ("检查", "抽检")]
    report = take(workbook(tmp_path / "a.xlsx", [head, *rows]), form_id="catalogue")
    second = report.rows[1]
    assert second.outcome == "refused"
    assert "与第2行的" in second.problems[-1].message
    assert store.registers.count("item") == report.kept


def test_equal_numbers_within_one_file_are_seen(take: Import, tmp_path: Path) -> None:
    head = ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查行为编号"]
    rows = [[name, "91410100MA0000015B", "2026-09-05", "01", "JC-1"] for name in ("甲公司", "乙公司")]
    report = take(workbook(tmp_path / "a.xlsx", [head, *rows]))
    doubled = [[p.message for p in row.problems if p.column == "检查行为编号"] for row in report.rows]
    assert doubled == [[], ["检查行为编号已被另一条记录使用"]]


# -- choices of the clerk --------------------------------------------------------------------------------


def test_dry_run_keeps_nothing_and_says_the_same(take: Import, store: Store) -> None:
    before = store.settings.all()
    dry = take(LEDGER, dry_run=True)
    assert store.records.count(ListQuery()) == 0
    assert store.settings.all() == before
    real = take(LEDGER)
    assert [row.outcome for row in dry.rows] == [row.outcome for row in real.rows]
    assert [row.problems for row in dry.rows] == [row.problems for row in real.rows]
    assert all(row.record_id is None for row in dry.rows)


def test_wrong_rows_can_be_left_out(take: Import, store: Store) -> None:
    take(IMPLEMENTATION)
    report = take(LEDGER, keep_refused=False)
    assert (report.kept, report.count("refused"), report.count("draft")) == (52, 7, 0)
    assert store.records.count(ListQuery()) == 52
    later = take(LEDGER)
    assert (later.count("duplicate"), later.count("draft")) == (52, 7)


def test_columns_as_the_clerk_decides(take: Import, tmp_path: Path, store: Store) -> None:
    path = workbook(tmp_path / "a.xlsx", [["谁", "检查日期", "检查结果"], ["甲公司", "2026-09-05", "01"]])
    report = take(path, form_id="check", columns={"谁": "administrative_cp", "检查结果": ""})
    assert report.mapping == {"谁": "administrative_cp", "检查日期": "check_date"}
    texts = store.records.draft(report.rows[0].record_id).texts
    assert texts["administrative_cp"] == "甲公司"
    assert "check_result" not in texts


def test_form_named_by_the_clerk(take: Import) -> None:
    with pytest.raises(WorkbookError, match="没有表单“nix”"):
        take(LEDGER, form_id="nix")
    assert take(PENALTIES, form_id="penalty").form == "penalty"


def test_unknown_heading(take: Import, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["日期", "天气"], ["1日", "晴"]])
    with pytest.raises(WorkbookError, match=r"第1行看到：日期、天气；.*--form.*空白模板"):
        take(path)


@pytest.mark.parametrize("after", [0, 61])
def test_cancel_leaves_nothing_half_done(take: Import, store: Store, after: int) -> None:
    seen: list[int] = []

    def progress(done: int, total: int) -> None:
        seen.append(done)

    report = take(LEDGER, on_progress=progress, is_cancelled=lambda: bool(seen) and seen[-1] >= after)
    assert report.cancelled
    assert "没有保存任何内容" in report.lines()[1]
    assert store.records.count(ListQuery()) == 0
    assert take(LEDGER).count("duplicate") == 0


def test_progress_reaches_the_end(take: Import) -> None:
    seen: list[tuple[int, int]] = []
    take(LEDGER, on_progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 122)
    assert seen[-1] == (122, 122)
    assert seen == sorted(seen)


def test_lines_for_people_and_json_for_programs(take: Import) -> None:
    take(IMPLEMENTATION)
    report = take(LEDGER)
    lines = report.lines()
    assert lines[1].startswith("读到 59 行：已导入 52 行，有错 7 行（已存为草稿")
    assert any(line.startswith("第13行　检查人（检查人员）＝“陈志明”：") for line in lines)
    data = report.to_json()
    assert (data["rows_read"], data["kept"], data["refused"], data["notes"]) == (59, 52, 7, 2)
    assert data["rows"][9]["problems"][0]["column"] == "社会信用代码"
    again = take(LEDGER).lines()
    assert "已导入过的行：第3至19行、第21至62行" in again
    assert "不是数据的行：第20行 空行、第63行 合计行" in again


def test_every_sheet_of_the_form_is_imported_and_named(take: Import, tmp_path: Path) -> None:
    head = ["被检查单位", "社会信用代码", "检查日期", "检查结果"]
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for name, firms in (("一月", ["甲公司"]), ("二月", ["乙公司", "甲公司"]), ("说明", [])):
        page = book.add_worksheet(name)
        page.write_row(0, 0, head if firms else ["请逐行填写"])
        for number, firm in enumerate(firms, start=1):
            page.write_row(number, 0, [firm, "91410100MA0000015B", "2026-09-05", "01"])
    book.close()
    report = take(tmp_path / "a.xlsx")
    assert (report.sheet, report.ignored_sheets) == ("一月、二月", ["说明"])
    assert [(row.sheet, row.row, row.outcome) for row in report.rows] == [
        ("一月", 2, "draft"),
        ("二月", 2, "draft"),
        ("二月", 3, "duplicate"),
    ]
    assert report.rows[2].reason == "与工作表“一月”第2行完全相同，未重复导入"
    lines = report.lines()
    assert any(line.startswith("二月 第2行　") for line in lines)
    assert lines[-1] == "未导入的工作表（不是这种表单）：说明"


def test_gb18030_text_table(take: Import, tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("被检查单位;检查日期;检查结果\r\n㐂公司;2026.9.5;未发现问题\r\n".encode("gb18030"))
    report = take(path)
    assert (report.form, report.rows_read, report.sheet) == ("check", 1, "台账")


def test_a_dash_is_as_good_as_an_empty_cell_for_first_values(
    take: Import, tmp_path: Path, store: Store
) -> None:
    head = ["处罚文书号", "行政相对人名称", "监管对象"]
    rows = [[f"罚字{n}号", f"甲公司{n}", sign] for n, sign in enumerate(("", "-", "—", "某店"))]
    take(workbook(tmp_path / "a.xlsx", [head, *rows]), form_id="penalty")
    drafts = [store.records.draft(row.id) for row in store.records.list(ListQuery())]
    objects = {draft.texts["administrative_cp"]: draft.texts["supervise_object"] for draft in drafts if draft}
    assert objects == {"甲公司0": "甲公司0", "甲公司1": "甲公司1", "甲公司2": "甲公司2", "甲公司3": "某店"}
