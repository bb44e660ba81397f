"""Any ledger: its columns are mapped once, by heading, by content or by the clerk, and remembered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from jgclient.exchange.errors import WorkbookError
from jgclient.forms.library import FormLibrary
from jgclient.importing import Proposal, import_workbook, propose
from jgclient.importing.marking import mark_problems
from jgclient.store import ListQuery, Store

#: Only two headings are known; the others are this section's own words.
HEAD = ["编码甲", "跑了哪家", "哪天去的", "结论", "带队", "备注", "检查人"]
ROWS = [
    ["91410100MA0000015B", "甲物业服务有限公司", "2026-09-05", "01", "张三", "晴", "张三、李四"],
    ["91410100MA000001XW", "乙物业服务有限公司", "2026/9/6", "02", "李四", "雨", "张三、李四"],
    ["91410100MA0000015B", "丙物业服务有限公司", "2026年9月7日", "01", "张三", "", "张三、王五"],
]
CHOSEN = {
    "跑了哪家": "administrative_cp", "编码甲": "administrative_cp_ui_code", "哪天去的": "check_date",
    "结论": "check_result", "备注": "",
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return book(tmp_path / "九月.xlsx", HEAD, *ROWS)


def book(path: Path, *rows: list[str], sheets: int = 1) -> Path:
    made = openpyxl.Workbook()
    for number in range(sheets):
        page = made.active if number == 0 else made.create_sheet()
        page.append(["某科室台账"])
        for row in rows:
            page.append([f"{text}{number or ''}" if text.endswith("公司") else text for text in row])
    made.save(path)
    return path


def proposed(proposal: Proposal) -> dict[str, tuple[str, str]]:
    return {column.label: (column.field, column.how) for column in proposal.columns}


def test_columns_are_proposed_by_heading_and_by_content(
    store: Store, library: FormLibrary, ledger: Path, now: datetime
) -> None:
    found = propose(store, library, ledger, form_id="check", now=now)
    told = proposed(found)
    assert told["检查人"] == ("check_personnel", "known")
    assert told["编码甲"] == ("administrative_cp_ui_code", "content")
    assert told["跑了哪家"] == ("", "")
    assert "行政相对人" in found.missing
    assert found.columns[0].samples == ("91410100MA0000015B", "91410100MA000001XW")
    with pytest.raises(WorkbookError, match="没有认出任何表单的表头"):
        propose(store, library, ledger, now=now)


def test_what_the_clerk_chose_is_remembered_for_this_layout(
    store: Store, library: FormLibrary, ledger: Path, now: datetime, tmp_path: Path
) -> None:
    dry = import_workbook(store, library, ledger, form_id="check", columns=CHOSEN, dry_run=True, now=now)
    assert dry.rows_read == 3
    with pytest.raises(WorkbookError):  # a dry run decides nothing
        import_workbook(store, library, ledger, now=now)
    first = import_workbook(store, library, ledger, form_id="check", columns=CHOSEN, now=now)
    assert (first.rows_read, first.remembered) == (3, False)
    texts = store.records.draft(first.rows[0].record_id).texts
    assert texts["administrative_cp_ui_code"] == "91410100MA0000015B"
    october = book(tmp_path / "十月.xlsx", HEAD, [*ROWS[0][:2], "2026-10-08", *ROWS[0][3:]], sheets=2)
    again = import_workbook(store, library, october, now=now)
    assert (again.form, again.rows_read, again.remembered) == ("check", 2, True)
    assert again.unmatched == first.unmatched
    assert "按上次为这种表选定的" in "".join(again.lines())
    assert proposed(propose(store, library, october, now=now))["备注"] == ("", "chosen")
    mark_problems(store, library, october, again, tmp_path / "标回.xlsx")
    back = import_workbook(store, library, tmp_path / "标回.xlsx", now=now)
    assert back.count("duplicate") == 2
    assert store.records.count(ListQuery()) == 5


def test_another_unit_and_another_layout_begin_anew(
    store: Store, library: FormLibrary, ledger: Path, now: datetime, tmp_path: Path
) -> None:
    import_workbook(store, library, ledger, form_id="check", columns=CHOSEN, now=now)
    other = book(tmp_path / "b.xlsx", ["又一列", *HEAD], *[["x", *row] for row in ROWS])
    with pytest.raises(WorkbookError, match="没有认出"):
        import_workbook(store, library, other, now=now)
    store.settings.set("unit_code", "11410100000000020N")
    with pytest.raises(WorkbookError, match="没有认出"):
        import_workbook(store, library, ledger, now=now)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"没有": "check_date"}, "没有“没有”这一列"),
        ({"结论": "nix"}, "没有“nix”这个栏目"),
        ({"结论": "check_date", "哪天去的": "check_date"}, "有两列都对应“检查时间”"),
    ],
)
def test_columns_that_cannot_be_are_told(
    store: Store, library: FormLibrary, ledger: Path, now: datetime, columns: dict[str, str], said: str
) -> None:
    with pytest.raises(WorkbookError, match=said):
        import_workbook(store, library, ledger, form_id="check", columns=CHOSEN | columns, now=now)
    assert store.records.count(ListQuery()) == 0


def test_a_very_wide_table_is_proposed_in_part_and_in_time(
    store: Store, library: FormLibrary, now: datetime, tmp_path: Path
) -> None:
    head = [f"栏{chr(0x4E00 + n)}" for n in range(3000)]
    path = book(tmp_path / "a.xlsx", head, *[[f"2026-09-0{day}"] * 3000 for day in (1, 2, 3)])
    found = propose(store, library, path, form_id="check", now=now)
    assert len(found.columns) == 200
    assert {column.field for column in found.columns} <= {"check_date", "submitted_date"}
