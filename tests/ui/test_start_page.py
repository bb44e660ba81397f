"""The first run, practising, the manual."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from shiboken6 import delete
from ui_seeing import all_told, type_text
from ui_stories import NOW

from jgclient import practice
from jgclient.store import Store, open_store
from jgclient.ui import practice_door
from jgclient.ui.frame import MainWindow
from jgclient.ui.help_page import HelpPage, manual
from jgclient.ui.start_page import StartPage


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A profile nobody has set up."""
    with open_store(tmp_path / "data", clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StartPage:
    window.show_page("start")
    made = window.page("start")
    assert isinstance(made, StartPage)
    return made


def fill(page: StartPage, name: str, text: str) -> None:
    box = page.rows[name].box
    box.setFocus()
    box.clear()
    type_text(box, text)
    box.editingFinished.emit()


def test_three_answers_and_the_first_record_is_open(
    window: MainWindow, page: StartPage, store: Store
) -> None:
    page.go_button.click()
    assert window.front == "start"
    assert "单位名称" in window.foot._said.text()
    fill(page, "unit_name", "郑州市某某局")
    fill(page, "unit_code", "11410100000000019W")
    assert store.settings.get("unit_region") == "410100"
    fill(page, "user_name", "李某")
    assert not page.missing.isVisible()
    page.go_button.click()
    assert window.front == "new"
    all_told(window)
    assert "郑州市某某局" in window.foot._who.text()


def test_a_typed_region_is_not_overwritten(page: StartPage, store: Store) -> None:
    fill(page, "unit_region", "410102")
    fill(page, "unit_code", "11410100000000019W")
    assert store.settings.get("unit_region") == "410102"


def test_without_a_network_no_address_is_asked_for(page: StartPage) -> None:
    assert page.rows["gateway_url"].isVisible()
    page.offline.click()
    assert not page.rows["gateway_url"].isVisible()
    page.online.click()
    assert page.rows["gateway_user"].isVisible()


def test_practising_opens_a_window_on_data_of_its_own(
    window: MainWindow, page: StartPage, store: Store, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(practice_door, "start_window", lambda folder: bool(opened.append(folder)) or True)
    page.practice_button.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=60_000)
    assert opened == [str(store.folder / practice.FOLDER)]
    assert "不会上报" in window.foot._said.text()
    assert store.records.counts_by_state() == {}
    with open_store(Path(opened[0]), clock=lambda: NOW) as made:
        assert practice.is_practice(made)


def test_a_practice_profile_is_named_in_the_title(store: Store, desk: Any) -> None:
    store.settings.set(practice.PRACTICE, True)
    made = MainWindow(desk)
    assert "练习" in made.windowTitle()
    delete(made)


def test_the_manual_is_shown_with_its_pictures_and_searched(window: MainWindow, qtbot: Any) -> None:
    window.show_page("help")
    page = window.page("help")
    assert isinstance(page, HelpPage)
    assert page.browser.textCursor().position() == 0
    document = page.browser.document()
    file = manual()
    assert file is not None
    names = re.findall(r"\((images/.+?)\)", file.read_text("utf-8"))
    assert len(names) >= 8
    kind = QTextDocument.ResourceType.ImageResource
    assert [name for name in names if document.resource(int(kind), QUrl(name)) is None] == []
    assert [name for name in names if not (file.parent / name).is_file()] == []
    page.search.setText("恢复码")
    qtbot.waitUntil(lambda: page.browser.textCursor().selectedText() == "恢复码")
    page._find("没有这样的词")
    assert "手册里没有" in window.foot._said.text()
