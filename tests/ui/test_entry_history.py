"""Undo and redo over the fields of a record, with keys only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from ui_seeing import type_text

from jgclient.ui.entry_history import History
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.frame import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: MainWindow, qtbot: Any) -> EntryPage:
    qtbot.waitActive(window)
    window.show_page("entry", form="check")
    found = window.page("entry")
    assert isinstance(found, EntryPage)
    return found


def fill(page: EntryPage, name: str, text: str) -> None:
    assert page.view is not None
    page.view.focus(name)
    field = page.view.rows[name].input
    field.selectAll()
    type_text(field, text)
    press(Qt.Key.Key_Return)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def held(page: EntryPage, name: str) -> tuple[str, str]:
    """What a field shows and what the store has of it."""
    assert page.session is not None
    assert page.view is not None
    draft = page.desk.store.records.draft(page.session.opened.record_id)
    return page.view.rows[name].input.raw(), draft.texts.get(name, "") if draft else ""


def test_fields_are_taken_back_one_by_one_and_done_again(page: EntryPage, window: MainWindow) -> None:
    fill(page, "check_action_name", "对甲的检查")
    fill(page, "administrative_cp", "甲公司")
    fill(page, "administrative_cp", "乙公司")
    press(Qt.Key.Key_Z, CTRL)
    assert held(page, "administrative_cp") == ("甲公司", "甲公司")
    assert page.binding.focused == "administrative_cp", "she sees what was taken back"
    press(Qt.Key.Key_Z, CTRL)
    assert held(page, "administrative_cp") == ("", "")
    press(Qt.Key.Key_Z, CTRL)
    assert held(page, "check_action_name") == ("", "")
    for _ in range(3):
        press(Qt.Key.Key_Y, CTRL)
    assert held(page, "administrative_cp") == ("乙公司", "乙公司")
    assert held(page, "check_action_name") == ("对甲的检查", "对甲的检查")
    press(Qt.Key.Key_Y, CTRL)
    assert "没有可以恢复的了" in window.foot._said.text()


def test_inside_a_field_the_keys_belong_to_what_is_being_typed(page: EntryPage) -> None:
    fill(page, "check_action_name", "对甲的检查")
    assert page.view is not None
    page.view.focus("administrative_cp")
    field = page.view.rows["administrative_cp"].input
    type_text(field, "甲公司")
    press(Qt.Key.Key_Z, CTRL)
    assert field.text() == ""
    assert held(page, "check_action_name")[0] == "对甲的检查"


def test_something_new_forgets_what_was_taken_back(page: EntryPage) -> None:
    fill(page, "check_action_name", "一")
    press(Qt.Key.Key_Z, CTRL)
    fill(page, "check_action_name", "二")
    press(Qt.Key.Key_Y, CTRL)
    assert held(page, "check_action_name")[0] == "二"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text(max_size=2)), max_size=8))
def test_all_the_way_back_and_forth_is_where_one_was(states: list[dict[str, str]]) -> None:
    history = History({})
    for state in states:
        history.settle(state)
    seen = []
    while (texts := history.back()) is not None:
        seen.append(texts)
    assert not seen or seen[-1] == {}
    last = None
    while (texts := history.forth()) is not None:
        last = texts
    assert last == (states[-1] if seen else None)
