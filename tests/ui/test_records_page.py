"""The records page: filters, search, submitting, doors, export."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPdfWriter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QPushButton
from ui_seeing import type_text
from ui_stories import BAD_CODE, TODAY, Story

from jgclient.records import State
from jgclient.store import Store
from jgclient.ui import printing, records_paper
from jgclient.ui.frame import MainWindow
from jgclient.ui.records_columns import USUAL
from jgclient.ui.records_page import RecordsPage


@pytest.fixture
def page(window: MainWindow, story: Story) -> RecordsPage:
    story.everything()
    window.desk.data_changed.emit()
    window.show_page("records")
    made = window.page("records")
    assert isinstance(made, RecordsPage)
    return made


def shown(page: RecordsPage) -> list[State]:
    return [row.state for row in page.model.rows()]


def doors(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    went: list[dict[str, str]] = []
    monkeypatch.setattr(window, "show_page", lambda name, **args: went.append({"page": name, **args}))
    return went


def test_pills_count_and_filter(page: RecordsPage, qtbot: Any) -> None:
    assert page.filters.pills["all"].text() == "全部 10"
    assert page.filters.pills["returned"].text() == "被退回 2"
    assert not page.filters.pills["conflict"].isVisible()
    qtbot.mouseClick(page.filters.pills["returned"], Qt.MouseButton.LeftButton)
    assert shown(page) == [State.RETURNED, State.RETURNED]
    assert page.head_note() == "共 2 条"
    assert [p.key for p in page.filters.pills.values() if p.isChecked()] == ["returned"]
    qtbot.mouseClick(page.filters.pills["all"], Qt.MouseButton.LeftButton)
    assert len(shown(page)) == 10


def test_a_door_may_ask_for_several_states(window: MainWindow, page: RecordsPage) -> None:
    window.show_page("records", states="draft,invalid")
    assert set(shown(page)) == {State.DRAFT, State.INVALID}
    assert [p.key for p in page.filters.pills.values() if p.isChecked()] == ["draft", "invalid"]


def test_the_kind_filters_rows_and_counts(page: RecordsPage) -> None:
    page.filters.form_choice.setCurrentIndex(page.filters.form_choice.findData("penalty"))
    assert {row.form for row in page.model.rows()} == {"penalty"}
    assert page.filters.pills["all"].text() == "全部 2"


@pytest.mark.parametrize("words", ["老王", "lwcg", "中原 王"])
def test_search_while_typing_finds_parts_and_initials(page: RecordsPage, qtbot: Any, words: str) -> None:
    page.search.setFocus()
    type_text(page.search, words)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert page.model.row(0).party == "中原区老王餐馆"
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == 10)


def test_nothing_found_says_what_to_do(page: RecordsPage, qtbot: Any) -> None:
    page.search.setText("没有这样的记录")
    qtbot.waitUntil(page.empty.isVisible)
    assert "按 Esc 清空" in page.empty.hint.text()
    assert not page.mend_button.isEnabled()


def test_sorting_is_done_by_the_store(page: RecordsPage) -> None:
    page.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    parties = [row.party for row in page.model.rows()]
    assert parties == sorted(parties)


def test_the_model_keeps_qts_contract(page: RecordsPage) -> None:
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    page.filters.states = frozenset({State.QUEUED})
    page.refresh()
    assert shown(page) == [State.QUEUED] * 3
    del tester


def test_the_reason_stands_in_the_row_and_every_problem_below(
    window: MainWindow, page: RecordsPage, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = story.draft("郑州金水建材商贸有限公司", problems=(BAD_CODE, BAD_CODE))
    window.desk.data_changed.emit()
    page.table.choose(0)
    assert page.table.current().id == record_id  # type: ignore[union-attr]  # one was chosen
    assert page.model.data(page.model.index(0, 7)) == "2 处必改：校验码不对"
    went = doors(window, monkeypatch)
    links = [b for b in page.panel.findChildren(QPushButton) if b.text() == "去改正"]
    assert len(links) == 2
    links[0].click()
    assert went == [{"page": "entry", "record_id": record_id, "field": "administrative_cp_ui_code"}]


def test_enter_mends_the_current_record(
    window: MainWindow, page: RecordsPage, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.table.choose(2)
    wanted = page.model.row(2).id
    went = doors(window, monkeypatch)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    page.mend_button.click()
    assert went == [{"page": "entry", "record_id": wanted}] * 2


def test_submitting_a_selection_says_what_became_of_it(
    window: MainWindow, page: RecordsPage, qtbot: Any, store: Store
) -> None:
    window.show_page("records", states="draft,invalid")
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.head_note() == "选中 2 条"
    qtbot.keyClick(page.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.desk.jobs.busy)
    assert window.foot._said.text() == "2 条还要改正，原因在各行和下方。"
    assert shown(page) == [State.INVALID, State.INVALID]
    assert store.outbox.count() == 3


def test_what_needs_no_submitting_is_not_submitted(window: MainWindow, page: RecordsPage) -> None:
    window.show_page("records", states="accepted")
    page.table.selectAll()
    assert not page.submit_button.isEnabled()
    page.submit()
    assert not window.desk.jobs.busy
    assert "不用再提交" in window.foot._said.text()


def action(page: RecordsPage, words: str) -> QAction:
    return next(one for one in page.more_menu.actions() if one.text() == words)


def wait(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)


def test_export_needs_one_kind_and_writes_it(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path
) -> None:
    page.table.selectAll()
    everything = action(page, "导出这一类别的全部记录")
    everything.trigger()
    assert "请先在右上角选择类别" in window.foot._said.text()
    page.filters.form_choice.setCurrentIndex(page.filters.form_choice.findData("check"))
    everything.trigger()
    assert answers.asked == ["导出到"]
    answers.file = tmp_path / "检查.xlsx"
    everything.trigger()
    wait(window, qtbot)
    assert window.foot._said.text().startswith("已导出 7 条")
    assert answers.file.stat().st_size > 1000


def test_the_selection_is_exported(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path
) -> None:
    page.filters.form_choice.setCurrentIndex(page.filters.form_choice.findData("check"))
    page.table.choose(1)
    answers.file = tmp_path / "选中.xlsx"
    action(page, "导出选中的").trigger()
    wait(window, qtbot)
    assert window.foot._said.text().startswith("已导出 1 条")


def test_the_list_is_exported_as_it_is_seen(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path
) -> None:
    listed = action(page, "导出清单（眼前的筛选和列）")
    listed.trigger()
    assert "请先在右上角选择类别" in window.foot._said.text()
    page.filters.form_choice.setCurrentIndex(page.filters.form_choice.findData("check"))
    answers.file = tmp_path / "清单.xlsx"
    listed.trigger()
    wait(window, qtbot)
    head, *rows = openpyxl.load_workbook(answers.file).active.iter_rows(values_only=True)
    assert head[:3] == ("状态", "名称", "相对人")
    assert [row[1] for row in rows] == [row.title for row in page.model.rows()]


def test_boxes_take_rows_in_and_out(page: RecordsPage, qtbot: Any) -> None:
    page.table.choose(0)
    for row in (2, 4):
        at = page.table.visualRect(page.model.index(row, 0)).center()
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [page.model.rows().index(row) for row in page.table.selected()] == [0, 2, 4]
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [page.model.rows().index(row) for row in page.table.selected()] == [0, 2]
    assert page.head_note() == "选中 2 条"
    elsewhere = page.table.visualRect(page.model.index(3, 3)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=elsewhere)
    assert [page.model.rows().index(row) for row in page.table.selected()] == [3]


def test_days_filter_rows_and_counts(page: RecordsPage, story: Story, window: MainWindow) -> None:
    story.draft("上月的单位", day=TODAY - timedelta(days=30))
    window.desk.data_changed.emit()
    choice = page.filters.period_choice
    choice.setCurrentIndex(choice.findData("month"))
    assert page.filters.pills["all"].text() == "全部 10"
    assert "上月的单位" not in {row.party for row in page.model.rows()}
    choice.setCurrentIndex(choice.findData("last_year"))
    assert page.filters.pills["all"].text() == "全部 0"
    assert page.empty.title.text() == "这里没有记录"


def test_a_filter_is_kept_under_a_name_and_used_again(
    window: MainWindow, page: RecordsPage, qtbot: Any, store: Store
) -> None:
    menu = page.filters.named_menu

    def pick(words: str) -> None:
        menu.aboutToShow.emit()
        next(one for one in menu.actions() if one.text() == words).trigger()

    menu.aboutToShow.emit()
    assert not menu.actions()[-1].isEnabled()
    qtbot.mouseClick(page.filters.pills["returned"], Qt.MouseButton.LeftButton)
    choice = page.filters.period_choice
    choice.setCurrentIndex(choice.findData("quarter"))
    pick("把现在的筛选存为……")
    type_text(page.filters.naming.box, "本季退回")
    qtbot.keyClick(page.filters.naming.box, Qt.Key.Key_Return)
    assert not page.filters.naming.isVisible()
    window.show_page("records", states="draft")
    assert set(shown(page)) == {State.DRAFT}
    pick("本季退回")
    assert set(shown(page)) == {State.RETURNED}
    assert choice.currentData() == "quarter"
    pick("删除“本季退回”")
    assert page.filters.named() == []


def test_chosen_columns_are_shown_and_remembered(page: RecordsPage, window: MainWindow) -> None:
    titles = [column.title for column in page.model.columns]
    assert page.table.isColumnHidden(titles.index("监管事项"))
    for wanted, words in ((True, "监管事项"), (False, "代码")):
        next(one for one in page.column_menu.actions() if one.text() == words).setChecked(wanted)
    again = RecordsPage(window.desk)
    for table in (page.table, again.table):
        assert not table.isColumnHidden(titles.index("监管事项"))
        assert table.isColumnHidden(titles.index("代码"))
    again.column_menu.actions()[-1].trigger()
    assert tuple(again.column_menu.chosen()) == USUAL
    again.deleteLater()


def test_a_field_of_many_is_changed_after_a_preview_and_back(
    window: MainWindow, page: RecordsPage, qtbot: Any, store: Store
) -> None:
    window.show_page("records", states="draft", form="check")
    page.table.selectAll()
    action(page, "批量修改……").trigger()
    panel = page.change_panel
    assert panel.isVisible()
    assert not panel.apply_button.isEnabled()
    panel.field_choice.setCurrentIndex(panel.field_choice.findData("administrative_cp"))
    type_text(panel.box, "郑州新名称有限公司")
    qtbot.keyClick(panel.box, Qt.Key.Key_Return)
    wait(window, qtbot)
    (one,) = panel.changes
    assert (one.before, one.after) == ("郑州安顺物业管理有限公司", "郑州新名称有限公司")
    assert store.records.draft(one.record_id).texts["administrative_cp"] == one.before
    panel.apply_button.click()
    wait(window, qtbot)
    assert store.records.draft(one.record_id).texts["administrative_cp"] == one.after
    assert "已修改 1 条" in page.notice.words.text()
    assert page.panel.isVisible()
    page.notice.undo_button.click()
    wait(window, qtbot)
    assert store.records.draft(one.record_id).texts["administrative_cp"] == one.before
    assert window.foot._said.text() == "已恢复 1 条。"


def test_a_changed_value_needs_a_new_preview(window: MainWindow, page: RecordsPage, qtbot: Any) -> None:
    window.show_page("records", states="draft", form="check")
    page.table.selectAll()
    page.change()
    panel = page.change_panel
    panel.field_choice.setCurrentIndex(panel.field_choice.findData("check_result"))
    panel.code_choice.setCurrentIndex(2)
    panel.preview_button.click()
    wait(window, qtbot)
    assert panel.apply_button.isEnabled()
    panel.code_choice.setCurrentIndex(3)
    assert not panel.apply_button.isEnabled()
    assert panel.changes == []


def test_several_kinds_cannot_be_changed_at_once(window: MainWindow, page: RecordsPage) -> None:
    page.table.selectAll()
    page.change()
    assert not page.change_panel.isVisible()
    assert "一次只能修改一个类别" in window.foot._said.text()


def test_drafts_are_withdrawn_and_come_back(
    window: MainWindow, page: RecordsPage, qtbot: Any, store: Store
) -> None:
    window.show_page("records", states="draft,invalid")
    page.table.selectAll()
    page.withdraw_button.click()
    assert "2 条还没有完成过，放入回收站" in page.withdraw_panel.what.text()
    assert not page.withdraw_panel.box.isVisible()
    page.withdraw_panel.apply_button.click()
    wait(window, qtbot)
    assert page.notice.words.text() == "2 条草稿已放入回收站。"
    assert page.model.rowCount() == 0
    page.notice.undo_button.click()
    wait(window, qtbot)
    assert set(shown(page)) == {State.DRAFT, State.INVALID}


def test_withdrawing_a_finished_record_asks_why(
    window: MainWindow, page: RecordsPage, qtbot: Any, store: Store
) -> None:
    window.show_page("records", states="accepted")
    page.withdraw_button.click()
    page.withdraw_panel.apply_button.click()
    assert "请先写理由" in page.withdraw_panel.under.text()
    assert not window.desk.jobs.busy
    type_text(page.withdraw_panel.box, "重复录入")
    record_id = page.table.current().id  # type: ignore[union-attr]  # the first one
    page.withdraw_panel.apply_button.click()
    wait(window, qtbot)
    assert store.records.last_revision(record_id).reasons["withdraw"] == "重复录入"
    assert page.notice.words.text() == "1 条已撤回，按 F9 报送。"


def test_the_history_tells_versions_and_receipts(window: MainWindow, page: RecordsPage, qtbot: Any) -> None:
    window.show_page("records", states="accepted")
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.panel.history_button.isChecked)
    words = [one.text() for one in page.panel.findChildren(QLabel) if one.isVisible()]
    assert "第 1 版 新增" in words
    assert any("回执号 HN2026" in one for one in words)


def test_a_record_and_a_list_become_pdfs(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path
) -> None:
    papers = {
        "一条": lambda: page.panel.wanted.emit("pdf"),
        "清单": lambda: page.paper.rows(to_file=True),
    }
    for name, act in papers.items():
        answers.file = tmp_path / f"{name}.pdf"
        act()
        wait(window, qtbot)
        assert answers.file.read_bytes().startswith(b"%PDF-")
        assert window.foot._said.text().startswith("已存为")
    assert answers.asked == ["存为 PDF", "存为 PDF"]


@pytest.mark.parametrize("selected", [False, True])
def test_a_printed_list_says_what_it_leaves_out(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path, monkeypatch: Any,
    selected: bool,
) -> None:  # fmt: skip
    written: list[printing.Paper] = []
    monkeypatch.setattr(records_paper, "_MOST", 2)
    monkeypatch.setattr(printing, "write_pdf", lambda paper, _path: written.append(paper))
    answers.file = tmp_path / "清单.pdf"
    window.show_page("records", states="", form="")
    if selected:
        page.table.selectAll()
    page.paper.rows(to_file=True)
    wait(window, qtbot)
    [paper] = written
    assert paper.html.count("<tr>") == 1 + 2
    assert "更多请导出 Excel" in paper.html


def test_printing_goes_to_the_printer_chosen(page: RecordsPage, answers: Any, tmp_path: Path) -> None:
    page.panel.wanted.emit("print")
    assert answers.asked == ["打印"]
    answers.paper = QPdfWriter(str(tmp_path / "printer.pdf"))
    page.paper.rows(to_file=False)
    answers.paper = None
    assert (tmp_path / "printer.pdf").read_bytes().startswith(b"%PDF-")
