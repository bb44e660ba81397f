"""The entry window as the clerk uses it: keyboard only, on a real store."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from ui_seeing import clipped, type_text
from ui_stories import BAD_CODE, Story

from jgclient.forms.definition import Form
from jgclient.records import State
from jgclient.store import ListQuery, RegisterRow, StoreError
from jgclient.ui import theme
from jgclient.ui.entry_form import FormView
from jgclient.ui.entry_page import EntryPage
from jgclient.ui.entry_row import FieldRow
from jgclient.ui.entry_session import EntrySession
from jgclient.ui.frame import MainWindow

ITEM = "41010020200401"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
CHECK = {
    "supervise_item_implement_code": ITEM,
    "check_action_name": "对郑州某某物业服务有限公司的日常检查",
    "administrative_cp": "郑州某某物业服务有限公司",
    "administrative_cp_na": "法人",
    "administrative_cp_ce_type": "统一社会信用代码",
    "administrative_cp_ui_code": "91410100MA40001587",
    "check_date": "2026.11.12",
    "check_form": "日常",
    "check_type": "现场",
    "check_personnel": "张某、王某",
    "check_result": "未发现",
}


class Clerk:
    """Types into the entry page with keys and an input method only."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def page(self) -> EntryPage:
        page = self.window.page("entry")
        assert isinstance(page, EntryPage)
        return page

    @property
    def view(self) -> FormView:
        assert self.page.view is not None
        return self.page.view

    @property
    def session(self) -> EntrySession:
        assert self.page.session is not None
        return self.page.session

    @property
    def here(self) -> str:
        return self.page.binding.focused

    def row(self, name: str) -> FieldRow:
        return self.view.rows[name]

    def begin(self, form: str) -> None:
        assert self.window.show_page("entry", form=form)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def type(self, name: str, text: str) -> None:
        """Go to a field, type, go on with Enter."""
        self.view.focus(name)
        field = self.row(name).input
        assert field.hasFocus()
        field.selectAll()
        type_text(field, text)
        self.press(Qt.Key.Key_Return)

    def problem(self, name: str) -> str:
        """What stands under a field about a problem."""
        lines = [
            w for w in self.row(name).findChildren(QLabel) if w.property("tone") in ("danger", "warning")
        ]
        return "".join(line.text() for line in lines if line.isVisible())

    def listed(self) -> list[str]:
        return [line.accessibleName() for line in self.page.problems.lines]


@pytest.fixture
def clerk(window: MainWindow, qtbot: Any) -> Clerk:
    item = {"supervise_item_code": ITEM, "matter_name": "对物业服务收费的监管", "item_status": "01"}
    lists = {
        "supervise_item_code": ITEM, "exercise_level": "4", "implement_body_code": "11410100000000019W",
    }  # fmt: skip
    registers = window.desk.store.registers
    registers.upsert("item", [RegisterRow((ITEM, "对物业服务收费的监管"), item)], "测试")
    registers.upsert("implementation", [RegisterRow((ITEM, "4"), lists)], "测试")
    qtbot.waitActive(window)
    return Clerk(window)


def record_forms(clerk: Clerk) -> list[Form]:
    return clerk.window.desk.record_forms()


def test_every_form_is_shown_whole_with_names_for_screen_readers(clerk: Clerk, qtbot: Any) -> None:
    forms = record_forms(clerk)
    assert len(forms) >= 4
    for form in forms:
        clerk.begin(form.id)
        assert clerk.page.title == form.title
        assert [b.accessibleName() for b in clerk.page.sections.buttons] == [s.title for s in form.sections]
        shown = clerk.view.shown()
        assert [name for name in clerk.view.rows if clerk.row(name).isVisible()] == shown
        assert all(clerk.row(name).input.accessibleName() == form.field(name).title for name in shown)
        qtbot.waitUntil(lambda: clipped(clerk.window) == [], timeout=2000)


def test_focus_starts_in_the_first_empty_field(clerk: Clerk) -> None:
    clerk.begin("check")
    assert clerk.here == "supervise_item_implement_code"
    assert clerk.page.rule.title.text() == "监管事项目录编码"
    assert clerk.page.sections.buttons[0].isChecked()


def test_red_star_and_description_mark_required_fields(clerk: Clerk) -> None:
    clerk.begin("check")
    assert "*" in clerk.row("check_action_name").title.text()
    assert clerk.row("check_action_name").input.accessibleDescription() == "必填"
    assert "*" not in clerk.row("plan_id").title.text()


def test_a_check_is_entered_and_finished_with_the_keyboard_alone(clerk: Clerk) -> None:
    clerk.begin("check")
    for name, text in CHECK.items():
        clerk.type(name, text)
    assert clerk.row("check_form").input.text() == "01 日常检查"
    record_id = clerk.session.opened.record_id
    clerk.press(Qt.Key.Key_Return, CTRL)
    revision = clerk.window.desk.store.records.last_revision(record_id)
    assert revision is not None
    assert revision.content["check_form"] == "01"
    assert revision.content["check_date"] == "2026-11-12"
    assert revision.content["supervise_item_check_icode"] == "11410100000000019W4"
    row = clerk.window.desk.store.records.row(record_id)
    assert row is not None
    assert row.state is State.QUEUED
    assert clerk.session.is_new
    assert clerk.session.opened.record_id != record_id
    assert clerk.here == "supervise_item_implement_code"
    assert clerk.window.foot._said.text() == "已完成，等待上报"


def test_ctrl_enter_goes_to_the_first_place_to_mend_and_lists_all(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("supervise_item_implement_code", "")
    assert clerk.listed() == ["必改：未填“监管事项目录编码”"]
    clerk.press(Qt.Key.Key_Return, CTRL)
    assert clerk.here == "supervise_item_implement_code"
    count = len(clerk.session.blocking())
    assert count > 5
    assert clerk.page.problems.title.text() == f"还有 {count} 处必须改正"
    assert len(clerk.listed()) == count
    assert clerk.problem("check_date") == "必填，还没有填。"
    row = clerk.window.desk.store.records.row(clerk.session.opened.record_id)
    assert row is not None
    assert row.state is State.INVALID


def test_a_problem_in_the_list_jumps_to_its_field(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.press(Qt.Key.Key_Return, CTRL)
    line = next(line for line in clerk.page.problems.lines if "检查时间" in line.accessibleName())
    assert line.accessibleDescription() == "检查情况 › 检查时间"
    line.setFocus()
    clerk.press(Qt.Key.Key_Space)
    assert clerk.here == "check_date"
    assert clerk.row("check_date").input.hasFocus()
    assert clerk.page.sections.buttons[3].isChecked()


def test_wrong_code_is_told_under_the_field_and_mended_with_alt_down(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("administrative_cp_ce_type", "001")
    clerk.type("administrative_cp_ui_code", "91410100MA4000158J")
    words = clerk.problem("administrative_cp_ui_code")
    assert "校验" in words
    assert "按 Alt+↓ 选用" in words
    best = clerk.row("administrative_cp_ui_code").candidates[0]
    clerk.view.focus("administrative_cp_ui_code")
    clerk.press(Qt.Key.Key_Down, ALT)
    if len(clerk.row("administrative_cp_ui_code").candidates) > 1:
        clerk.press(Qt.Key.Key_Return)
    assert clerk.row("administrative_cp_ui_code").input.raw() == best
    clerk.session.leave_field("administrative_cp_ui_code")
    assert not [p for p in clerk.session.shown_problems() if p.fields[0] == "administrative_cp_ui_code"]


def test_a_told_problem_goes_away_while_it_is_mended(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("check_date", "二月三十")
    assert clerk.problem("check_date")
    clerk.view.focus("check_date")
    field = clerk.row("check_date").input
    field.selectAll()
    type_text(field, "2026-11-12")
    assert clerk.problem("check_date") == ""


def test_dressed_after_leaving_limit_beside_the_date(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("check_date", "2026.11.12")
    assert clerk.row("check_date").input.text() == "2026-11-12"
    words = [w.text() for w in clerk.row("check_date").findChildren(QLabel) if w.isVisible()]
    assert words == ["录入上报：11月23日（7个工作日），还剩1个工作日"]
    assert clerk.page.limits.isVisible()


def test_words_choose_a_code_and_the_field_shows_both(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("check_type", "现场")
    assert clerk.row("check_type").input.text() == "01 现场检查"


def test_several_codes_are_completed_one_after_the_other(clerk: Clerk) -> None:
    clerk.begin("penalty")
    clerk.type("punish_type", "罚款；警")
    assert clerk.row("punish_type").input.text() == "02 罚款；01 警告"
    assert clerk.session.reading.content["punish_type"] == ["02", "01"]


def test_amount_is_grouped_with_its_capitals_beneath(clerk: Clerk) -> None:
    clerk.begin("penalty")
    clerk.type("punish_type", "罚款")
    clerk.type("fine", "５０００元")
    assert clerk.row("fine").input.text() == "5,000.00"
    words = [w.text() for w in clerk.row("fine").findChildren(QLabel) if w.isVisible()]
    assert words == ["伍仟元整"]
    clerk.view.focus("fine")
    assert clerk.row("fine").input.text() == "5000"


def test_item_is_found_by_its_words_and_shown_by_name(clerk: Clerk) -> None:
    clerk.begin("check")
    field = clerk.row("supervise_item_implement_code").input
    type_text(field, "物业")
    clerk.press(Qt.Key.Key_Down)
    clerk.press(Qt.Key.Key_Return)
    assert field.text() == ITEM
    names = [
        w.text() for w in clerk.row("supervise_item_implement_code").findChildren(QLabel) if w.isVisible()
    ]
    assert names == ["对物业服务收费的监管"]
    assert clerk.row("supervise_item_check_icode").input.text() == "11410100000000019W4"


def test_letters_choose_an_object_which_fills_what_is_known_of_it(clerk: Clerk) -> None:
    known = {
        "object_code": "91410100MA40001587", "object_name": "郑州安顺物业服务有限公司", "object_kind": "1",
        "address_registered": "郑州市中原区建设路88号", "area_number": "410102",
    }  # fmt: skip
    registers = clerk.window.desk.store.registers
    registers.upsert("object", [RegisterRow(("91410100MA40001587",), known)], "测试")
    clerk.begin("check")
    clerk.type("administrative_cp", "aswy")
    assert clerk.row("administrative_cp").input.text() == "郑州安顺物业服务有限公司"
    assert clerk.row("administrative_cp_ui_code").input.text() == "91410100MA40001587"
    assert clerk.row("address_registered").input.text() == "郑州市中原区建设路88号"
    assert clerk.row("supervise_object_type").input.text() == "1 企业、个体户、农专社"
    assert clerk.row("area_number").input.text() == "410102 中原区"
    clerk.type("administrative_cp", "郑州另一家公司")
    assert clerk.row("administrative_cp_ui_code").input.text() == ""
    assert clerk.row("address_registered").input.text() == ""
    assert clerk.row("supervise_object").input.text() == "郑州另一家公司"


def test_a_new_object_is_known_in_the_next_record(clerk: Clerk) -> None:
    clerk.begin("check")
    for name, text in CHECK.items():
        clerk.type(name, text)
    clerk.press(Qt.Key.Key_Return, CTRL)
    clerk.type("administrative_cp_ui_code", "zzmm")
    assert clerk.row("administrative_cp").input.text() == CHECK["administrative_cp"]
    assert clerk.row("administrative_cp_ui_code").input.text() == CHECK["administrative_cp_ui_code"]
    assert clerk.row("administrative_cp_na").input.text() == "02 法人"


def test_alt_down_shows_all_choices_of_a_field(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.view.focus("check_result")
    clerk.press(Qt.Key.Key_Down, ALT)
    assert clerk.page.binding.choices.isVisible()
    assert clerk.page.binding.choices.count() == 6
    clerk.press(Qt.Key.Key_Escape)
    assert not clerk.page.binding.choices.isVisible()
    assert clerk.window.front == "entry"


def test_conditional_field_appears_next_without_losing_the_focus(clerk: Clerk) -> None:
    clerk.begin("penalty")
    clerk.type("legal_review", "否")
    assert not clerk.row("legal_review_date").isVisible()
    clerk.type("legal_review", "是")
    assert clerk.row("legal_review_date").isVisible()
    assert clerk.here == "legal_review_date"
    clerk.press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert clerk.here == "legal_review"
    assert clerk.row("legal_review").input.hasFocus()


def test_typing_is_kept_a_moment_after_the_last_key(clerk: Clerk, qtbot: Any) -> None:
    clerk.begin("check")
    record_id = clerk.session.opened.record_id
    clerk.view.focus("check_action_name")
    type_text(clerk.row("check_action_name").input, "对某公司的检查")
    assert clerk.page.head_note() == "草稿 · 正在保存"
    assert clerk.window.desk.store.records.draft(record_id) is None
    qtbot.waitUntil(lambda: clerk.window.desk.store.records.draft(record_id) is not None, timeout=3000)
    assert clerk.page.head_note() == "草稿 · 10:46:00 已保存"
    assert clerk.row("check_action_name").input.hasFocus()
    draft = clerk.window.desk.store.records.draft(record_id)
    assert draft is not None
    assert draft.texts["check_action_name"] == "对某公司的检查"


def test_keeping_in_the_background_leaves_an_unfinished_word_to_the_input_method(
    clerk: Clerk, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.begin("check")
    record_id = clerk.session.opened.record_id
    committed: list[bool] = []
    monkeypatch.setattr("jgclient.ui.entry_binding.commit_typing", lambda: committed.append(True))
    clerk.view.focus("check_action_name")
    field = clerk.row("check_action_name").input
    type_text(field, "对郑")
    QApplication.sendEvent(field, QInputMethodEvent("zhou", []))
    qtbot.waitUntil(lambda: clerk.window.desk.store.records.draft(record_id) is not None, timeout=3000)
    assert committed == []
    type_text(field, "州")
    assert clerk.session.texts["check_action_name"] == "对郑州"
    clerk.press(Qt.Key.Key_S, CTRL)
    assert committed == [True]


def test_escape_keeps_the_draft_and_goes_to_the_records(clerk: Clerk) -> None:
    clerk.begin("check")
    record_id = clerk.session.opened.record_id
    type_text(clerk.row("supervise_item_implement_code").input, "4101")
    clerk.press(Qt.Key.Key_Escape)  # closes the list, if one is open
    if clerk.window.front == "entry":
        clerk.press(Qt.Key.Key_Escape)
    assert clerk.window.front == "records"
    draft = clerk.window.desk.store.records.draft(record_id)
    assert draft is not None
    assert draft.texts["supervise_item_implement_code"] == "4101"


def test_a_form_nobody_typed_into_leaves_no_draft(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.press(Qt.Key.Key_Escape)
    assert clerk.window.front == "records"
    assert clerk.window.desk.store.records.count(ListQuery()) == 0


def test_store_that_cannot_keep_is_said_in_the_head_and_asked_about(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, answers: Any
) -> None:
    clerk.begin("check")
    with monkeypatch.context() as patched:
        patched.setattr(type(clerk.window.desk.store.records), "save_draft", _disk_full)
        clerk.type("administrative_cp", "郑州某某公司")
        assert clerk.page.head_note().startswith("没有存上：")
        assert clerk.page.head_tone() == "danger"
        answers.yes = False
        assert not clerk.window.show_page("records")
        assert answers.asked == ["刚才录入的内容没有存上，现在离开会丢失。"]
        assert clerk.window.front == "entry"
    clerk.press(Qt.Key.Key_S, CTRL)
    assert clerk.page.head_note() == "草稿 · 10:46:00 已保存"


def _disk_full(*_args: object, **_named: object) -> None:
    raise StoreError("disk_full")


def test_warning_asks_for_a_reason_on_the_way_and_then_lets_go(clerk: Clerk) -> None:
    clerk.begin("check")
    for name, text in (CHECK | {"check_form": "专项"}).items():
        clerk.type(name, text)
    clerk.press(Qt.Key.Key_Return, CTRL)
    assert clerk.page.problems.title.text() == "还有 1 处要写明理由"
    assert clerk.here == "plan_id"
    clerk.press(Qt.Key.Key_Return)
    reason = QApplication.focusWidget()
    assert reason is clerk.row("plan_id").missing_reason()
    assert reason is not None
    type_text(reason, "社区公园没有检查计划")
    clerk.press(Qt.Key.Key_Return)
    assert clerk.row("implement_institution").input.hasFocus()
    record_id = clerk.session.opened.record_id
    clerk.press(Qt.Key.Key_Return, CTRL)
    revision = clerk.window.desk.store.records.last_revision(record_id)
    assert revision is not None
    assert list(revision.reasons.values()) == ["社区公园没有检查计划"]


def test_a_record_opens_in_the_field_that_was_asked_for(clerk: Clerk, story: Story) -> None:
    record_id = story.draft(problems=(BAD_CODE,))
    assert clerk.window.show_page("entry", record_id=record_id, field="administrative_cp_ui_code")
    assert clerk.here == "administrative_cp_ui_code"
    assert clerk.page.finish_button.text() == "完成"
    assert clerk.listed()


def test_a_returned_record_shows_what_the_platform_said(clerk: Clerk, story: Story) -> None:
    clerk.window.show_page("entry", record_id=story.returned())
    assert "必改：主体信息不匹配" in clerk.listed()
    assert "主体信息不匹配" in clerk.problem("administrative_cp")


def test_unknown_record_is_said_in_words(clerk: Clerk) -> None:
    clerk.window.show_page("entry", record_id="0198")
    assert "没有" in clerk.window.foot._said.text()


def test_f8_goes_from_problem_to_problem_and_round(clerk: Clerk) -> None:
    clerk.begin("check")
    for name in ("supervise_item_implement_code", "administrative_cp", "check_date", "plan_id"):
        clerk.view.focus(name)
    visited = []
    for _ in range(4):
        clerk.press(Qt.Key.Key_F8)
        visited.append(clerk.here)
    item, party, day = "supervise_item_implement_code", "administrative_cp", "check_date"
    assert visited == [party, day, item, party]


def test_alt_number_goes_to_a_section(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.press(Qt.Key.Key_3, ALT)
    assert clerk.here == "administrative_cp"
    clerk.press(Qt.Key.Key_9, ALT)
    assert clerk.here == "administrative_cp"


def test_f1_folds_the_rule_card(clerk: Clerk) -> None:
    clerk.begin("check")
    assert clerk.page.rule._inside.isVisible()
    clerk.press(Qt.Key.Key_F1)
    assert not clerk.page.rule._inside.isVisible()
    clerk.press(Qt.Key.Key_F1)
    assert clerk.page.rule._inside.isVisible()


def test_ctrl_d_copies_what_is_empty(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.type("administrative_cp", "郑州甲公司")
    clerk.type("check_form", "日常")
    clerk.begin("check")
    clerk.press(Qt.Key.Key_D, CTRL)
    assert clerk.row("administrative_cp").input.text() == "郑州甲公司"
    assert clerk.row("check_form").input.text() == "01 日常检查"
    assert "已从上一条复制" in clerk.window.foot._said.text()


def test_the_same_fields_serve_record_after_record(clerk: Clerk) -> None:
    clerk.begin("check")
    view = clerk.view
    clerk.type("administrative_cp", "郑州甲公司")
    clerk.begin("penalty")
    assert not view.isVisible()
    clerk.begin("check")
    assert clerk.view is view
    assert clerk.row("administrative_cp").input.text() == ""


def test_last_field_leads_to_the_finish_button(clerk: Clerk) -> None:
    clerk.begin("check")
    clerk.view.focus(clerk.view.shown()[-1])
    clerk.press(Qt.Key.Key_Tab)
    assert clerk.page.finish_button.hasFocus()


def test_finished_record_without_changes_is_not_queued_again(clerk: Clerk, story: Story) -> None:
    record_id = story.accepted()
    clerk.window.show_page("entry", record_id=record_id)
    clerk.press(Qt.Key.Key_Return, CTRL)
    assert clerk.window.foot._said.text() == "没有改动，不需要重新上报"
    row = clerk.window.desk.store.records.row(record_id)
    assert row is not None
    assert row.state is State.ACCEPTED


def test_the_star_takes_the_red_of_the_scheme(clerk: Clerk, qapp: QApplication) -> None:
    clerk.begin("check")
    title = clerk.row("check_action_name").title
    assert theme.LIGHT.tones["danger"].text in title.text()
    try:
        theme.apply(qapp, theme.DARK)
        assert theme.DARK.tones["danger"].text in title.text()
    finally:
        theme.apply(qapp, theme.LIGHT)
