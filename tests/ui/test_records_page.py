"""The records page: filters, search, submitting, doors, export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton
from ui_seeing import type_text
from ui_stories import BAD_CODE, Story

from jgclient.records import State
from jgclient.store import Store
from jgclient.ui.frame import MainWindow
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
    assert page.pills["all"].text() == "全部 10"
    assert page.pills["returned"].text() == "被退回 2"
    assert not page.pills["conflict"].isVisible()
    qtbot.mouseClick(page.pills["returned"], Qt.MouseButton.LeftButton)
    assert shown(page) == [State.RETURNED, State.RETURNED]
    assert page.head_note() == "共 2 条"
    assert [p.key for p in page.pills.values() if p.isChecked()] == ["returned"]
    qtbot.mouseClick(page.pills["all"], Qt.MouseButton.LeftButton)
    assert len(shown(page)) == 10


def test_a_door_may_ask_for_several_states(window: MainWindow, page: RecordsPage) -> None:
    window.show_page("records", states="draft,invalid")
    assert set(shown(page)) == {State.DRAFT, State.INVALID}
    assert [p.key for p in page.pills.values() if p.isChecked()] == ["draft", "invalid"]


def test_the_kind_filters_rows_and_counts(page: RecordsPage) -> None:
    page.form_choice.setCurrentIndex(page.form_choice.findData("penalty"))
    assert {row.form for row in page.model.rows()} == {"penalty"}
    assert page.pills["all"].text() == "全部 2"


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
    page.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    parties = [row.party for row in page.model.rows()]
    assert parties == sorted(parties)


def test_the_model_keeps_qts_contract(page: RecordsPage) -> None:
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    page.states = frozenset({State.QUEUED})
    page.refresh()
    assert shown(page) == [State.QUEUED] * 3
    del tester


def test_the_reason_stands_in_the_row_and_every_problem_below(
    window: MainWindow, page: RecordsPage, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = story.draft("郑州金水建材商贸有限公司", problems=(BAD_CODE, BAD_CODE))
    window.desk.data_changed.emit()
    page.table.choose(0)
    assert page.table.current().id == record_id  # type: ignore[union-attr]
    assert page.model.data(page.model.index(0, 6)) == "2 处必改：校验码不对"
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


def test_export_needs_one_kind_and_writes_it(
    window: MainWindow, page: RecordsPage, qtbot: Any, answers: Any, tmp_path: Path
) -> None:
    page.table.selectAll()
    page.export_button.click()
    assert "请先在右上角选择类别" in window.foot._said.text()
    page.form_choice.setCurrentIndex(page.form_choice.findData("check"))
    page.export_button.click()
    assert answers.asked == ["导出到"]
    answers.file = tmp_path / "检查.xlsx"
    page.export_button.click()
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)
    assert window.foot._said.text().startswith("已导出")
    assert answers.file.stat().st_size > 1000
