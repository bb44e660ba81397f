"""Accounts in the settings, the locked window, work under the name of whoever signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from ui_seeing import all_told, clipped, overlapping
from ui_stories import NOW, Story

from jgclient import accounts, entering
from jgclient.store import Store
from jgclient.ui.frame import MainWindow
from jgclient.ui.settings_page import SettingsPage


@pytest.fixture
def office(store: Store) -> Store:
    accounts.add(store, "王某", "2580", "admin")
    accounts.add(store, "李某", "7315", "clerk")
    return store


@pytest.fixture
def locked(office: Store, window: MainWindow) -> Any:
    """The screen over a window."""
    window.lock()
    assert window.lock_screen is not None
    assert window.lock_screen.locked
    return window.lock_screen


def people(window: MainWindow) -> Any:
    window.show_page("settings", group="账户与安全")
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    return page.people


def test_with_accounts_the_window_opens_locked(office: Store, window: MainWindow) -> None:
    assert window.lock_screen is not None
    assert window.lock_screen.locked


def test_without_accounts_nothing_is_locked(window: MainWindow) -> None:
    window.lock()
    assert window.lock_screen is None


def test_a_locked_window_lets_nobody_work(window: MainWindow, locked: Any, qtbot: Any) -> None:
    assert locked.geometry() == window.rect()
    before = window.front
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.front == before
    assert not window.centralWidget().isEnabled()  # type: ignore[union-attr]  # it has one
    assert (clipped(locked), overlapping(locked)) == ([], [])


def test_name_and_pin_open_it_and_bind_the_records(
    window: MainWindow, locked: Any, store: Store, qtbot: Any
) -> None:
    locked.names.setCurrentText("王某")
    qtbot.keyClicks(locked.pin, "1111")
    qtbot.keyClick(locked.pin, Qt.Key.Key_Return)
    assert "PIN 不对" in locked.wrong.text()
    assert locked.locked
    qtbot.keyClicks(locked.pin, "2580")
    qtbot.keyClick(locked.pin, Qt.Key.Key_Return)
    assert not locked.locked
    assert entering.author_of(store) == "王某"
    all_told(window)
    assert "王某" in window.foot._who.text()
    window.show_page("workbench")
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.front == "records"


def test_after_idle_minutes_it_locks_again(window: MainWindow, locked: Any, store: Store, qtbot: Any) -> None:
    locked.pin.setText("7315")
    locked.names.setCurrentText("李某")
    qtbot.keyClick(locked.pin, Qt.Key.Key_Return)
    store.settings.set(accounts.LOCK_AFTER, 5)
    window.desk.clock = lambda: NOW + timedelta(minutes=4)
    window._tick()
    assert not locked.locked
    qtbot.keyClick(window, Qt.Key.Key_Shift)
    window.desk.clock = lambda: NOW + timedelta(minutes=8)
    window._tick()
    assert not locked.locked
    window.desk.clock = lambda: NOW + timedelta(minutes=9)
    window._tick()
    assert locked.locked
    assert locked.names.currentText() == "李某"


def test_the_first_person_becomes_administrator_and_goes_on(window: MainWindow, store: Store) -> None:
    card = people(window)
    assert card.role.currentData() == "admin"
    card.name.setText("王某")
    card.pin.setText("1234")
    card.add_button.click()
    assert "太好猜" in window.foot._said.text()
    card.pin.setText("2580")
    card.add_button.click()
    assert [a.name for a in store.accounts.list()] == ["王某"]
    assert entering.author_of(store) == "王某"
    assert card.pin.text() == ""
    assert card.review.isEnabled()


def test_a_clerk_cannot_change_accounts(window: MainWindow, locked: Any, qtbot: Any) -> None:
    locked.names.setCurrentText("李某")
    locked.pin.setText("7315")
    qtbot.keyClick(locked.pin, Qt.Key.Key_Return)
    card = people(window)
    assert not card.add_button.isEnabled()
    assert not card.review.isEnabled()


def test_work_is_handed_over(window: MainWindow, locked: Any, store: Store, story: Story, qtbot: Any) -> None:
    locked.names.setCurrentText("王某")
    locked.pin.setText("2580")
    qtbot.keyClick(locked.pin, Qt.Key.Key_Return)
    record_id = story.draft()
    card = people(window)
    card.giver.setCurrentText("李某")
    card.taker.setCurrentText("李某")
    card.hand_button.click()
    assert "两个不同的人" in window.foot._said.text()
    card.taker.setCurrentText("王某")
    card.hand_button.click()
    qtbot.waitUntil(lambda: not window.desk.jobs.busy)
    assert store.records.draft(record_id).author == "王某"  # type: ignore[union-attr]  # still a draft
    QApplication.processEvents()
    assert "已移交草稿 1 条" in window.foot._said.text()
