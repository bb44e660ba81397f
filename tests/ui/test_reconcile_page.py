"""对账 in the window: what each side lacks, each difference mended by its own remedy, a conflict decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from ui_gateway import PASSWORD, UNIT, USER, Gateway, known_here
from ui_seeing import clipped
from ui_stories import NOW, Story

from jgclient import entering, sync
from jgclient.contract import KeptRecord, TransportError
from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import Store, open_store
from jgclient.sync.dialogue import IDS_AT_ONCE
from jgclient.sync.running import RECONCILE_FIRST
from jgclient.ui.conflict_page import ConflictPage
from jgclient.ui.frame import MainWindow
from jgclient.ui.reconcile_page import ReconcilePage


def report(store: Store) -> None:
    with sync.connect(store) as platform:
        done = sync.run(store, platform, device_id=sync.device_id(store), unit_code=UNIT, now=lambda: NOW)
    assert done.stopped == ""


@pytest.fixture
def twin(tmp_path: Path, gateway: Gateway) -> Iterator[Store]:
    """Another computer of the same unit."""
    with open_store(tmp_path / "twin", clock=lambda: NOW) as store:
        known_here(store, gateway)
        yield store


def page_of(window: MainWindow) -> ReconcilePage:
    window.show_page("reconcile")
    page = window.page("reconcile")
    assert isinstance(page, ReconcilePage)
    return page


def compare(page: ReconcilePage, qtbot: Any) -> list[list[str]]:
    """What the table says: difference, record and remedy of each line."""
    page.compare()
    return settled(page, qtbot)


def settled(page: ReconcilePage, qtbot: Any) -> list[list[str]]:
    qtbot.waitUntil(lambda: not page.busy, timeout=20_000)
    model = page.table.rows_model
    return [[model.columns[n].text(row) for n in (0, 3, 6)] for row in model.rows()]


def test_each_difference_has_its_remedy(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, twin: Store, qtbot: Any
) -> None:
    known_here(store, gateway)
    lost = story.accepted("郑州惠民物业管理有限公司")  # the gateway never heard of it
    extra = Story(twin).queued("郑州华兴餐饮服务有限公司")
    report(twin)
    page = page_of(window)
    found = compare(page, qtbot)
    assert sorted(found) == [
        ["平台多", "（本机没有这条记录）", "取回"],
        ["平台缺", "对郑州惠民物业管理有限公司的日常检查", "重新上报"],
    ]
    assert page.card.note.text() == "一致 0 · 平台缺 1 · 平台多 1"
    assert page.mend_button.text() == "全部处理 2 处"
    qtbot.waitUntil(lambda: clipped(window) == [])
    page.table.choose(next(n for n, line in enumerate(found) if line[0] == "平台多"))
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert [line[0] for line in settled(page, qtbot)] == ["平台缺"]
    fetched = store.records.row(extra)
    assert fetched is not None
    assert fetched.state is State.ACCEPTED
    qtbot.keyClick(page.mend_button, Qt.Key.Key_Return)
    assert settled(page, qtbot) == []
    assert store.outbox.count() == 1
    assert page.empty.title.text() == "1 条等待重新上报"
    assert page.head_note() == "上次 10:46：1 条待重新上报"
    assert window.foot._said.text() == "重新排队 1 条。一致 1 · 待重新上报 1。按 F9 上报。"
    assert page.compare_button.hasFocus()
    report(store)
    assert compare(page, qtbot) == []
    assert page.empty.title.text() == "两边一致"
    assert page.head_note() == "上次 10:46：两边一致"
    row = store.records.row(lost)
    assert row is not None
    assert row.state is State.ACCEPTED


def differing(story: Story, twin: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """A record of which the platform has another version; its id."""
    record_id = story.accepted("郑州惠民物业管理有限公司")
    other = Story(twin)
    monkeypatch.setattr(other, "_new_id", lambda: record_id)
    other.queued("郑州恒通客运有限公司")
    report(twin)
    return record_id


def test_two_versions_are_shown_and_one_is_chosen(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, twin: Store, qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    known_here(store, gateway)
    record_id = differing(story, twin, monkeypatch)
    page = page_of(window)
    [row] = compare(page, qtbot)
    assert row == ["内容不同", "对郑州惠民物业管理有限公司的日常检查", "两版对照"]
    page.mend(page.table.rows_model.row(0))
    qtbot.waitUntil(lambda: window.front == "conflict", timeout=20_000)
    beside: Any = window.page("conflict")
    assert isinstance(beside, ConflictPage)
    party = window.desk.library.get("check").by_name["administrative_cp"].title
    found = {line.title: (line.ours, line.theirs) for line in beside.lines}
    assert found[party] == ("郑州惠民物业管理有限公司", "郑州恒通客运有限公司")
    qtbot.waitUntil(lambda: clipped(window) == [])
    qtbot.keyClick(beside.theirs_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.front != "conflict", timeout=20_000)
    assert window.front == "entry"  # the story's record lacks what a new revision must have
    assert window.foot._said.text().startswith("选定的版本还要改正")
    texts = store.records.draft(record_id)
    assert texts is not None
    assert texts.texts["administrative_cp"] == "郑州恒通客运有限公司"


def test_a_conflict_that_was_decided_is_not_offered_again(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, twin: Store, qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    known_here(store, gateway)
    record_id = differing(story, twin, monkeypatch)
    page = page_of(window)
    compare(page, qtbot)
    page._mend_all()
    assert [line[2] for line in settled(page, qtbot)] == ["打开两版对照"]
    store.counterparts.decide(record_id)
    desk = window.desk
    entering.withdraw(store, desk.library, desk.calendar, record_id, "误录", now=NOW)
    desk.data_changed.emit()
    page = page_of(window)
    assert settled(page, qtbot) == []
    assert page.card.note.text() == "一致 0 · 待重新上报 1"
    assert page.empty.title.text() == "1 条等待重新上报"


def test_a_remedy_that_stops_half_way_says_what_was_done(
    window: MainWindow, store: Store, gateway: Gateway, twin: Store, qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    known_here(store, gateway)
    other = Story(twin)
    for number in range(45):
        other.queued(f"郑州第{number}餐饮服务有限公司")
    report(twin)
    page = page_of(window)
    assert len(compare(page, qtbot)) == 45
    whole = HttpPlatform.records

    def only_the_first(platform: HttpPlatform, ids: Sequence[str]) -> list[KeptRecord]:
        if len(ids) < IDS_AT_ONCE:
            raise TransportError("login", "登录已失效，请重新登录。")
        return whole(platform, ids)

    monkeypatch.setattr(HttpPlatform, "records", only_the_first)
    page._mend_all()
    assert len(settled(page, qtbot)) == 5
    assert page.mend_button.text() == "全部处理 5 处"
    assert window.foot._said.text() == "没有处理完，已处理的：取回 40 条。请再对一次账。"
    assert page.login.isVisible()


def test_why_it_stopped_is_said_until_the_next_comparison(
    window: MainWindow, store: Store, gateway: Gateway, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_here(store, gateway)
    page = page_of(window)

    def unreachable(*_args: object, **_more: object) -> None:
        raise TransportError("stop", "连不上上报平台。")

    with monkeypatch.context() as broken:
        broken.setattr(HttpPlatform, "reconciliation", unreachable)
        compare(page, qtbot)
    assert (page.stopped.isVisible(), page.stopped.text()) == (True, "连不上上报平台。")
    assert page.compare_button.hasFocus()
    compare(page, qtbot)
    assert not page.stopped.isVisible()
    assert page.empty.title.text() == "两边一致"


def test_a_lost_log_in_is_asked_in_place(
    window: MainWindow, store: Store, gateway: Gateway, qtbot: Any
) -> None:
    store.settings.set("gateway_url", gateway.url)
    page = page_of(window)
    compare(page, qtbot)
    assert page.login.isVisible()
    page.login.user.setText(USER)
    page.login.password.setText(PASSWORD)
    qtbot.keyClick(page.login.password, Qt.Key.Key_Return)
    assert settled(page, qtbot) == []
    assert not page.login.isVisible()
    assert page.empty.title.text() == "两边一致"


def test_after_a_restore_reporting_leads_here(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, qtbot: Any
) -> None:
    known_here(store, gateway)
    story.accepted()
    store.settings.set(RECONCILE_FIRST, True)
    window.sync_now()
    qtbot.waitUntil(lambda: window.front == "reconcile", timeout=20_000)
    page = page_of(window)
    assert page.empty.title.text() == "数据由备份恢复，请先对账"
    assert [line[0] for line in compare(page, qtbot)] == ["平台缺"]
    page._mend_all()
    settled(page, qtbot)
    assert store.settings.get(RECONCILE_FIRST) is False


def test_the_end_of_a_quarter_leads_here_once_a_day(
    window: MainWindow, store: Store, gateway: Gateway, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_here(store, gateway)
    closing = datetime(2026, 12, 27, 9, tzinfo=NOW.tzinfo)
    monkeypatch.setattr(window.desk, "clock", lambda: closing)
    for expected in ("reconcile", "workbench"):
        window.show_page("workbench")
        window.desk.reporter.look()
        qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)
        assert window.front == expected
