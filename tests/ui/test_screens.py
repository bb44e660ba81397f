"""Every page at the sizes and in the colours of the offices: nothing cut, overlapping or pale."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from ui_seeing import clipped, overlapping, pale
from ui_stories import Story

from jgclient.ui import theme
from jgclient.ui.frame import PAGES, MainWindow

pytestmark = pytest.mark.heavy

#: 1366×768 less task bar and title line, 1920×1080, and what is left of 1366×768 at 150 %.
SIZES = [(1366, 728), (1920, 1040), (911, 485)]
#: Pages of other rooms that are being fitted to the smallest size.
SMALL_LATER = frozenset({"workbench", "deadlines", "entry", "import", "selfcheck"})


def show(window: MainWindow, name: str) -> None:
    window.show_page(name, **({"form": "check"} if name == "entry" else {}))
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_is_cut_or_overlaps(
    window: MainWindow, story: Story, size: tuple[int, int], full: bool, qtbot: Any
) -> None:
    if full:
        story.everything()
        window.desk.data_changed.emit()
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    wrong = {}
    for name in PAGES:
        if size[0] < theme.NARROW and name in SMALL_LATER:
            continue
        show(window, name)
        found = [*(f"cut: {one}" for one in clipped(window)), *overlapping(window)]
        if found:
            wrong[name] = found
    assert wrong == {}
    assert (window.width(), window.height()) == size


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_words_are_painted_with_contrast(
    qapp: QApplication, window: MainWindow, story: Story, scheme: str
) -> None:
    story.everything()
    window.desk.data_changed.emit()
    try:
        theme.apply(qapp, theme.SCHEMES[scheme])
        wrong = {}
        for name in PAGES:
            show(window, name)
            if found := pale(window):
                wrong[name] = found
        assert wrong == {}
    finally:
        theme.apply(qapp, theme.LIGHT)


def test_the_finders_find(window: MainWindow) -> None:
    window.show_page("records")
    assert (clipped(window), overlapping(window), pale(window)) == ([], [], [])
    page: Any = window.page("records")
    page.withdraw_button.setStyleSheet("color: #d0d0d0; background: #ffffff")
    page.withdraw_button.move(page.mend_button.x() + 20, page.withdraw_button.y())
    window.foot._network.setFixedWidth(20)
    assert [one.split()[0] for one in pale(window)] == ["撤回"]
    assert any("改正" in one and "撤回" in one for one in overlapping(window))
    assert clipped(window) == [window.foot._network.text()]
