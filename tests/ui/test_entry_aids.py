"""Quick ways through the entry window: like the last one, phrases, templates, many objects; keys only."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from ui_seeing import type_text

from jgclient.aids import doubles, objects
from jgclient.records import State
from jgclient.store import ListQuery, RegisterRow
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.entry_row import AgainLine
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.frame import MainWindow

ITEM = "41010020200401"
FIRST, SECOND, THIRD = "91410100MA40001587", "91410100MA4000002R", "91410100MA0000015B"
NAME = "郑州安顺物业服务有限公司"
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
CHECK = {
    "supervise_item_implement_code": ITEM, "check_action_name": f"对{NAME}的日常检查",
    "administrative_cp": NAME, "administrative_cp_na": "法人", "administrative_cp_ce_type": "001",
    "administrative_cp_ui_code": FIRST, "check_date": "2026-11-12", "check_form": "日常",
    "check_type": "现场", "check_personnel": "张某、王某", "check_result": "未发现",
}  # fmt: skip


class Clerk:
    """Keys and an input method on the entry page."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        page = window.page("entry")
        assert isinstance(page, EntryPage)
        self.page = page

    @property
    def session(self) -> EntrySession:
        assert self.page.session is not None
        return self.page.session

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def go(self, name: str) -> Any:
        assert self.page.view is not None
        self.page.view.focus(name)
        return self.page.view.rows[name].input

    def type(self, name: str, text: str) -> None:
        field = self.go(name)
        field.selectAll()
        type_text(field, text)
        self.press(Qt.Key.Key_Return)

    def again(self, name: str) -> AgainLine:
        assert self.page.view is not None
        line = self.page.view.rows[name].findChild(AgainLine)
        assert line is not None
        return line

    def text(self, name: str) -> str:
        return self.session.texts.get(name, "")

    def said(self) -> str:
        return self.window.foot._said.text()

    def states(self) -> list[State]:
        return [row.state for row in self.window.desk.store.records.list(ListQuery(form="check"))]


@pytest.fixture
def clerk(window: MainWindow, qtbot: Any) -> Clerk:
    registers = window.desk.store.registers
    item = {"supervise_item_code": ITEM, "matter_name": "对物业服务收费的监管", "item_status": "01"}
    lists = {"supervise_item_code": ITEM, "exercise_level": "4", "implement_body_code": "11410100000000019W"}
    registers.upsert("item", [RegisterRow((ITEM, "对物业服务收费的监管"), item)], "测试")
    registers.upsert("implementation", [RegisterRow((ITEM, "4"), lists)], "测试")
    qtbot.waitActive(window)
    made = Clerk(window)
    assert window.show_page("entry", form="check")
    return made


def enter(clerk: Clerk, **more: str) -> str:
    for name, text in {**CHECK, **more}.items():
        clerk.type(name, text)
    return clerk.session.opened.record_id


def test_finish_and_another_like_it_copies_all_but_numbers(clerk: Clerk) -> None:
    number = clerk.text("check_action_code")
    enter(clerk, notice_code="郑检通〔2026〕1号")
    clerk.press(Qt.Key.Key_Return, CTRL | SHIFT)
    assert clerk.states() == [State.QUEUED]
    assert clerk.page.binding.focused == "administrative_cp"
    assert clerk.text("check_personnel") == "张某、王某"
    assert clerk.text("address_registered") == ""
    assert clerk.text("check_action_code") not in ("", number)
    assert clerk.text("notice_code") == ""
    assert clerk.session.is_new


def test_what_was_copied_with_an_object_goes_with_it(clerk: Clerk) -> None:
    enter(clerk, address_registered="建设路88号")
    clerk.press(Qt.Key.Key_Return, CTRL | SHIFT)
    assert clerk.text("administrative_cp_ui_code") == FIRST
    clerk.type("administrative_cp", "郑州另一家公司")
    assert clerk.text("administrative_cp_ui_code") == ""
    assert clerk.text("address_registered") == ""
    assert clerk.text("check_personnel") == "张某、王某"
    assert clerk.text("check_action_name") == "对郑州另一家公司的日常检查"


def test_a_new_record_like_the_last_one_by_key(clerk: Clerk) -> None:
    clerk.press(Qt.Key.Key_N, CTRL | SHIFT)
    assert clerk.said() == "还没有上一条：先录一条，再像它一样新增。"
    enter(clerk)
    clerk.press(Qt.Key.Key_Return, CTRL)
    assert clerk.text("check_personnel") == ""
    clerk.press(Qt.Key.Key_N, CTRL | SHIFT)
    assert clerk.text("check_personnel") == "张某、王某"
    assert clerk.text("check_form") == "01" or clerk.text("check_form") == "日常检查"


@pytest.mark.parametrize("name", ["check_finding", "check_action_name"])
def test_a_phrase_is_remembered_and_put_where_the_cursor_is(clerk: Clerk, name: str) -> None:
    field = clerk.go(name)
    clerk.press(Qt.Key.Key_F4)
    assert "还没有常用语" in clerk.said()
    type_text(field, "消防通道畅通")
    clerk.press(Qt.Key.Key_F4, SHIFT)
    assert "常用语" in clerk.said()
    field.selectAll()
    type_text(field, "经查，")
    clerk.press(Qt.Key.Key_F4)
    assert clerk.page.binding.choices.isVisible()
    clerk.press(Qt.Key.Key_Return)
    assert clerk.text(name) == "经查，消防通道畅通"
    assert field.hasFocus()
    assert not clerk.page.binding.choices.isVisible()


def test_what_earlier_records_say_is_offered_too(clerk: Clerk) -> None:
    enter(clerk, check_finding="证照齐全")
    clerk.press(Qt.Key.Key_Return, CTRL)
    clerk.go("check_finding")
    clerk.press(Qt.Key.Key_F4)
    clerk.press(Qt.Key.Key_Return)
    assert clerk.text("check_finding") == "证照齐全"


def test_typing_and_escape_put_the_phrases_away(clerk: Clerk) -> None:
    field = clerk.go("check_finding")
    type_text(field, "证照齐全")
    clerk.press(Qt.Key.Key_F4, SHIFT)
    clerk.press(Qt.Key.Key_F4)
    clerk.press(Qt.Key.Key_Escape)
    assert not clerk.page.binding.choices.isVisible()
    assert clerk.window.front == "entry"
    clerk.press(Qt.Key.Key_F4)
    type_text(field, "，")
    assert not clerk.page.binding.choices.isVisible()


def test_phrases_belong_to_words_not_to_choices(clerk: Clerk) -> None:
    clerk.go("check_result")
    clerk.press(Qt.Key.Key_F4)
    assert "不用常用语" in clerk.said()
    clerk.press(Qt.Key.Key_F4, SHIFT)
    assert "没有可以记的内容" in clerk.said()


def test_a_template_is_kept_and_fills_the_next_record_of_its_item(clerk: Clerk) -> None:
    clerk.press(Qt.Key.Key_F6)
    assert "请先选监管事项" in clerk.said()
    enter(clerk)
    clerk.press(Qt.Key.Key_F6)
    assert "存为本事项的模板" in clerk.said()
    clerk.press(Qt.Key.Key_Return, CTRL)
    clerk.type("supervise_item_implement_code", "wyfw")
    assert clerk.text("supervise_item_implement_code") == ITEM
    assert clerk.text("check_personnel") == "张某、王某"
    assert clerk.text("administrative_cp") == ""
    assert clerk.said().startswith("已带出 ")
    clerk.press(Qt.Key.Key_Z, CTRL)
    assert clerk.text("check_personnel") == ""


def test_many_objects_make_a_record_each(clerk: Clerk, qtbot: Any) -> None:
    store = clerk.window.desk.store
    known = {"object_code": SECOND, "object_name": "郑州惠民超市有限公司", "object_kind": "1"}
    store.registers.upsert(objects.REGISTER, [RegisterRow((SECOND,), known)], "测试")
    enter(clerk)
    clerk.press(Qt.Key.Key_F7)
    panel = clerk.page.batch
    assert panel.isVisible()
    assert panel.finder.hasFocus()
    type_text(panel.finder, "hmcs")
    clerk.press(Qt.Key.Key_Return)
    assert panel.area.toPlainText() == f"郑州惠民超市有限公司 {SECOND}"
    assert panel.finder.hasFocus()
    panel.area.appendPlainText(f"郑州新店有限公司，{THIRD}\n只有名称的店\n\n{SECOND}")
    qtbot.waitUntil(lambda: len(panel.parties) == 3)
    assert "共 3 个对象，第 3 行没有代码" in panel.verdict.text()
    clerk.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: clerk.window.front == "records", timeout=10_000)
    assert clerk.said() == "已为 2 个对象各录一条，等待上报；1 条还要补正，存为草稿"
    rows = {row.party: row for row in store.records.list(ListQuery(form="check"))}
    assert rows["郑州惠民超市有限公司"].state is State.QUEUED
    assert rows["郑州新店有限公司"].title == "对郑州新店有限公司的日常检查"
    assert rows["郑州新店有限公司"].party_code == THIRD
    assert rows["只有名称的店"].state is State.INVALID
    assert rows[NAME].state in (State.DRAFT, State.INVALID)
    assert len({row.number for row in rows.values()}) == 4


def test_a_list_of_objects_is_put_away_with_escape(clerk: Clerk) -> None:
    clerk.go("check_date")
    clerk.press(Qt.Key.Key_F7)
    assert not clerk.page.batch.make_button.isEnabled()
    clerk.press(Qt.Key.Key_Escape)
    assert not clerk.page.batch.isVisible()
    assert clerk.window.front == "entry"
    assert clerk.page.binding.focused == "check_date"


def test_an_act_typed_for_no_object_is_no_record_itself(clerk: Clerk, qtbot: Any) -> None:
    for name, text in CHECK.items():
        if name not in ("administrative_cp", "administrative_cp_ui_code", "check_action_name"):
            clerk.type(name, text)
    clerk.type("check_action_name", "日常检查")
    clerk.press(Qt.Key.Key_F7)
    type_text(clerk.page.batch.finder, f"郑州新店有限公司 {THIRD}")
    clerk.press(Qt.Key.Key_Return)
    clerk.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: clerk.window.front == "records", timeout=10_000)
    assert clerk.states() == [State.QUEUED]


def test_a_finished_record_is_no_pattern(clerk: Clerk) -> None:
    record_id = enter(clerk)
    clerk.press(Qt.Key.Key_Return, CTRL)
    assert clerk.window.show_page("entry", record_id=record_id)
    clerk.press(Qt.Key.Key_F7)
    assert not clerk.page.batch.isVisible()
    assert "只用于新录入" in clerk.said()


def test_a_record_of_the_list_is_a_pattern_for_a_new_one(clerk: Clerk, qtbot: Any) -> None:
    record_id = enter(clerk)
    clerk.press(Qt.Key.Key_Return, CTRL)
    clerk.window.show_page("records")
    qtbot.waitUntil(lambda: clerk.page.session is None or clerk.window.front == "records")
    clerk.press(Qt.Key.Key_D, CTRL)
    assert clerk.window.front == "entry"
    assert clerk.session.is_new
    assert clerk.session.opened.record_id != record_id
    assert clerk.text("administrative_cp") == NAME


@pytest.fixture
def twice(clerk: Clerk) -> Clerk:
    """The office wants amounts and identifiers typed twice."""
    clerk.window.desk.store.settings.set(doubles.SETTING, True)
    assert clerk.window.show_page("entry", form="penalty")
    return clerk


def test_an_amount_is_typed_twice_before_it_goes_on(twice: Clerk) -> None:
    twice.type("punish_type", "罚款")
    twice.type("fine", "5000")
    assert twice.again("fine").hasFocus()
    type_text(twice.again("fine"), "500")
    twice.press(Qt.Key.Key_Return)
    assert twice.said().endswith("不一样：请对照原件，重新输入")
    assert twice.page.binding.focused == "fine"
    twice.press(Qt.Key.Key_Return)
    type_text(twice.again("fine"), "5,000.00元")
    twice.press(Qt.Key.Key_Return)
    assert not twice.again("fine").isVisible()
    assert twice.page.binding.focused != "fine"
    assert twice.session.to_repeat() == ""


def test_what_was_typed_once_keeps_the_record_from_being_finished(twice: Clerk) -> None:
    field = twice.go("administrative_cp_ui_code")
    type_text(field, FIRST)
    twice.press(Qt.Key.Key_Return, CTRL)
    assert twice.again("administrative_cp_ui_code").hasFocus()
    assert "还要再输入一遍" in twice.said()
    type_text(twice.again("administrative_cp_ui_code"), FIRST.lower())
    twice.press(Qt.Key.Key_Tab)
    assert twice.session.to_repeat() == ""


def test_what_was_chosen_from_a_list_is_not_typed_again(twice: Clerk) -> None:
    known = {"object_code": SECOND, "object_name": "郑州惠民超市有限公司"}
    twice.window.desk.store.registers.upsert(objects.REGISTER, [RegisterRow((SECOND,), known)], "测试")
    twice.type("administrative_cp_ui_code", "hmcs")
    assert twice.text("administrative_cp_ui_code") == SECOND
    assert twice.session.to_repeat() == ""


def test_typing_twice_is_only_for_offices_that_want_it(clerk: Clerk) -> None:
    clerk.type("administrative_cp_ui_code", FIRST)
    assert clerk.session.to_repeat() == ""
    settings: Any = clerk.window.page("settings")
    settings.doubles.setChecked(True)
    assert clerk.window.desk.store.settings.get(doubles.SETTING) is True
