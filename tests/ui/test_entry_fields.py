"""The inputs of the entry window: input methods, keys, growing, the list of choices."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from ui_seeing import type_text

from jgclient.forms.definition import Field
from jgclient.ui.entry_dress import Dress
from jgclient.ui.entry_lookup import Choice, ChoiceList, Lookup
from jgclient.ui.field_widgets import LineField, LongField

MONEY = Field("fine", "罚款金额", "money", unit="元")
NAME = Field("name", "名称", "text")
WORDS = ["01 日常检查", "02 专项检查", "99 其他检查"]
STRICT = Lookup(lambda text: [Choice(w) for w in WORDS if text in w], strict=True)
SEVERAL = Lookup(lambda text: [Choice(w) for w in ("张某", "王某某") if text in w], several=True)


class Desktop(QWidget):
    """A window with two lines, a long text and the list of choices."""

    def __init__(self) -> None:
        super().__init__()
        self.line = LineField(NAME, arrow=True)
        self.money = LineField(MONEY, arrow=False)
        self.long = LongField(Field("facts", "违法事实", "long_text"))
        self.other = QLineEdit()
        column = self.column = QVBoxLayout(self)
        for widget in (self.line, self.money, self.long, self.other):
            column.addWidget(widget)
        self.choices = ChoiceList(self)
        self.line.popup = self.choices
        self.choices.picked.connect(lambda line, text: line.put(text))
        self.resize(500, 500)


@pytest.fixture
def desktop(qtbot: Any) -> Desktop:
    made = Desktop()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    made.line.setFocus()
    qtbot.waitUntil(made.line.hasFocus)
    return made


def press(
    widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(widget, key, modifier)


def test_committed_words_and_full_width_digits_arrive_whole(desktop: Desktop) -> None:
    type_text(desktop.line, "郑州１２")
    assert desktop.line.raw() == "郑州１２"
    desktop.money.setFocus()
    type_text(desktop.money, "５０００元")
    assert desktop.money.raw() == "５０００元"


def test_composition_is_not_typing_until_it_is_committed(desktop: Desktop) -> None:
    spy = QSignalSpy(desktop.line.typed)
    QApplication.sendEvent(desktop.line, QInputMethodEvent("zheng", []))
    assert spy.count() == 0
    assert desktop.line.raw() == ""
    type_text(desktop.line, "郑")
    assert desktop.line.raw() == "郑"
    assert spy.count() == 1


def test_amount_is_grouped_only_while_the_focus_is_elsewhere(desktop: Desktop) -> None:
    desktop.money.show_text("5000", Dress("5,000.00", "元", "伍仟元整"))
    assert desktop.money.text() == "5,000.00"
    desktop.money.setFocus()
    assert desktop.money.text() == "5000"
    assert desktop.money.selectedText() == "5000"
    assert desktop.money.raw() == "5000"


def test_what_the_program_shows_is_not_typing(desktop: Desktop) -> None:
    line, long = QSignalSpy(desktop.money.typed), QSignalSpy(desktop.long.typed)
    desktop.money.show_text("5000", Dress("5,000.00"))
    desktop.long.show_text("事实", Dress("事实"))
    assert (line.count(), long.count()) == (0, 0)


@pytest.mark.parametrize("name", ["line", "long"])
@pytest.mark.parametrize(
    ("key", "modifier", "step"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, 1),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier, -1),
    ],
)
def test_enter_and_tab_go_on(
    desktop: Desktop, name: str, key: Qt.Key, modifier: Qt.KeyboardModifier, step: int
) -> None:
    field = getattr(desktop, name)
    field.setFocus()
    spy = QSignalSpy(field.stepped)
    press(field, key, modifier)
    assert [spy.at(n) for n in range(spy.count())] == [[step]]
    assert field.raw() == ""


def test_shift_enter_breaks_the_line_of_a_long_text(desktop: Desktop) -> None:
    desktop.long.setFocus()
    type_text(desktop.long, "第一行")
    press(desktop.long, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    type_text(desktop.long, "第二行")
    assert desktop.long.raw() == "第一行\n第二行"


def test_long_text_grows_until_it_scrolls(desktop: Desktop) -> None:
    low = desktop.long.height()
    desktop.long.show_text("\n".join("事实" for _ in range(6)), Dress(""))
    grown = desktop.long.height()
    desktop.long.show_text("\n".join("事实" for _ in range(60)), Dress(""))
    highest = desktop.long.height()
    desktop.long.show_text("\n".join("事实" for _ in range(90)), Dress(""))
    assert low < grown < highest == desktop.long.height()
    desktop.long.show_text("", Dress(""))
    assert desktop.long.height() == low


def test_wheel_changes_nothing(desktop: Desktop) -> None:
    desktop.money.show_text("5000", Dress("5,000.00"))
    desktop.money.setFocus()
    for widget in (desktop.money, desktop.long, desktop.long.viewport()):
        turn = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, turn)
    assert desktop.money.raw() == "5000"
    assert desktop.long.raw() == ""


def test_leaving_is_told_once_and_not_for_another_window(desktop: Desktop) -> None:
    spy = QSignalSpy(desktop.line.left)
    desktop.money.setFocus()
    assert spy.count() == 1


def test_list_marks_the_first_choice_where_only_choices_are_right(desktop: Desktop) -> None:
    type_text(desktop.line, "专项")
    desktop.choices.offer(desktop.line, STRICT, "专项")
    assert desktop.choices.is_open_for(desktop.line)
    press(desktop.line, Qt.Key.Key_Return)
    assert desktop.line.raw() == "02 专项检查"
    assert not desktop.choices.isVisible()


def test_arrow_keys_move_in_the_open_list_and_the_field_keeps_the_focus(desktop: Desktop) -> None:
    desktop.choices.offer(desktop.line, STRICT, "检查")
    press(desktop.line, Qt.Key.Key_Down)
    press(desktop.line, Qt.Key.Key_Down)
    press(desktop.line, Qt.Key.Key_Up)
    assert desktop.line.hasFocus()
    press(desktop.line, Qt.Key.Key_Tab)
    assert desktop.line.raw() == "02 专项检查"


def test_free_field_takes_a_choice_only_when_asked_to(desktop: Desktop) -> None:
    type_text(desktop.line, "王")
    desktop.choices.offer(desktop.line, SEVERAL, "王")
    press(desktop.line, Qt.Key.Key_Return)
    assert desktop.line.raw() == "王"


def test_list_completes_the_last_of_several_entries(desktop: Desktop) -> None:
    type_text(desktop.line, "李某、王")
    desktop.choices.offer(desktop.line, SEVERAL, "李某、王")
    press(desktop.line, Qt.Key.Key_Down)
    press(desktop.line, Qt.Key.Key_Return)
    assert desktop.line.raw() == "李某、王某某"


def test_escape_closes_the_list_and_keeps_the_text(desktop: Desktop) -> None:
    type_text(desktop.line, "检查")
    desktop.choices.offer(desktop.line, STRICT, "检查")
    press(desktop.line, Qt.Key.Key_Escape)
    assert not desktop.choices.isVisible()
    assert desktop.line.raw() == "检查"


def test_list_stays_shut_when_nothing_fits_or_the_choice_is_made(desktop: Desktop) -> None:
    desktop.choices.offer(desktop.line, STRICT, "没有")
    assert not desktop.choices.isVisible()
    desktop.choices.offer(desktop.line, STRICT, "02 专项检查")
    assert not desktop.choices.isVisible()


def test_a_click_takes_a_choice(desktop: Desktop, qtbot: Any) -> None:
    desktop.choices.offer(desktop.line, STRICT, "")
    spot = desktop.choices.visualItemRect(desktop.choices.item(2)).center()
    qtbot.mouseClick(desktop.choices.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert desktop.line.raw() == "99 其他检查"
    assert desktop.line.hasFocus()


def test_list_opens_above_a_field_at_the_lower_edge(desktop: Desktop, qtbot: Any) -> None:
    desktop.long.hide()
    desktop.other.hide()
    desktop.column.insertStretch(0, 1)
    qtbot.waitUntil(lambda: desktop.money.mapTo(desktop, QPoint(0, 0)).y() > 200)
    desktop.choices.offer(desktop.money, STRICT, "")
    top = desktop.money.mapTo(desktop, QPoint(0, 0)).y()
    assert 0 < desktop.choices.geometry().bottom() < top


def test_fields_are_named_for_screen_readers(desktop: Desktop) -> None:
    assert desktop.line.accessibleName() == "名称"
    assert desktop.long.accessibleName() == "违法事实"
    assert desktop.choices.accessibleName() == "可选内容"
