"""The import page: look, map columns, decide about wrong rows, keep, mend together, mark, take in a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from ui_seeing import clipped, overlapping
from ui_stories import Story

from jgclient.records import State
from jgclient.store import ListQuery, Store
from jgclient.ui.frame import MainWindow
from jgclient.ui.import_page import ImportPage

HEAD = ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查人"]
RIGHT = ["甲物业服务有限公司", "91410100MA0000015B", "2026-09-05", "01", "张三、李四"]


@pytest.fixture
def page(window: MainWindow) -> ImportPage:
    window.show_page("import")
    made = window.page("import")
    assert isinstance(made, ImportPage)
    return made


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Four rows with the same wrong word, one that is right."""
    rows = [[f"公司{n}", *RIGHT[1:3], "未发现毛病", RIGHT[4]] for n in range(4)]
    return book(tmp_path / "台账.xlsx", HEAD, RIGHT, *rows)


def book(path: Path, *rows: list[str]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def idle(qtbot: Any, page: ImportPage) -> None:
    qtbot.waitUntil(lambda: page.job is None and not page.desk.jobs.busy)


def results(store: Store) -> list[str]:
    rows = store.records.list(ListQuery(limit=100))
    return sorted(store.records.draft(row.id).texts.get("check_result", "")[:5] for row in rows)


def test_equal_mistakes_are_mended_together_and_taken_back(
    page: ImportPage, ledger: Path, store: Store, qtbot: Any
) -> None:
    page.read(ledger)
    idle(qtbot, page)
    assert page.result.wrong_card.isVisible()
    page.keep_button.click()
    idle(qtbot, page)
    assert not page.result.wrong_card.isVisible()
    assert page.focusWidget() is next(iter(page.result.groups.boxes.values()))
    assert results(store).count("未发现毛病") == 4
    key = next(
        k
        for k, b in page.result.groups.buttons.items()
        if b.text() == "改 4 条" and page.result.groups.boxes[k].text()
    )
    assert not clipped(page)
    assert not overlapping(page)
    page.result.groups.boxes[key].setText("01")
    qtbot.keyClick(page.result.groups.boxes[key], Qt.Key.Key_Return)
    idle(qtbot, page)
    assert results(store).count("未发现毛病") == 0
    assert page.result.groups.undo_button.text() == "撤销刚才改的 4 条"
    page.result.groups.undo_button.click()
    idle(qtbot, page)
    assert results(store).count("未发现毛病") == 4
    assert not page.result.groups.undo_button.isVisible()


def test_an_empty_table_says_why_and_what_to_do(page: ImportPage, qtbot: Any, tmp_path: Path) -> None:
    page.read(book(tmp_path / "leer.xlsx", HEAD))
    idle(qtbot, page)
    result = page.result
    assert result.empty.isVisible()
    assert (result.empty.title.text(), page.failure.text()) == ("没有可读的行", "")
    assert "请填好内容" in result.empty.hint.text()
    assert not page.keep_button.isEnabled()
    fields = {"被检查单位": "甲", "检查日期": "2026-09-05", "乱": "x"}
    page.read(book(tmp_path / "wrong.xlsx", list(fields), list(fields.values())))
    idle(qtbot, page)
    assert result.table.isVisible()
    assert not clipped(page)


def test_wrong_rows_are_left_out_when_she_says_so_and_the_next_time_too(
    page: ImportPage, ledger: Path, store: Store, qtbot: Any
) -> None:
    page.read(ledger)
    idle(qtbot, page)
    right = page.report.kept
    assert "存为待改" in page.keep_button.text()
    page.result.left_out.click()
    assert page.keep_button.text() == f"保存 {right} 行"
    page.keep()
    idle(qtbot, page)
    assert store.records.count(ListQuery()) == right
    page.read(ledger)
    idle(qtbot, page)
    assert page.result.left_out.isChecked()


def test_problems_go_back_into_her_workbook(
    page: ImportPage, ledger: Path, answers: Any, qtbot: Any, tmp_path: Path
) -> None:
    answers.file = tmp_path / "标回.xlsx"
    assert not page.errors_button.isEnabled()
    page.read(ledger)
    idle(qtbot, page)
    page.errors_button.click()
    idle(qtbot, page)
    marked = openpyxl.load_workbook(answers.file)
    assert marked.sheetnames[0] == "问题一览"
    assert marked["Sheet"]["D3"].comment is not None


def test_columns_nobody_knows_are_mapped_and_remembered(
    page: ImportPage, store: Store, qtbot: Any, tmp_path: Path
) -> None:
    path = book(tmp_path / "a.xlsx", ["去了哪家", "编码", "哪天", "检查人"], *[
        [f"公司{n}", "91410100MA0000015B" if n else "91410100MA000001XW", f"2026-09-0{n + 1}", "张三"]
        for n in range(3)
    ])  # fmt: skip
    page.read(path)
    idle(qtbot, page)
    panel = page.columns_panel
    assert page.stack.currentWidget() is panel
    assert "没有认出" in page.failure.text()
    panel.form_choice.setCurrentIndex(panel.form_choice.findData("check"))
    panel.form_choice.activated.emit(panel.form_choice.currentIndex())
    idle(qtbot, page)
    if page.stack.currentWidget() is not panel:
        page.result.columns_button.click()
    assert not clipped(panel)
    panel.hints["哪天"].click()
    assert panel.choices["哪天"].currentData() == "check_date"
    choice = panel.choices["去了哪家"]
    choice.setCurrentIndex(choice.findData("administrative_cp"))
    panel.again_button.click()
    idle(qtbot, page)
    assert page.stack.currentWidget() is page.result
    assert page.report.mapping["去了哪家"] == "administrative_cp"
    page.keep()
    idle(qtbot, page)
    assert store.records.count(ListQuery()) == 3
    page.read(path)
    idle(qtbot, page)
    assert page.report.remembered
    assert "按上次为这种表选定" in page.result.columns_text.text()


def test_nothing_is_kept_while_the_columns_are_being_looked_at(
    page: ImportPage, store: Store, qtbot: Any, ledger: Path
) -> None:
    page.read(ledger)
    idle(qtbot, page)
    assert page.keep_button.isEnabled()
    page.result.columns_button.click()
    assert page.stack.currentWidget() is page.columns_panel
    assert not page.keep_button.isEnabled()
    page.columns_panel.closed.emit()
    assert page.stack.currentWidget() is page.result
    assert page.keep_button.isEnabled()
    assert store.records.count(ListQuery()) == 0


def test_a_feedback_list_is_shown_and_taken_in(
    page: ImportPage, store: Store, story: Story, qtbot: Any, tmp_path: Path
) -> None:
    good, bad = story.queued(), story.queued()
    path = book(
        tmp_path / "反馈.xlsx", ["记录编号", "处理结果", "退回原因"],
        [good, "已接收", ""], [bad, "退回", "名称不符"], ["没有", "退回", "x"],
    )  # fmt: skip
    page.read(path)
    idle(qtbot, page)
    assert page.stack.currentWidget() is page.feedback
    assert page.keep_button.text() == "按清单处理 2 行"
    assert store.records.row(good).state is State.QUEUED
    page.feedback.to_look_at.click()
    assert page.feedback.table.model().rowCount() == 1
    assert page.feedback.table.isVisible()
    page.keep()
    idle(qtbot, page)
    assert (store.records.row(good).state, store.records.row(bad).state) == (State.ACCEPTED, State.RETURNED)
    assert not page.keep_button.isEnabled()
    assert not clipped(page)


def test_what_is_no_workbook_is_said_in_place(page: ImportPage, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"no workbook at all" * 100)
    page.read(path)
    idle(qtbot, page)
    assert page.failure.isVisible()
    assert page.failure.text()
    assert page.stack.currentWidget() is page.start
    page.read(tmp_path / "absent.xlsx")
    idle(qtbot, page)
    assert "找不到文件" in page.failure.text()


@pytest.mark.parametrize("what", ["template_button", "list_button", "exchange_button", "platform_button"])
def test_templates_and_records_go_out(
    page: ImportPage, story: Story, answers: Any, qtbot: Any, tmp_path: Path, what: str
) -> None:
    story.everything()
    card = page.exports
    idle(qtbot, page)
    card.form_choice.setCurrentIndex(card.form_choice.findData("check"))
    getattr(card, what).click()
    assert not page.desk.jobs.busy  # she went back in the dialog
    answers.file = tmp_path / "out.xlsx"
    getattr(card, what).click()
    qtbot.waitUntil(lambda: not page.desk.jobs.busy)
    sheet = openpyxl.load_workbook(answers.file).worksheets[0]
    assert sheet.max_row == {"template_button": 3, "platform_button": 9}.get(what, 8)
    assert not clipped(page)
