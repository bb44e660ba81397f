"""Every page at the sizes and in the colours of the offices: nothing cut, overlapping or pale."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from ui_seeing import clipped, overlapping, pale, squeezed
from ui_stories import Story

from jgclient.ui import theme
from jgclient.ui.frame import PAGES, MainWindow

pytestmark = pytest.mark.heavy

#: 1366×768 and 1920×1080 less task bar and title line, and what is left of both at 150 %.
SIZES = [(1366, 728), (1920, 1040), (911, 485), (1280, 693)]


def show(window: MainWindow, name: str) -> None:
    window.show_page(name, **({"form": "check"} if name == "entry" else {}))
    settle()


def settle() -> None:
    for _ in range(8):  # a layout that gives room to wrapped words asks for another round
        QApplication.processEvents()


def faults(window: MainWindow) -> list[str]:
    return [*(f"cut: {one}" for one in clipped(window)), *overlapping(window), *squeezed(window)]


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
        show(window, name)
        if found := faults(window):
            wrong[name] = found
    assert wrong == {}
    assert (window.width(), window.height()) == size


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_form_fits_with_all_its_problems_told(
    window: MainWindow, size: tuple[int, int], qtbot: Any
) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    page: Any = window.page("entry")
    wrong = {}
    for form in window.desk.record_forms():
        window.show_page("entry", form=form.id)
        page.finish()
        settle()
        found = faults(window)
        page.aids.open_batch()
        settle()
        found += faults(window)
        page.aids.close_batch()
        if found:
            wrong[form.id] = found
    assert wrong == {}


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
