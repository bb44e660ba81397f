"""Equal returns mended at once in the window, and what they taught."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from ui_seeing import all_told, clipped
from ui_stories import BAD_CODE, MISMATCH, NOW, Story

from jgclient import entering
from jgclient.records import State
from jgclient.store import ListQuery, Store
from jgclient.ui.frame import MainWindow
from jgclient.ui.returns_page import ReturnsPage

_RIGHT = "中原区顺发餐饮店"


@pytest.fixture
def page(window: MainWindow, story: Story, qtbot: Any) -> ReturnsPage:
    """Three records came back for one wrong name, one for another reason."""
    for _ in range(3):
        story.returned()
    story.returned("中原区老王餐馆", BAD_CODE)
    window.show_page("returns")
    made = window.page("returns")
    assert isinstance(made, ReturnsPage)
    settle(window, qtbot)
    return made


def settle(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)


def press(page: ReturnsPage, words: str) -> None:
    next(b for b in page._warnings.findChildren(QPushButton) if b.accessibleName() == words).click()


def test_one_correction_mends_all_equal_returns(
    window: MainWindow, page: ReturnsPage, store: Store, qtbot: Any
) -> None:
    model = page.table.rows_model
    assert [[column.text(row) for column in model.columns][0::2] for row in model.rows()] == [
        ["3", "主体信息不匹配"], ["1", "校验码不对"],
    ]  # fmt: skip
    assert page.head_note() == "2 种退回，4 条"
    assert "请核对营业执照上的名称" in page.why.text()
    [(name, box)] = page.boxes.items()
    assert (name, box.text()) == ("administrative_cp", "中原区顺发餐馆")
    qtbot.waitUntil(lambda: clipped(window) == [])
    page.mend()
    assert page.notice.words.text().startswith("栏目还没有改动")
    box.setText(_RIGHT)
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    # the story's records lack the rest
    qtbot.waitUntil(lambda: "3 条还有别的问题，已存为草稿" in page.notice.words.text(), timeout=20_000)
    settle(window, qtbot)
    drafts = [store.records.draft(row.id) for row in store.records.list(ListQuery())]
    assert sum(draft is not None and draft.texts["administrative_cp"] == _RIGHT for draft in drafts) == 3


def test_a_return_becomes_a_warning_while_typing_once_somebody_wants_it(
    window: MainWindow, page: ReturnsPage, store: Store, qtbot: Any
) -> None:
    library = window.desk.library
    form = library.get("penalty")
    texts = {"administrative_cp": "中原区顺发餐馆"}

    def codes() -> list[str]:
        reading = entering.check(store, library, form, texts, record_id="new", now=NOW)
        return [problem.code for problem in reading.problems if problem.code.startswith("learned")]

    assert codes() == []
    press(page, "以后提醒")
    settle(window, qtbot)
    assert codes() == [f"learned-{MISMATCH.code}"]
    press(page, "停用")
    settle(window, qtbot)
    assert codes() == []


def test_the_way_there_is_beside_what_needs_somebody(window: MainWindow, page: ReturnsPage) -> None:
    window.show_page("queue")
    queue: Any = window.page("queue")
    all_told(window)
    doors = {button.accessibleName(): button for button in queue.attention.findChildren(QPushButton)}
    doors["一起改正"].click()
    assert window.front == "returns"
    page.each_button.click()
    assert window.front == "entry"


def test_nothing_came_back(window: MainWindow, qtbot: Any) -> None:
    window.show_page("returns")
    settle(window, qtbot)
    page: Any = window.page("returns")
    assert not page.mend_button.isEnabled()
    assert page.head_note() == ""
    qtbot.waitUntil(lambda: clipped(window) == [])
    assert State.RETURNED not in window.desk.store.records.counts_by_state()
