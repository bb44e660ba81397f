"""The opening page: numbers that are right and lead somewhere, the month, first steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from shiboken6 import delete
from ui_stories import NOW, TODAY, Story

from jgclient.store import Store, open_store
from jgclient.ui.background import Background
from jgclient.ui.desk import Desk, Reference
from jgclient.ui.frame import MainWindow
from jgclient.ui.workbench import Workbench


@pytest.fixture
def page(window: MainWindow, story: Story) -> Workbench:
    story.everything()
    window.desk.data_changed.emit()
    made = window.page("workbench")
    assert isinstance(made, Workbench)
    assert made.board is not None
    return made


def numbers(page: Workbench) -> dict[str, str]:
    return {name: card.number.text() for name, card in page.cards.items()}


def test_every_number_is_right(page: Workbench) -> None:
    # everything(): one overdue; today: one queued, one sent, one parked; tomorrow (Sunday): one
    assert numbers(page) == {
        "overdue": "1", "today": "3", "week": "4", "returned": "2", "waiting": "3", "drafts": "2",
    }  # fmt: skip
    assert page.cards["overdue"].accessibleName() == "逾期 1 件"
    assert page.cards["drafts"].accessibleDescription() == "其中 1 条有错"


def test_head_tells_the_day(page: Workbench) -> None:
    assert page.head_note() == "11月21日 星期六（休息日） · 下一个工作日 11月23日"


@pytest.mark.parametrize(
    ("card", "door"),
    [
        ("returned", {"page": "records", "states": "returned,conflict"}),
        ("waiting", {"page": "queue"}),
        ("drafts", {"page": "records", "states": "draft,invalid"}),
    ],
)
def test_numbers_are_doors(
    window: MainWindow, page: Workbench, qtbot: Any, monkeypatch: pytest.MonkeyPatch, card: str, door: Any
) -> None:
    went: list[dict[str, str]] = []
    monkeypatch.setattr(window, "show_page", lambda name, **args: went.append({"page": name, **args}))
    qtbot.mouseClick(page.cards[card], Qt.MouseButton.LeftButton)
    qtbot.keyClick(page.cards[card], Qt.Key.Key_Space)
    assert went == [door, door]


def test_limits_narrow_the_table_in_place(page: Workbench, qtbot: Any) -> None:
    qtbot.mouseClick(page.cards["overdue"], Qt.MouseButton.LeftButton)
    assert [item.left for item in page.board.model.rows()] == ["逾期 2 日"]
    assert page.board.card.title.text() == "已逾期"
    page.board.all_button.click()
    assert page.board.model.rowCount() == 9
    assert not page.board.all_button.isVisible()


def test_a_day_of_the_month_opens_what_ends_on_it(page: Workbench, qtbot: Any) -> None:
    month = page.board.month.month
    month.setFocus()
    qtbot.keyClick(month, Qt.Key.Key_Right)
    assert month.accessibleName() == "期限月历，11月22日 星期日，有期限到期"
    qtbot.keyClick(month, Qt.Key.Key_Return)
    assert [item.due for item in page.board.model.rows()] == [TODAY + timedelta(days=1)]
    assert page.board.card.title.text() == "11月22日 星期日到期"
    box = next(box for day, box in month.boxes() if day == TODAY)
    qtbot.mouseClick(
        month, Qt.MouseButton.LeftButton, pos=QPoint(int(box.center().x()), int(box.center().y()))
    )
    assert {item.due for item in page.board.model.rows()} == {TODAY}


def test_the_month_turns(page: Workbench, qtbot: Any) -> None:
    month = page.board.month.month
    qtbot.keyClick(month, Qt.Key.Key_PageDown)
    qtbot.keyClick(month, Qt.Key.Key_PageDown)
    assert month.day == date(2027, 1, 1)
    assert page.board.month.title.text() == "2027年1月"
    month.turn(-2)
    assert month.day == TODAY
    qtbot.keyClick(month, Qt.Key.Key_Up)
    assert month.day == TODAY - timedelta(days=7)


def test_progress_counts_what_the_platform_has(page: Workbench) -> None:
    doors = {
        form: door.text() for form, (_, _, door) in page.board.progress._lines.items() if door.isVisible()
    }
    assert doors == {"check": "1/7", "penalty": "0/2", "force": "0/1"}


def test_searching_goes_to_the_records(window: MainWindow, page: Workbench, qtbot: Any) -> None:
    page.search.setText("顺发")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert window.front == "records"
    assert window.page("records").search.text() == "顺发"  # type: ignore[union-attr]  # the page of records


def test_an_empty_store_says_where_to_begin(window: MainWindow) -> None:
    page = window.page("workbench")
    assert isinstance(page, Workbench)
    assert page.board.steps.isVisible()
    assert set(numbers(page).values()) == {"0"}
    window.show_page("workbench")
    assert page.board is not None
    assert page.focusWidget() is page.board.import_button


def test_all_done_is_said(window: MainWindow, story: Story) -> None:
    story.accepted()
    window.desk.data_changed.emit()
    page = window.page("workbench")
    assert isinstance(page, Workbench)
    assert page.board.empty.isVisible()
    assert page.board.empty.title.text() == "没有待办"


def test_the_window_does_not_wait_for_the_forms(
    qtbot: Any, store: Store, story: Story, reference: Reference
) -> None:
    story.everything()
    jobs = Background(lambda: open_store(store.folder, clock=lambda: NOW))
    desk = Desk(store, lambda: NOW, jobs, lambda: reference)
    window = MainWindow(desk)
    window.refresh()
    window.show_page("workbench")
    window.show()
    page = window.page("workbench")
    assert isinstance(page, Workbench)
    assert not desk.ready
    assert numbers(page)["returned"] == "2"
    assert numbers(page)["today"] == "…"
    assert page.board is None
    desk.preload()
    qtbot.waitUntil(lambda: page.board is not None and page.board.model.rowCount() == 9)
    window.close()
    jobs.close()
    delete(window)
