"""Keyboard and screen reader on every page: reached with Tab, named, seen when it has the focus."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from ui_stories import Story

from jgclient.ui import theme
from jgclient.ui.frame import PAGES, MainWindow

#: Pages whose fields are walked by the form itself (tests of the entry page).
ARGUMENTS = {"entry": {"form": "check"}}


@pytest.fixture
def full(window: MainWindow, story: Story, qtbot: Any) -> MainWindow:
    story.everything()
    window.desk.data_changed.emit()
    qtbot.waitActive(window)
    return window


def open_page(window: MainWindow, name: str) -> QWidget:
    assert window.show_page(name, **ARGUMENTS.get(name, {}))
    for _ in range(4):
        QApplication.processEvents()
    return window.page(name)


def takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None


def reachable(window: MainWindow) -> list[QWidget]:
    return [widget for widget in window.findChildren(QWidget) if takes_tab(widget)]


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {name_of(widget) or widget.objectName()}".strip()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_everything_that_takes_the_focus_has_a_name_and_a_role(full: MainWindow, name: str) -> None:
    open_page(full, name)
    widgets = reachable(full)
    assert widgets
    assert [described(widget) for widget in widgets if not name_of(widget)] == []
    roles = {QAccessible.queryAccessibleInterface(widget).role() for widget in widgets}
    assert QAccessible.Role.NoRole not in roles


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"entry"}))
def test_tab_reaches_everything_and_comes_back(full: MainWindow, name: str) -> None:
    open_page(full, name)
    wanted = set(reachable(full))
    begun = QApplication.focusWidget()
    assert begun is not None, "a page begins with the focus somewhere"
    QTest.keyClick(begun, Qt.Key.Key_Tab)
    first = QApplication.focusWidget()
    met: list[QWidget] = []
    for _ in range(2 * len(wanted) + 4):
        here = QApplication.focusWidget()
        assert here is not None
        met.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            break
    grouped = {widget for widget in wanted if _in_group(widget)}  # arrows move inside a group
    missed = [described(widget) for widget in wanted - grouped - set(met)]
    assert missed == []
    assert QApplication.focusWidget() is first


def _in_group(widget: QWidget) -> bool:
    if not isinstance(widget, QAbstractButton):
        return False
    return widget.autoExclusive() or (widget.group() is not None and widget.group().exclusive())


@pytest.mark.heavy
@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_the_focus_is_seen(full: MainWindow, qapp: QApplication, scheme: str) -> None:
    theme.apply(qapp, theme.SCHEMES[scheme])
    try:
        unseen = {}
        for name in sorted(PAGES):
            page = open_page(full, name)
            kinds: dict[str, QWidget] = {}
            for widget in reachable(full):
                if page.isAncestorOf(widget):
                    kinds.setdefault(f"{type(widget).__name__}/{widget.property('kind')}", widget)
            found = [described(widget) for widget in kinds.values() if not _changes(widget)]
            if found:
                unseen[name] = found
        assert unseen == {}
    finally:
        theme.apply(qapp, theme.LIGHT)


def _changes(widget: QWidget) -> bool:
    """Whether the widget is painted otherwise with the focus than without it."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    if isinstance(widget, QLineEdit):
        widget.deselect()
    with_focus = widget.grab().toImage()
    widget.clearFocus()
    return with_focus != widget.grab().toImage()


def test_state_is_never_told_by_colour_alone(full: MainWindow) -> None:
    for name in sorted(PAGES):
        page = open_page(full, name)
        marks = [
            w
            for w in page.findChildren(QLabel)
            if w.isVisible() and (w.property("chip") or w.property("tone"))
        ]
        assert [described(mark) for mark in marks if not mark.text().strip()] == [], name
