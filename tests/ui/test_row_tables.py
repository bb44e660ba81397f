"""Tables: pages of rows, sorting by the loader, selection that survives, no Qt contract broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QTableView

from jgclient.ui.parts import Choice
from jgclient.ui.tables import KEPT, PAGE, Column, Order, RowsModel, RowTable


class Numbers:
    """A loader over plain numbers that keeps what it was asked."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[tuple[int, int, Order]] = []

    def __call__(self, limit: int, offset: int, order: Order) -> Sequence[int]:
        self.asked.append((limit, offset, order))
        numbers = sorted(range(self.count), reverse=order.descending)
        return numbers[offset : offset + limit]


def table_of(qtbot: Any, load: Numbers) -> RowTable[int]:
    columns = [Column[int]("数", str, 5, sort="number"), Column[int]("两倍", lambda n: str(2 * n))]
    table = RowTable("数", RowsModel(columns, load), lambda n: n)
    qtbot.addWidget(table)
    table.resize(400, 300)
    return table


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 3 * PAGE])
def test_all_rows_are_reached_page_by_page(count: int) -> None:
    load = Numbers(count)
    model = RowsModel([Column[int]("数", str)], load)
    model.reload()
    assert model.rowCount() == min(count, PAGE)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert list(model.rows()) == list(range(count))
    assert {limit for limit, _, _ in load.asked} == {PAGE}  # a page at a time
    del tester
    model.reload()
    assert list(model.rows()) == list(range(min(count, PAGE)))


def test_a_table_fetches_what_is_looked_at_not_everything(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(50 * PAGE))
    table.show()
    table.reload()
    qtbot.wait(1)
    before = table.rows_model.rowCount()
    assert before <= 2 * PAGE
    table.scrollToBottom()
    qtbot.waitUntil(lambda: table.rows_model.rowCount() > before)


def test_the_loader_sorts(qtbot: Any) -> None:
    load = Numbers(10)
    table = table_of(qtbot, load)
    table.reload()
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert table.rows_model.row(0) == 9
    assert load.asked[-1][2] == Order("number", descending=True)


def test_a_heading_without_sort_name_changes_nothing(qtbot: Any) -> None:
    load = Numbers(10)
    table = table_of(qtbot, load)
    table.reload()
    before = len(load.asked)
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert len(load.asked) == before


def test_selection_and_current_row_follow_their_rows(qtbot: Any) -> None:
    load = Numbers(5)
    table = table_of(qtbot, load)
    table.reload()
    rows = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for number in (1, 3):
        table.selectionModel().select(table.rows_model.index(number, 0), rows)
    table.selectionModel().setCurrentIndex(
        table.rows_model.index(3, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    table.reload()
    assert table.current() is None or table.current() == 3
    table.choose(1)
    load.count = 4
    table.reload()
    assert table.selected() == [3] or table.selected() == [table.current()]


def test_select_all_takes_rows_not_fetched_yet(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(2 * PAGE + 7))
    table.reload()
    table.selectAll()
    assert len(table.selected()) == 2 * PAGE + 7


def test_enter_and_double_click_open_a_row(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(3))
    table.reload()
    table.choose(2)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [2]
    with qtbot.waitSignal(table.opened) as opened:
        table.doubleClicked.emit(table.rows_model.index(1, 0))
    assert opened.args == [1]


def test_columns_without_width_share_what_is_left(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(3))
    table.show()
    table.reload()
    assert table.columnWidth(0) + table.columnWidth(1) == table.viewport().width()
    assert table.rowHeight(0) == 33


def test_the_wheel_never_changes_a_choice(qtbot: Any) -> None:
    choice = Choice("类别")
    qtbot.addWidget(choice)
    choice.addItems(["甲", "乙", "丙"])
    choice.show()
    centre = choice.rect().center()
    turn = QWheelEvent(
        centre.toPointF(), choice.mapToGlobal(centre).toPointF(), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, turn)
    assert choice.currentText() == "甲"


def test_a_reload_fetches_what_is_seen_and_loses_no_selected_row(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(3 * KEPT))
    table.show()
    table.reload()
    table.rows_model.fetch(2 * KEPT)
    table.reload()
    assert table.rows_model.rowCount() == PAGE
    table.rows_model.fetch(2 * KEPT)
    QApplication.processEvents()
    table.scrollTo(table.rows_model.index(2 * PAGE, 0), QTableView.ScrollHint.PositionAtTop)
    table.reload()
    assert table.rows_model.rowCount() == 3 * PAGE
    QApplication.processEvents()
    assert table.rowAt(0) == 2 * PAGE, "what is looked at stays where it is"
    table.scrollToBottom()
    table.reload()
    assert table.rows_model.rowCount() <= KEPT + PAGE
    table.selectAll()
    table.reload()
    assert len(table.selected()) == 3 * KEPT


def test_many_rows_are_selected_turn_by_turn_and_told_of_once(qtbot: Any) -> None:
    load = Numbers(20 * PAGE)
    table = table_of(qtbot, load)
    table.reload()
    told: list[int] = []
    table.chosen.connect(lambda: told.append(table.selected_count()))
    table.selectAll()
    assert (table.rows_model.rowCount(), table.selected_count(), told) == (PAGE, PAGE, [])
    qtbot.waitUntil(lambda: bool(told))
    assert told == [20 * PAGE]
    assert max(limit for limit, _, _ in load.asked) < 10 * PAGE, "never much in one turn"


def test_what_is_being_selected_is_selected_when_somebody_acts_on_it(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(20 * PAGE))
    table.reload()
    table.selectAll()
    table.reload()  # something arrived meanwhile
    assert len(table.selected()) == 20 * PAGE


def test_the_keyboard_stays_on_its_row_however_far_that_moved(qtbot: Any) -> None:
    load = Numbers(10 * PAGE)
    table = table_of(qtbot, load)
    table.reload()
    table.choose(5)
    table.selectAll()
    assert len(table.selected()) == 10 * PAGE
    table.rows_model.order = Order("number", descending=True)
    table.reload()
    table.choose_first()  # changes nothing: all rows are still to be selected
    assert len(table.selected()) == 10 * PAGE
    assert table.current() == 5


def test_the_first_row_is_chosen_where_none_is(qtbot: Any) -> None:
    load = Numbers(3)
    table = table_of(qtbot, load)
    table.choose_first()
    assert table.current() is None
    table.reload()
    table.choose_first()
    assert (table.current(), table.selected()) == (0, [0])
    table.choose(2)
    table.choose_first()
    assert table.selected() == [2]


def test_choosing_a_row_ends_the_selection_of_all(qtbot: Any) -> None:
    table = table_of(qtbot, Numbers(20 * PAGE))
    table.reload()
    table.selectAll()
    table.choose(3)
    fetched = table.rows_model.rowCount()
    QApplication.processEvents()
    assert (table.selected(), table.rows_model.rowCount()) == ([3], fetched)


def test_rows_selected_here_and_there_follow_their_rows(qtbot: Any) -> None:
    load = Numbers(3 * KEPT)
    table = table_of(qtbot, load)
    table.reload()
    table.rows_model.fetch(3 * KEPT)
    select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for number in (2, 3, 7, 2 * KEPT):
        table.selectionModel().select(table.rows_model.index(number, 0), select)
    table.reload()
    assert table.selected() == [2, 3, 7, 2 * KEPT]
    load.count = KEPT
    table.reload()
    assert table.selected() == [2, 3, 7]


def test_painting_a_heading_does_not_ask_every_selected_row(qtbot: Any) -> None:
    class Counted(RowsModel[int]):
        asked = 0

        def flags(self, index: Any) -> Qt.ItemFlag:
            self.asked += 1
            return super().flags(index)

    model = Counted([Column[int]("数", str, sort="number"), Column[int]("两倍", str)], Numbers(10 * PAGE))
    table = RowTable("数", model, lambda n: n)
    qtbot.addWidget(table)
    table.show()
    table.reload()
    table.selectAll()
    assert len(table.selected()) == 10 * PAGE
    model.asked = 0
    table.horizontalHeader().grab()
    assert model.asked == 0
