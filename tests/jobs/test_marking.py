"""The clerk's own workbook comes back marked, is corrected, and only what she changed counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from jgclient.exchange.marks import OVERVIEW, ROW_MARK
from jgclient.forms.library import FormLibrary
from jgclient.importing import ImportReport, import_workbook
from jgclient.importing.marking import mark_problems
from jgclient.store import ListQuery, Store

LEDGER = "行政检查台账（科室自用）.xlsx"
SHEET = "2026年检查台账"
HEAD = ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查人"]
GOOD = ["甲物业服务有限公司", "91410100MA0000015B", "2026-09-05", "01", "张三、李四"]
BAD = ["乙物业服务有限公司", "91410105MA40029666", "2026-09-06", "未发现毛病", "张三、李四"]


class Office:
    """What a clerk does with workbooks."""

    def __init__(self, store: Store, library: FormLibrary, now: datetime, folder: Path) -> None:
        self.store, self.library, self.now, self.folder = store, library, now, folder

    def book(self, *rows: list[object], name: str = "台账.xlsx") -> Path:
        path = self.folder / name
        book = openpyxl.Workbook()
        for row in (HEAD, *rows):
            book.active.append(row)
        book.active["A1"].font = Font(bold=True, color="FF0000")
        book.active["C2"].fill = PatternFill("solid", fgColor="00FF00")
        book.active.column_dimensions["A"].width = 33
        book.save(path)
        return path

    def take(self, path: Path, **options: object) -> ImportReport:
        return import_workbook(self.store, self.library, path, form_id="check", now=self.now, **options)

    def marked(self, path: Path, report: ImportReport, name: str = "标回.xlsx") -> Path:
        mark_problems(self.store, self.library, path, report, self.folder / name)
        return self.folder / name

    def change(self, path: Path, edit: Callable[[openpyxl.Workbook], object]) -> Path:
        book = openpyxl.load_workbook(path)
        edit(book)
        book.save(path)
        return path

    @property
    def count(self) -> int:
        return self.store.records.count(ListQuery())

    def text(self, row: int, report: ImportReport, field: str) -> str:
        record_id = next(r.record_id for r in report.rows if r.row == row)
        return self.store.records.draft(record_id).texts.get(field, "")


@pytest.fixture
def office(store: Store, library: FormLibrary, now: datetime, tmp_path: Path) -> Office:
    return Office(store, library, now, tmp_path)


def test_problems_stand_at_their_cells_and_the_formats_stay(office: Office) -> None:
    path = office.book(GOOD, BAD)
    report = office.take(path)
    book = openpyxl.load_workbook(office.marked(path, report))
    assert book.sheetnames == [OVERVIEW, "Sheet"]
    page = book["Sheet"]
    assert (page["A1"].font.b, page["A1"].font.color.rgb) == (True, "00FF0000")
    assert page["C2"].fill.fgColor.rgb == "0000FF00"
    assert page.column_dimensions["A"].width == 33
    assert page["D3"].fill.fgColor.rgb == "00FFC7CE"
    assert "必改" in page["D3"].comment.text
    assert "可改为" in page["D3"].comment.text
    assert page["C3"].comment is None
    assert (page["F1"].value, page.column_dimensions["F"].hidden) == (ROW_MARK, True)
    assert page["F3"].value.startswith(report.rows[1].record_id)
    rows = list(book[OVERVIEW].iter_rows(values_only=True))
    assert rows[0][:4] == ("工作表", "行", "列", "栏目")
    assert ("Sheet", "3", "D", "检查结果", "未发现毛病") in [row[:5] for row in rows]


def test_only_the_corrected_row_counts_when_it_comes_back(office: Office) -> None:
    path = office.book(GOOD, BAD)
    first = office.take(path)
    back = office.marked(path, first)
    again = office.take(back)
    assert [row.outcome for row in again.rows] == ["duplicate", "duplicate"]
    office.change(back, lambda book: book["Sheet"].cell(3, 4, "01"))
    corrected = office.take(back)
    assert [(row.outcome, row.updated) for row in corrected.rows] == [("duplicate", False), ("draft", True)]
    assert corrected.rows[1].record_id == first.rows[1].record_id
    assert office.text(3, corrected, "check_result").startswith("未发现问题")
    assert office.text(3, corrected, "check_action_code") == office.text(3, first, "check_action_code") != ""
    assert (office.count, corrected.updated) == (2, 1)
    for file in (back, path):
        assert [row.outcome for row in office.take(file).rows] == ["duplicate", "duplicate"]
    assert office.count == 2


def test_sorted_with_inserted_and_copied_rows_nothing_is_doubled_or_overwritten(office: Office) -> None:
    path = office.book(GOOD, BAD)
    first = office.take(path)
    back = office.marked(path, first)

    def turn(book: openpyxl.Workbook) -> None:
        page = book["Sheet"]
        good, bad = ([cell.value for cell in page[row]] for row in (2, 3))
        page.delete_rows(2, 2)
        copied = ["丙物业服务有限公司", *good[1:]]  # with the hidden mark of the row it was copied from
        typed = ["丁物业服务有限公司", *GOOD[1:]]
        for row in (copied, [*bad[:3], "02", *bad[4:]], good, typed):
            page.append(row)

    report = office.take(office.change(back, turn))
    assert [(row.outcome, row.updated) for row in report.rows] == [
        ("draft", False), ("draft", True), ("duplicate", False), ("draft", False),
    ]  # fmt: skip
    assert office.count == 4
    assert office.text(2, first, "administrative_cp") == GOOD[0]
    assert office.text(3, first, "check_result").startswith("发现问题作出责令改正")
    assert [row.outcome for row in office.take(back).rows] == ["duplicate"] * 4


def test_what_was_changed_in_the_window_meanwhile_is_not_overwritten(office: Office) -> None:
    path = office.book(BAD)
    first = office.take(path)
    back = office.marked(path, first)
    record_id = first.rows[0].record_id
    texts = office.store.records.draft(record_id).texts | {"check_result": "02"}
    office.store.records.save_draft(record_id, form="check", form_version=1, texts=texts, author="李某")
    report = office.take(office.change(back, lambda book: book["Sheet"].cell(2, 4, "01")))
    assert [(row.outcome, row.updated) for row in report.rows] == [("refused", False)]
    assert report.rows[0].problems[0].code == "changed-elsewhere"
    assert office.store.records.draft(record_id).texts == texts
    assert office.count == 1


def test_fields_that_are_no_column_keep_what_was_typed_in_the_window(office: Office) -> None:
    path = office.book(BAD)
    first = office.take(path)
    record_id = first.rows[0].record_id
    texts = office.store.records.draft(record_id).texts | {"address_operating": "中原路1号"}
    office.store.records.save_draft(record_id, form="check", form_version=1, texts=texts, author="李某")
    back = office.marked(path, first)
    report = office.take(office.change(back, lambda book: book["Sheet"].cell(2, 4, "01")))
    assert report.updated == 1
    assert office.text(2, report, "address_operating") == "中原路1号"


def test_left_out_rows_come_in_when_they_are_right(office: Office) -> None:
    path = office.book(GOOD, BAD)
    first = office.take(path, keep_refused=False)
    kept = [row.outcome for row in first.rows].count("kept")
    back = office.marked(path, first)
    office.change(back, lambda book: book["Sheet"].cell(3, 4, "01"))
    office.take(back)
    assert office.count == kept + 2 - kept
    assert [row.outcome for row in office.take(back).rows] == ["duplicate", "duplicate"]


def test_a_dry_run_is_marked_too_and_changes_nothing(office: Office) -> None:
    path = office.book(GOOD, BAD)
    back = office.marked(path, office.take(path, dry_run=True))
    assert office.count == 0
    assert office.take(back).rows_read == 2
    corrected = office.change(office.marked(path, office.take(path)), lambda b: b["Sheet"].cell(3, 4, "01"))
    dry = office.take(corrected, dry_run=True)
    assert [row.updated for row in dry.rows] == [False, True]
    assert office.text(3, office.take(path), "check_result") == "未发现毛病"


def test_marked_again_the_old_marks_go(office: Office) -> None:
    path = office.book(BAD)
    back = office.marked(path, office.take(path))
    office.change(back, lambda book: book["Sheet"].cell(2, 4, "01"))
    page = openpyxl.load_workbook(office.marked(back, office.take(back), "再标.xlsx"))["Sheet"]
    assert page["D2"].comment is None
    assert page["D2"].fill.fill_type is None
    assert [cell.value for cell in page[1]].count(ROW_MARK) == 1


def test_a_csv_becomes_a_workbook_of_the_same_texts(office: Office) -> None:
    path = office.folder / "台账.csv"
    path.write_text(",".join(HEAD) + "\n" + ",".join(["=1+2", *BAD[1:]]) + "\n", encoding="gb18030")
    report = office.take(path)
    marked = mark_problems(office.store, office.library, path, report, office.folder / "标.xlsx")
    assert not marked.formats_kept
    page = openpyxl.load_workbook(office.folder / "标.xlsx")["台账"]
    assert (page["A2"].value, page["A2"].data_type, page["B2"].value) == ("=1+2", "s", BAD[1])
    office.change(office.folder / "标.xlsx", lambda book: book["台账"].cell(2, 4, "01"))
    assert office.take(office.folder / "标.xlsx").updated == 1


def test_the_sections_ledger(office: Office, samples: Path) -> None:
    report = office.take(samples / LEDGER)
    back = office.marked(samples / LEDGER, report)
    page = openpyxl.load_workbook(back)[SHEET]
    coloured = [c for row in page.iter_rows() for c in row if c.fill.fgColor.rgb == "00FFC7CE"]
    hard = {(row.row, p.field) for row in report.rows for p in row.problems if p.strength == "hard"}
    assert len(coloured) >= len({row for row, _ in hard}) > 0
    assert office.take(back).count("duplicate") == 59
