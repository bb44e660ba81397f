"""Reminders in the window: told once whatever the clock does, also when the window is closed to the tray."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from ui_stories import NOW, Story

from jgclient.store import StoreError
from jgclient.ui.counting_card import CountingCard
from jgclient.ui.desk import Desk
from jgclient.ui.frame import MainWindow
from jgclient.ui.tray import Tray


class Ear:
    """Hears what is told."""

    def __init__(self, window: MainWindow) -> None:
        self.heard: list[tuple[str, str]] = []
        window.reminders.told.connect(self._hear)

    def _hear(self, title: str, text: str) -> None:
        self.heard.append((title, text))

    def take(self) -> list[tuple[str, str]]:
        heard, self.heard = self.heard, []
        return heard


@pytest.fixture
def ear(window: MainWindow) -> Ear:
    return Ear(window)


def at(window: MainWindow, moment: datetime) -> None:
    """The minute's tick at a moment of the clock on the wall, and what it finds."""
    window.desk.clock = lambda: moment
    window._tick()
    while window.reminders.busy:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def test_the_first_look_of_a_day_greets_with_a_digest(window: MainWindow, story: Story, ear: Ear) -> None:
    story.draft(day=date(2026, 11, 12))
    story.draft(day=date(2026, 11, 2))
    window.desk.data_changed.emit()
    at(window, NOW)
    ((title, text),) = ear.take()
    assert title == "今天的期限"
    assert text.splitlines()[0] == "1 件已逾期；1 件三个工作日内到期"
    assert window.foot._said.text().startswith("今天的期限：1 件已逾期")
    assert window.rail.buttons["deadlines"].badge == 1
    at(window, NOW + timedelta(minutes=1))
    assert ear.take() == []


def test_each_step_is_told_and_nothing_twice(window: MainWindow, story: Story, ear: Ear) -> None:
    story.draft(day=date(2026, 11, 16))  # ends on Wednesday the 25th
    window.desk.data_changed.emit()
    at(window, NOW)
    ear.take()
    told = []
    for hours in range(0, 24 * 9):
        at(window, NOW + timedelta(hours=hours))
        told += [(window.desk.today().day, title) for title, _ in ear.take()]
    assert told == [(day, "今天的期限") for day in (22, 23, 24, 25, 26, 27, 28, 29, 30)]


def test_what_comes_up_during_the_day_is_told_at_the_next_minute(
    window: MainWindow, story: Story, ear: Ear
) -> None:
    story.draft(day=date(2026, 11, 12))
    window.desk.data_changed.emit()
    at(window, NOW)
    ear.take()
    story.draft("某新公司", day=date(2026, 11, 13))  # ends on the 24th
    window.desk.data_changed.emit()
    at(window, NOW + timedelta(minutes=1))
    assert ear.take() == [("1 件还剩 2 个工作日", "还剩 2 个工作日：提交上报 某新公司")]


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(days=30), timedelta(days=400)])
def test_a_clock_that_jumps_and_comes_back_repeats_nothing(
    window: MainWindow, story: Story, ear: Ear, jump: timedelta
) -> None:
    story.draft(day=date(2026, 11, 12))
    window.desk.data_changed.emit()
    at(window, NOW)
    at(window, NOW + jump)
    ear.take()
    at(window, NOW + timedelta(minutes=2))
    assert ear.take() == []


def test_a_look_that_fails_is_told_and_made_again(
    window: MainWindow, story: Story, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("disk_full")

    story.draft(day=date(2026, 11, 12))
    window.desk.data_changed.emit()
    with monkeypatch.context() as broken:
        broken.setattr("jgclient.reminding.digest", lambda *_args, **_more: fail())
        at(window, NOW)
    assert "一分钟后再试" in window.foot._said.text()
    at(window, NOW + timedelta(minutes=1))
    ((_, text),) = ear.take()
    assert "还剩 1 个工作日：提交上报" in text


def test_nothing_near_is_nothing_said(window: MainWindow, ear: Ear) -> None:
    at(window, NOW)
    assert ear.take() == []
    assert window.rail.buttons["deadlines"].badge == 0


def test_many_records_are_looked_at_beside_the_window(
    window: MainWindow, story: Story, ear: Ear, qtbot: Any
) -> None:
    for number in range(201):
        story.draft(f"公司{number}", day=date(2026, 11, 12))
    window.desk.data_changed.emit()
    assert window.desk.limits.busy
    at(window, NOW)
    assert ear.take() == []
    qtbot.waitUntil(lambda: not window.desk.limits.busy, timeout=20_000)
    at(window, NOW + timedelta(minutes=1))
    ((_, text),) = ear.take()
    assert "201 件三个工作日内到期" in text
    assert "另有 198 件，点开查看" in text


def test_a_window_that_stays_is_hidden_and_goes_on_reminding(
    window: MainWindow, story: Story, ear: Ear, qtbot: Any
) -> None:
    story.draft(day=date(2026, 11, 12))
    window.desk.data_changed.emit()
    window.stays = True
    assert not window.close()
    assert window.isHidden()
    at(window, NOW)
    assert len(ear.take()) == 1
    done = []
    window.desk.jobs.run(
        lambda _store, _progress: done.append(1), done=window.desk._announce, failed=window.desk._refuse
    )
    qtbot.waitUntil(lambda: bool(done))  # the worker is still there
    window.stays = False


def test_the_icon_ends_the_program_for_good(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    tray = Tray(window)
    quits: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", lambda: quits.append(True))
    window.stays = True
    tray._quit()
    assert quits == [True]
    assert not window.isVisible()


def test_staying_beside_the_clock_begins_and_ends_with_the_setting(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "setVisible", lambda _self, _shown: None)
    tray = Tray(window)
    window.desk.data_changed.connect(tray.follow)
    window.show_page("deadlines")
    box = window.page("deadlines").findChild(CountingCard).tray
    box.setChecked(True)
    assert window.stays
    assert not QApplication.quitOnLastWindowClosed()
    box.setChecked(False)
    assert not window.stays
    assert QApplication.quitOnLastWindowClosed()


def test_begun_at_log_on_it_stays_whatever_the_setting_says(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "setVisible", lambda _self, _shown: None)
    for there in (True, False):
        monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda there=there: there)
        Tray(window, kept=True).follow()
        assert window.stays == there


def test_a_reminder_is_shown_by_the_icon(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _self, title, text, _icon: shown.append((title, text))
    )
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _self: None)
    tray = Tray(window)
    window.reminders.told.connect(tray.toast)
    window.reminders.told.emit("1 件今天到期", "今天：联网上报 某公司")
    assert shown == [("1 件今天到期", "今天：联网上报 某公司")]


def test_before_the_forms_are_there_nothing_is_looked_at(desk: Desk, window: MainWindow, ear: Ear) -> None:
    desk._reference, kept = None, desk._reference
    at(window, NOW + timedelta(days=1))
    assert ear.take() == []
    desk._reference = kept
