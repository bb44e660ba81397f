"""Typing a record from the first key to the outbox, on a real store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from jgclient import entering
from jgclient.contract import Result
from jgclient.deadlines.calendar import Calendar, load_calendar
from jgclient.entering import EnteringError, Opened
from jgclient.forms.library import FormLibrary, resources_folder
from jgclient.records import State
from jgclient.store import ListQuery, Store, StoreError

TEXTS = {
    "supervise_item_implement_code": "41010020200401",
    "supervise_item_check_icode": "11410100000000019W3",
    "check_action_name": "对郑州某某物业服务有限公司的日常检查",
    "administrative_cp": "郑州某某物业服务有限公司",
    "administrative_cp_na": "法人",
    "administrative_cp_ce_type": "统一社会信用代码",
    "administrative_cp_ui_code": "统一社会信用代码：91410100MA0000015B",
    "area_number": "中原区",
    "check_form": "日常检查",
    "check_type": "现场检查",
    "check_date": "2026.9.5",
    "check_personnel": "张三、李四",
    "check_result": "未发现问题",
}


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_calendar(resources_folder() / "calendars")


@pytest.fixture
def opened(store: Store, library: FormLibrary, now: datetime) -> Opened:
    return entering.open_new(store, library, "check", now=now, texts=TEXTS)


@pytest.fixture
def finish(store: Store, library: FormLibrary, calendar: Calendar, now: datetime) -> Any:
    """Finish ``opened``, with some texts changed."""

    def do(opened: Opened, reasons: dict[str, str] | None = None, **changes: str) -> entering.Finished:
        texts = {**opened.texts, **changes}
        return entering.finish(store, library, calendar, opened, texts, reasons or {}, now=now)

    return do


def answered(store: Store, outcome: Any, **members: Any) -> None:
    """Let the platform answer everything that waits."""
    revisions = store.outbox.waiting(100)
    store.outbox.store_batch("b", b"{}", [(r.record_id, r.revision) for r in revisions])
    results = [Result(r.record_id, r.revision, outcome, sha256=r.sha256, **members) for r in revisions]
    store.outbox.apply_answer("b", results, "2026-11-21T09:00:00+08:00")


def test_a_new_record_begins_with_what_is_known_and_keeps_nothing(store: Store, opened: Opened) -> None:
    assert opened.texts["implement_institution"] == "郑州市XX局"
    assert opened.texts["supervise_object"] == TEXTS["administrative_cp"]
    assert opened.texts["check_action_code"]
    assert store.records.count(ListQuery()) == 0


def test_typed_texts_are_kept_as_they_are(
    store: Store, library: FormLibrary, opened: Opened, now: datetime
) -> None:
    entering.keep(store, library, opened, {"check_date": "２０２６年十三月", "check_form": ""}, {}, now=now)
    again = entering.open_record(store, library, opened.record_id)
    assert again.texts == {"check_date": "２０２６年十三月"}
    assert store.records.row(opened.record_id).state is State.DRAFT


def test_a_right_record_becomes_a_revision_that_waits(store: Store, opened: Opened, finish: Any) -> None:
    finished = finish(opened)
    assert finished.blocking == []
    content = finished.revision.content
    assert content["check_date"] == "2026-09-05"
    assert content["administrative_cp_ui_code"] == "91410100MA0000015B"
    assert (content["area_number"], content["check_result"]) == ("410102", "01")
    row = store.records.row(opened.record_id)
    assert (row.state, row.party, row.act_date) == (State.QUEUED, TEXTS["administrative_cp"], "2026-09-05")
    assert row.urgent_by == date(2026, 9, 15)  # 7 working days after 2026-09-05, a Saturday
    assert store.records.draft(opened.record_id) is None


def test_a_wrong_record_stays_a_draft_and_says_what_keeps_it_back(
    store: Store, opened: Opened, finish: Any
) -> None:
    finished = finish(opened, check_personnel="张三")
    assert finished.revision is None
    assert [p.fields[0] for p in finished.blocking] == ["check_personnel"]
    row = store.records.row(opened.record_id)
    assert row.state is State.INVALID
    assert row.reason
    assert store.outbox.count() == 0


def test_a_soft_problem_needs_a_reason_that_travels_with_the_record(
    store: Store, library: FormLibrary, opened: Opened, finish: Any, now: datetime
) -> None:
    finish(opened)
    twin = entering.open_new(store, library, "check", now=now, texts=TEXTS)
    back = finish(twin).blocking
    assert back
    assert {p.strength for p in back} == {"soft"}
    finished = finish(twin, {p.code: " 上午、下午各查一次 " for p in back})
    assert finished.revision.reasons == {p.code: "上午、下午各查一次" for p in back}


def test_a_change_after_acceptance_is_an_update_of_the_accepted_revision(
    store: Store, library: FormLibrary, opened: Opened, finish: Any
) -> None:
    finish(opened)
    answered(store, "accepted", receipt_no="HN1", received_at="2026-11-21T09:00:00+08:00")
    assert store.records.row(opened.record_id).state is State.ACCEPTED
    again = entering.open_record(store, library, opened.record_id)
    revision = finish(again, check_result="02").revision
    assert (revision.revision, revision.operation, revision.base_revision) == (2, "u", 1)
    assert [r.content["check_result"] for r in store.records.revisions(opened.record_id)] == ["01", "02"]
    assert store.records.verify_chain() == []


def test_while_the_answer_is_awaited_nothing_is_finished_and_nothing_is_lost(
    store: Store, library: FormLibrary, opened: Opened, finish: Any, now: datetime
) -> None:
    revision = finish(opened).revision
    store.outbox.store_batch("b", b"{}", [(revision.record_id, 1)])
    again = entering.open_record(store, library, opened.record_id)
    entering.keep(store, library, again, {**again.texts, "check_result": "02"}, {}, now=now)
    with pytest.raises(StoreError, match="正在上报"):
        finish(again, check_result="02")
    assert store.records.draft(opened.record_id).texts["check_result"]


def test_submit_queues_what_is_right_and_names_the_rest(
    store: Store, library: FormLibrary, calendar: Calendar, now: datetime
) -> None:
    ids = []
    for number, people in enumerate(("张三、李四", "张三")):
        moment = now + timedelta(seconds=number)
        one = entering.open_new(
            store, library, "check", now=moment, texts=TEXTS | {"check_personnel": people}
        )
        texts = one.texts | {"check_date": f"2026-09-0{number + 1}"}
        entering.keep(store, library, one, texts, {}, now=moment)
        ids.append(one.record_id)
    seen: list[tuple[int, int]] = []
    report = entering.submit(
        store, library, calendar, ids, now=now, on_progress=lambda done, total: seen.append((done, total))
    )
    assert (report.queued, [r.record_id for r in report.refused]) == (1, ids[1:])
    assert seen[-1] == (2, 2)


def test_cancelled_submit_leaves_the_rest_drafts(
    store: Store, library: FormLibrary, calendar: Calendar, opened: Opened, now: datetime
) -> None:
    entering.keep(store, library, opened, opened.texts, {}, now=now)
    report = entering.submit(store, library, calendar, [opened.record_id], now=now, is_cancelled=lambda: True)
    assert report.queued == 0
    assert store.records.row(opened.record_id).state is State.DRAFT


def test_withdrawing_a_draft_puts_it_into_the_trash(
    store: Store, library: FormLibrary, calendar: Calendar, opened: Opened, now: datetime
) -> None:
    entering.keep(store, library, opened, opened.texts, {}, now=now)
    entering.withdraw(store, library, calendar, opened.record_id, "", now=now)
    assert store.records.row(opened.record_id) is None
    assert [row.record_id for row in store.trash.list()] == [opened.record_id]


def test_withdrawing_an_accepted_record_needs_a_reason_and_travels_as_d(
    store: Store, library: FormLibrary, calendar: Calendar, opened: Opened, finish: Any, now: datetime
) -> None:
    finish(opened)
    answered(store, "accepted", receipt_no="HN1", received_at="2026-11-21T09:00:00+08:00")
    with pytest.raises(EnteringError, match="理由"):
        entering.withdraw(store, library, calendar, opened.record_id, " ", now=now)
    entering.withdraw(store, library, calendar, opened.record_id, "重复录入", now=now)
    last = store.records.last_revision(opened.record_id)
    assert (last.operation, last.base_revision, last.reasons["withdraw"]) == ("d", 1, "重复录入")
    assert store.records.row(opened.record_id).state is State.QUEUED
    store.outbox.store_batch("c", b"{}", [(opened.record_id, 2)])
    store.outbox.apply_answer(
        "c", [Result(opened.record_id, 2, "accepted", receipt_no="HN2", sha256=last.sha256)], "2026-11-21"
    )
    assert store.records.row(opened.record_id).state is State.WITHDRAWN


def test_what_was_never_accepted_is_withdrawn_without_telling_the_platform(
    store: Store, library: FormLibrary, calendar: Calendar, opened: Opened, finish: Any, now: datetime
) -> None:
    finish(opened)
    entering.withdraw(store, library, calendar, opened.record_id, "录错了单位", now=now)
    assert store.records.row(opened.record_id).state is State.WITHDRAWN
    assert store.outbox.count() == 0
    assert store.contradictions() == []
    again = finish(entering.open_record(store, library, opened.record_id)).revision
    assert (again.revision, again.operation, again.base_revision) == (3, "i", 0)
    assert store.records.row(opened.record_id).state is State.QUEUED


def test_unknown_record_says_so(store: Store, library: FormLibrary) -> None:
    with pytest.raises(EnteringError, match="没有编号"):
        entering.open_record(store, library, "no-such-record")
