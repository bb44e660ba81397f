"""Coverage of items this quarter: counted right, every number a door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from ui_stories import TODAY, Story

from jgclient.store import RegisterRow, Store
from jgclient.store.coverage import Coverage
from jgclient.ui import coverage_card
from jgclient.ui.catalogue_page import CataloguePage
from jgclient.ui.frame import MainWindow
from jgclient.ui.tables import RowTable
from jgclient.ui.workbench import Workbench

#: The item of all records a story tells.
TOLD = "41010020200401"
FIRST, LAST = "2026-10-01", "2026-12-31"


def know(store: Store, *codes: str, register: str = "item", **more: str) -> None:
    rows = [
        RegisterRow((code, "名"), {"supervise_item_code": code, "matter_name": f"事项{code}", **more})
        for code in codes
    ]
    store.registers.upsert(register, rows, "测试")


def covered(store: Store, form: str = "check") -> Coverage:
    return store.registers.coverage(form, FIRST, LAST, TODAY.isoformat())


def test_an_item_with_a_finished_record_of_the_form_is_covered(store: Store, story: Story) -> None:
    know(store, TOLD, "41010020200402")
    know(store, "41010020200403", register="implementation")
    story.draft()
    assert covered(store) == Coverage((), (TOLD, "41010020200402", "41010020200403"))
    story.queued()
    assert covered(store) == Coverage((TOLD,), ("41010020200402", "41010020200403"))
    assert covered(store, "penalty").covered == ()


@pytest.mark.parametrize(("first", "last"), [("2026-07-01", "2026-09-30"), ("2027-01-01", "2027-03-31")])
def test_another_quarter_does_not_count(store: Store, story: Story, first: str, last: str) -> None:
    know(store, TOLD)
    story.accepted()
    assert store.registers.coverage("check", first, last, TODAY.isoformat()).covered == ()


def test_items_not_in_force_and_items_without_code_are_not_asked_for(store: Store) -> None:
    know(store, "", TOLD)
    know(store, "41010020200402", cancel_date="2026-11-01")
    know(store, "41010020200403", take_effect_date="2026-12-01")
    know(store, "41010020200404", take_effect_date="2026-01-01", cancel_date="2026-12-01")
    assert covered(store) == Coverage((), (TOLD, "41010020200404"))


@pytest.fixture
def board(window: MainWindow, story: Story) -> Any:
    know(story.store, TOLD, "41010020200402", "41010020200403")
    story.queued(urgent_by=date(2026, 11, 23))
    window.desk.data_changed.emit()
    page = window.page("workbench")
    assert isinstance(page, Workbench)
    return page.board


def shown(page: CataloguePage) -> int:
    assert page.listed is not None
    table = page.listed.findChild(RowTable)
    assert table is not None
    return int(table.rows_model.rowCount())


def test_the_workbench_shows_each_kind_with_its_doors(window: MainWindow, board: Any, qtbot: Any) -> None:
    card = board.coverage
    assert card.isVisible()
    assert list(card.lines) == ["check", "penalty", "force", "other"]
    line = card.lines["check"]
    assert (line.covered.text(), line.missing.text(), line.bar.value(), line.bar.maximum()) == (
        "1 项", "差 2", 1, 3,
    )  # fmt: skip
    qtbot.keyClick(line.covered, Qt.Key.Key_Return)
    records: Any = window.page("records")
    assert window.front == "records"
    assert (records.filters.form, records.filters.period_choice.currentData()) == ("check", "quarter")
    window.show_page("workbench")
    qtbot.keyClick(line.missing, Qt.Key.Key_Return)
    page = window.page("catalogue")
    assert isinstance(page, CataloguePage)
    assert shown(page) == 2
    assert page.missing_pill.text() == "本季度没有行政检查记录的事项 2"
    qtbot.mouseClick(page.missing_pill, Qt.MouseButton.LeftButton)
    assert shown(page) == 3
    assert not page.missing_pill.isVisible()


def test_without_items_there_is_no_card(window: MainWindow, story: Story, qtbot: Any) -> None:
    story.queued()
    window.desk.data_changed.emit()
    page: Any = window.page("workbench")
    qtbot.waitUntil(page.board.progress.isVisible)
    assert not page.board.coverage.isVisible()


def test_many_records_are_counted_beside_the_window(
    window: MainWindow, board: Any, story: Story, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage_card, "_MANY", 1)
    story.queued()
    know(story.store, "41010020200404")
    with qtbot.waitSignal(board.coverage.counted, timeout=10_000):
        window.desk.data_changed.emit()
        assert board.coverage.lines["check"].missing.text() == "差 2"
    assert board.coverage.lines["check"].missing.text() == "差 3"
    know(story.store, "41010020200405")
    window.desk.data_changed.emit()
    assert not window.desk.jobs.busy, "not again so soon"
