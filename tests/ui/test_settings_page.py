"""Settings that are chosen: looks, backups, reporting by itself; groups and doors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from ui_seeing import clipped

from jgclient.attaching import KEEP_LOCATION
from jgclient.packages import Keys
from jgclient.store import Store
from jgclient.sync.devices import PLATFORM_KEY
from jgclient.sync.schedule import AUTOMATIC, HOURS
from jgclient.ui import looks, theme
from jgclient.ui.frame import MainWindow
from jgclient.ui.settings_page import SettingsPage

GROUPS = ("单位和人员", "上报平台", "期限与提醒", "备份", "账户与安全", "外观", "本机")


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.show_page("settings")
    made = window.page("settings")
    assert isinstance(made, SettingsPage)
    return made


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_fits_without_scrolling(window: MainWindow, page: SettingsPage, group: str) -> None:
    window.show_page("settings", group=group)
    area: Any = page.stack.currentWidget()
    assert area.widget().sizeHint().height() <= area.viewport().height()
    assert clipped(window) == []


def test_a_door_opens_the_group_of_its_field(window: MainWindow, page: SettingsPage, qtbot: Any) -> None:
    window.show_page("settings", field="gateway_url")
    qtbot.waitUntil(page.rows["gateway_url"].box.hasFocus)
    assert page.stack.currentIndex() == 1


def test_colours_change_at_once_and_are_kept(qapp: QApplication, page: SettingsPage, store: Store) -> None:
    card = page.looks
    try:
        card.scheme.setCurrentIndex(card.scheme.findData("dark"))
        card.scheme.activated.emit(card.scheme.currentIndex())
        assert theme.roles() is theme.DARK
        card.size_choice.setCurrentIndex(card.size_choice.findData(125))
        card.size_choice.activated.emit(card.size_choice.currentIndex())
        assert looks.read(store.folder) == looks.Looks("dark", 125)
    finally:
        theme.apply(qapp, theme.LIGHT)


def test_backups_are_made_here_and_in_a_second_place(
    window: MainWindow, page: SettingsPage, store: Store, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    window.show_page("settings", group="备份")
    assert "还没有备份" in page.backup.last.text()
    answers.file = tmp_path / "second"
    answers.file.mkdir()
    page.backup._choose_place()
    assert page.backup.place.text() == str(answers.file)
    qtbot.mouseClick(page.backup.now_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)
    assert "手动" in page.backup.last.text()
    assert window.foot._said.text().startswith("已备份：")
    assert list(store.backups.second().iterdir())  # type: ignore[union-attr]
    page.backup.clear_button.click()
    assert store.backups.place() is None


def test_a_second_place_inside_the_data_folder_is_refused(
    window: MainWindow, page: SettingsPage, store: Store, answers: Any
) -> None:
    answers.file = store.folder
    page.backup._choose_place()
    assert store.backups.place() is None
    assert window.foot._said.text()


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("gateway_proxy", "http://10.1.2.3:8080/", "http://10.1.2.3:8080"),
        ("gateway_proxy", "10.1.2.3:8080", None),
        ("gateway_ca_file", "/no/such/file.pem", None),
    ],
)
def test_proxy_and_certificate_are_judged(
    window: MainWindow, page: SettingsPage, store: Store, name: str, typed: str, kept: str | None
) -> None:
    window.show_page("settings", group="上报平台")
    row = page.rows[name]
    row.box.setText(typed)
    row.box.editingFinished.emit()
    assert store.settings.get(name) == kept
    assert bool(kept) != ("没有保存" in row.under.text())


def test_reporting_by_itself_can_be_switched_off(page: SettingsPage, store: Store) -> None:
    assert page.automatic.isChecked()
    page.automatic.click()
    assert store.settings.get(AUTOMATIC) is False


def test_hours_and_the_platforms_key_are_typed_and_kept(page: SettingsPage, store: Store) -> None:
    hours = page.rows["sync_hours"]
    hours.box.setText("16:30，9:00")
    hours.box.editingFinished.emit()
    assert store.settings.get(HOURS) == ["09:00", "16:30"]
    page.refresh()
    assert hours.box.text() == "09:00、16:30"
    hours.box.setText("25:00")
    hours.box.editingFinished.emit()
    assert "“25:00”不是时间" in hours.under.text()
    hours.box.setText("")
    hours.box.editingFinished.emit()
    assert not store.settings.get(HOURS)
    key = page.rows["platform_key"]
    right = Keys.generate().public
    key.box.setText(f" {right} ")
    assert right.fingerprint in key.under.text()
    key.box.editingFinished.emit()
    assert store.settings.get(PLATFORM_KEY) == str(right)
    key.box.setText("nonsense")
    key.box.editingFinished.emit()
    assert store.settings.get(PLATFORM_KEY) == str(right)
    assert "没有保存" in key.under.text()


def test_where_photos_were_taken_is_kept_only_when_chosen(page: SettingsPage, store: Store) -> None:
    assert not page.location.isChecked()
    page.location.setChecked(True)
    assert store.settings.get(KEEP_LOCATION) is True
