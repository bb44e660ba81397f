"""The window: pages, badges, status line, keys, closing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView
from ui_seeing import all_told, clipped, grab
from ui_stories import NOW, TODAY, Story

from jgclient.ui.foot import network_words
from jgclient.ui.frame import PAGES, MainWindow
from jgclient.ui.parts import PageBase

ALL_PAGES = sorted(PAGES)


@pytest.mark.parametrize("name", ALL_PAGES)
def test_every_page_shows_an_empty_store_without_cut_words(window: MainWindow, name: str) -> None:
    assert window.show_page(name)
    assert window.front == name
    assert clipped(window) == []


@pytest.mark.parametrize("name", ALL_PAGES)
def test_every_page_shows_a_full_store_without_cut_words(
    window: MainWindow, story: Story, name: str, qtbot: Any
) -> None:
    story.everything()
    window.desk.data_changed.emit()
    assert window.show_page(name)
    all_told(window)
    qtbot.wait(1)
    assert clipped(window) == []


@pytest.mark.parametrize("name", ALL_PAGES)
def test_every_control_has_a_name_for_screen_readers(window: MainWindow, name: str) -> None:
    window.show_page(name)
    kinds = (QLineEdit, QComboBox, QAbstractButton, QTableView)
    nameless = [
        control
        for kind in kinds
        for control in window.findChildren(kind)
        if control.isVisible() and not (control.accessibleName() or getattr(control, "text", str)())
    ]
    assert nameless == []


@pytest.mark.parametrize("name", ALL_PAGES)
def test_the_window_fits_the_smallest_screen(window: MainWindow, story: Story, name: str) -> None:
    story.everything()
    window.desk.data_changed.emit()
    window.show_page(name)
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 728


def test_pages_are_made_when_first_shown_and_kept(window: MainWindow) -> None:
    assert list(window._leaves) == ["workbench"]
    window.show_page("records")
    page = window.page("records")
    window.show_page("workbench")
    window.show_page("records")
    assert window.page("records") is page


def status_line_is(window: MainWindow, qtbot: Any, words: str) -> None:
    qtbot.waitUntil(lambda: window.foot._waiting.text() == words)


def test_badges_and_status_line_tell_what_waits(window: MainWindow, story: Story, qtbot: Any) -> None:
    story.everything()
    window.desk.data_changed.emit()
    assert window.rail.buttons["records"].badge == 2
    assert window.rail.buttons["records"].accessibleDescription() == "2 条"
    assert window.rail.buttons["queue"].badge == 3
    status_line_is(window, qtbot, "待上报 3 条 · 1 条已逾期，请立即联网上报")
    assert window.foot._who.text() == "郑州市某某局 · 李某 · 已加密保存"


def test_status_line_names_the_latest_day(window: MainWindow, story: Story, qtbot: Any) -> None:
    story.queued(urgent_by=TODAY + timedelta(days=2))
    story.queued(urgent_by=TODAY)
    window.desk.data_changed.emit()
    status_line_is(window, qtbot, "待上报 2 条 · 最迟今天 24:00 前联网，1 条待上报")


def test_network_words_say_only_what_is_known() -> None:
    assert network_words({}, NOW) == ("还没有联网上报过", "draft")
    at = (NOW - timedelta(minutes=4)).isoformat()
    assert network_words({"at": at, "stopped": ""}, NOW) == ("上次上报 10:42", "accepted")
    yesterday = (NOW - timedelta(days=1)).isoformat()
    assert network_words({"at": yesterday, "stopped": "x"}, NOW) == ("上次上报未完成 · 昨天 10:46", "warning")


@pytest.mark.parametrize(
    ("key", "page"),
    [
        (Qt.Key.Key_1, "workbench"),
        (Qt.Key.Key_2, "new"),
        (Qt.Key.Key_3, "records"),
        (Qt.Key.Key_4, "queue"),
        (Qt.Key.Key_5, "import"),
        (Qt.Key.Key_6, "deadlines"),
        (Qt.Key.Key_7, "catalogue"),
        (Qt.Key.Key_8, "settings"),
        (Qt.Key.Key_N, "new"),
    ],
)
def test_keys_reach_every_page(window: MainWindow, qtbot: Any, key: Qt.Key, page: str) -> None:
    qtbot.waitActive(window)
    window.show_page("records" if page != "records" else "settings")
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert window.front == page
    assert window.rail.buttons[PAGES[page].rail].isChecked()


def test_ctrl_f_goes_to_the_search_box(window: MainWindow, qtbot: Any) -> None:
    window.show_page("settings")
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.front == "records"
    box = window.page("records").search
    assert box is not None
    qtbot.waitUntil(box.hasFocus)


def test_a_page_that_does_not_let_go_stays_in_front(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_page("records")
    monkeypatch.setattr(window.page("records"), "leave", lambda: False)
    assert not window.show_page("settings")
    assert window.front == "records"
    assert window.rail.buttons["records"].isChecked()
    assert not window.close()
    monkeypatch.setattr(window.page("records"), "leave", PageBase.leave.__get__(window.page("records")))


def test_what_was_said_goes_with_the_page(window: MainWindow) -> None:
    window.desk.say("已保存", "accepted")
    assert window.foot._said.text() == "已保存"
    window.show_page("records")
    assert window.foot._said.text() == ""


def test_at_midnight_everything_is_counted_anew(window: MainWindow, story: Story, qtbot: Any) -> None:
    story.queued(urgent_by=TODAY)
    window.desk.data_changed.emit()
    status_line_is(window, qtbot, "待上报 1 条 · 最迟今天 24:00 前联网，1 条待上报")
    window._tick()
    window.desk.clock = lambda: NOW + timedelta(days=1)
    window._tick()
    status_line_is(window, qtbot, "待上报 1 条 · 1 条已逾期，请立即联网上报")


def test_pictures_are_not_blank(window: MainWindow, story: Story, tmp_path: Path) -> None:
    story.everything()
    window.desk.data_changed.emit()
    picture = QImage(str(grab(window, tmp_path / "workbench.png")))
    colours = {picture.pixelColor(x, y).name() for x in range(0, 1366, 7) for y in range(0, 728, 7)}
    assert {"#f4f6f9", "#ffffff", "#1f5fbf"} <= colours
    assert len(colours) > 20
