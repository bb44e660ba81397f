"""One record while it is typed, without widgets: what is told when, what is kept, what follows."""

from __future__ import annotations

import pytest
from ui_stories import MISMATCH, Story

from jgclient.forms.problems import Problem
from jgclient.records import State
from jgclient.store import RegisterRow, StoreError
from jgclient.ui.desk import Desk
from jgclient.ui.entry_session import EntrySession, Mark

ITEM, OTHER_ITEM = "41010020200401", "41010020200402"


@pytest.fixture
def catalogue(desk: Desk) -> None:
    """Two items, each with an implementation list of the own unit."""
    for number, (code, body) in enumerate(
        ((ITEM, "11410100000000019W"), (OTHER_ITEM, "11410000000000027X")), start=1
    ):
        name = f"对物业服务的监管{number}"
        desk.store.registers.upsert(
            "item", [RegisterRow((code, name), {"supervise_item_code": code, "matter_name": name})], "测试"
        )
        lists = {"supervise_item_code": code, "exercise_level": "4", "implement_body_code": body}
        desk.store.registers.upsert("implementation", [RegisterRow((code, "4"), lists)], "测试")


def told(session: EntrySession) -> list[tuple[str, str]]:
    return [(p.code, p.fields[0]) for p in session.shown_problems()]


def fill(session: EntrySession, **texts: str) -> None:
    for name, text in texts.items():
        session.type(name, text)
        session.leave_field(name)


def test_new_record_starts_with_first_values_and_blames_nobody(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    assert session.texts["implement_institution"] == "郑州市某某局"
    assert session.texts["check_action_code"]
    assert told(session) == []
    assert session.missing() > 5
    assert not session.dirty
    assert session.keep()
    assert desk.store.records.row(session.opened.record_id) is None


def test_empty_required_field_is_told_after_it_was_left(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    before = session.missing()
    session.leave_field("check_action_name")
    assert told(session) == [("required", "check_action_name")]
    assert session.missing() == before - 1


def test_nothing_is_told_about_the_word_being_typed(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    session.type("check_date", "20")
    session.keep()
    assert told(session) == []
    session.leave_field("check_date")
    assert [field for _, field in told(session)] == ["check_date"]
    session.type("check_date", "202")
    session.keep()
    assert [field for _, field in told(session)] == ["check_date"]
    fill(session, check_date="2026.11.12")
    assert session.texts["check_date"] == "2026-11-12"
    assert told(session) == []


def test_keeping_makes_a_draft_that_opens_again(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, administrative_cp="郑州某某公司", check_date="2026-11-12")
    assert session.dirty
    assert session.keep()
    assert (session.dirty, session.saved_at) == (False, desk.clock())
    again = EntrySession.existing(desk, session.opened.record_id)
    assert again.texts == session.texts
    assert ("required", "check_action_name") in told(again)


def test_a_store_that_cannot_keep_says_why_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, administrative_cp="郑州某某公司")
    with monkeypatch.context() as patched:
        patched.setattr(type(desk.store.records), "save_draft", _disk_full)
        assert not session.keep()
    assert "磁盘" in session.failure
    assert session.dirty
    assert session.saved_at is None
    assert session.keep()
    assert session.failure == ""


def _disk_full(*_args: object, **_named: object) -> None:
    raise StoreError("disk_full")


@pytest.mark.usefixtures("catalogue")
def test_choosing_an_item_fills_what_follows_and_another_item_replaces_it(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, supervise_item_implement_code=ITEM)
    assert session.texts["supervise_item_check_icode"] == "11410100000000019W4"
    assert session.meaning(session.form.field("supervise_item_implement_code")) == "对物业服务的监管1"
    fill(session, supervise_item_implement_code=OTHER_ITEM)
    assert session.texts["supervise_item_check_icode"] == "11410000000000027X4"


@pytest.mark.usefixtures("catalogue")
def test_what_the_clerk_typed_herself_is_never_replaced(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, supervise_item_check_icode="11410000000000027X3")
    fill(session, supervise_item_implement_code=ITEM)
    assert session.texts["supervise_item_check_icode"] == "11410000000000027X3"


def test_conditional_fields_follow_what_is_typed(desk: Desk) -> None:
    session = EntrySession.new(desk, "penalty")
    fill(session, legal_review="否")
    assert "legal_review_date" not in session.visible()
    fill(session, legal_review="是")
    assert "legal_review_date" in session.visible()


def test_a_filled_field_that_does_not_apply_any_more_stays_in_sight(desk: Desk) -> None:
    session = EntrySession.new(desk, "penalty")
    fill(session, legal_review="是", legal_review_date="什么时候")
    fill(session, legal_review="否")
    assert "legal_review_date" in session.visible()


def test_section_marks_count_what_is_told(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    subject = session.form.sections[0]
    assert session.mark(subject) == Mark()
    session.leave_field("check_action_name")
    assert session.mark(subject) == Mark(must_mend=1, hard=True)


def test_reason_lifts_a_soft_problem(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, check_form="02")
    session.leave_field("plan_id")
    soft = [p for p in session.blocking() if p.strength == "soft"]
    assert [p.fields[0] for p in soft] == ["plan_id"]
    session.give_reason(soft[0].code, "对社区公园的检查，没有计划")
    assert session.blocking() == []
    assert session.keep()
    again = EntrySession.existing(desk, session.opened.record_id)
    assert again.reasons == {soft[0].code: "对社区公园的检查，没有计划"}


def test_platform_problems_stay_until_their_field_is_changed(desk: Desk, story: Story) -> None:
    problem = Problem("1001", MISMATCH.kind, "hard", ("administrative_cp",), "主体信息不匹配")
    record_id = story.returned(problem=problem)
    row = desk.store.records.row(record_id)
    assert row is not None
    assert row.state is State.RETURNED
    session = EntrySession.existing(desk, record_id)
    assert ("1001", "administrative_cp") in told(session)
    session.type("administrative_cp", "郑州某某餐饮服务有限公司")
    session.leave_field("administrative_cp")
    assert ("1001", "administrative_cp") not in told(session)


def test_copy_fills_only_what_is_empty_and_never_the_number(desk: Desk) -> None:
    before = EntrySession.new(desk, "check")
    fill(before, administrative_cp="郑州甲公司", check_date="2026-11-12", check_form="日常检查")
    before.keep()
    session = EntrySession.new(desk, "check")
    number = session.texts["check_action_code"]
    fill(session, administrative_cp="郑州乙公司")
    assert set(session.copy_previous()) >= {"check_date", "check_form"}
    assert session.texts["administrative_cp"] == "郑州乙公司"
    assert session.texts["check_action_code"] == number
    assert session.texts["check_date"] == "2026-11-12"


def test_nothing_to_copy_is_no_error(desk: Desk) -> None:
    assert EntrySession.new(desk, "check").copy_previous() == []


def test_limits_begin_with_the_date_and_leave_out_what_does_not_apply(desk: Desk) -> None:
    session = EntrySession.new(desk, "check")
    fill(session, check_date="2026-11-16")
    limits = {duty.title: duty for duty in session.duties()}
    assert limits["录入上报"].text == "录入上报：11月25日（7个工作日），还剩3个工作日"
    assert all(duty.state != "void" for duty in session.duties())


def test_receipt_fulfils_the_reporting_limit(desk: Desk, story: Story) -> None:
    session = EntrySession.existing(desk, story.accepted())
    fill(session, check_date="2026-11-16")
    assert next(d for d in session.duties() if d.title == "录入上报").state == "fulfilled"


def test_finished_record_without_a_change_has_nothing_to_finish(desk: Desk, story: Story) -> None:
    session = EntrySession.existing(desk, story.queued())
    assert not session.is_changed()
    session.type("administrative_cp", "郑州另一公司")
    assert session.is_changed()
