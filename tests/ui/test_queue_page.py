"""The queue page against a real gateway: log in, report, pause, what came back, what needs somebody."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from ui_gateway import PASSWORD, REFUSED, USER, Gateway
from ui_seeing import all_told, clipped
from ui_stories import TODAY, Story

from jgclient.records import State
from jgclient.store import Store
from jgclient.sync import SyncReport
from jgclient.ui.attention import grouped
from jgclient.ui.frame import MainWindow
from jgclient.ui.queue_page import QueuePage


def page_of(window: MainWindow) -> QueuePage:
    window.show_page("queue")
    page = window.page("queue")
    assert isinstance(page, QueuePage)
    all_told(window)
    return page


def run_ended(page: QueuePage, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: page.job is None, timeout=30_000)
    QApplication.processEvents()  # the page shows it in a turn of its own


def log_in(page: QueuePage, qtbot: Any, gateway: Gateway, password: str = PASSWORD) -> None:
    page.login.address.setText(gateway.url)
    page.login.user.setText(USER)
    page.login.password.setText(password)
    qtbot.keyClick(page.login.password, Qt.Key.Key_Return)
    run_ended(page, qtbot)


def test_without_address_the_page_asks_in_place(window: MainWindow, story: Story, qtbot: Any) -> None:
    story.queued()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    page = page_of(window)
    run_ended(page, qtbot)
    assert window.front == "queue"
    assert page.login.isVisible()
    assert "平台地址" in page.login.problem.text()
    qtbot.waitUntil(page.login.address.hasFocus)
    qtbot.keyClick(page.login.address, Qt.Key.Key_Return)
    assert page.login.problem.text() == "请填写平台地址。"
    qtbot.waitUntil(lambda: clipped(window) == [])


def test_records_go_and_receipts_come(
    window: MainWindow, story: Story, qtbot: Any, gateway: Gateway, store: Store
) -> None:
    good = [story.queued(), story.queued("郑州华兴餐饮服务有限公司")]
    bad = story.queued(REFUSED)
    window.desk.data_changed.emit()
    page = page_of(window)
    assert page.run_card.title.text() == "3 条等待上报"
    qtbot.keyClick(page.start_button, Qt.Key.Key_Return)
    run_ended(page, qtbot)
    log_in(page, qtbot, gateway)
    all_told(window)
    assert not page.login.isVisible()
    assert [store.records.row(i).state for i in (*good, bad)] == [  # type: ignore[union-attr]  # they are there
        State.ACCEPTED, State.ACCEPTED, State.RETURNED,
    ]  # fmt: skip
    qtbot.waitUntil(lambda: page.run_card.chips["accepted"].text() == "已接收 2")
    assert page.run_card.chips["rejected"].text() == "被退回 1"
    assert page.receipts.rows_model.rowCount() == 2
    assert page.attention.note.text() == "1 条"
    assert store.outbox.count() == 0
    assert window.foot._network.text() == "上次上报 10:46"
    qtbot.waitUntil(lambda: clipped(window) == [])


def test_a_second_run_sends_nothing(window: MainWindow, story: Story, qtbot: Any, gateway: Gateway) -> None:
    story.queued()
    page = page_of(window)
    page.start()
    run_ended(page, qtbot)
    log_in(page, qtbot, gateway)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    run_ended(page, qtbot)
    all_told(window)
    assert page.run_card.note.text() == "上次 10:46：没有待上报的记录"


def test_what_was_sent_and_not_answered_is_not_nothing(window: MainWindow, story: Story) -> None:
    story.sent()
    window.desk.data_changed.emit()
    page = page_of(window)
    assert page.run_card.title.text() == "1 条已发出，等待回执"
    assert window.foot._waiting.text() == "1 条已发出，等待回执"


def test_a_wrong_password_is_said_and_asked_again(
    window: MainWindow, story: Story, qtbot: Any, gateway: Gateway, store: Store
) -> None:
    story.queued()
    page = page_of(window)
    page.start()
    run_ended(page, qtbot)
    log_in(page, qtbot, gateway, "not-the-password")
    assert page.login.isVisible()
    assert page.login.problem.text()
    assert page.login.password.text() == ""
    assert store.outbox.count() == 1


def test_a_platform_that_is_down_loses_nothing(
    window: MainWindow, story: Story, qtbot: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jgclient.sync.dialogue.TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    store.settings.set("gateway_url", address)
    story.queued()
    page = page_of(window)
    page.start()
    assert page.run_card.pause_button.isVisible()
    window.foot.refresh()
    assert window.foot._waiting.text() == "", "the run's own line counts"
    run_ended(page, qtbot)
    all_told(window)
    assert window.foot._waiting.text().startswith("待上报 1 条")
    assert page.run_card.stopped.isVisible()
    assert page.run_card.stopped.text()
    assert not page.login.isVisible()
    assert store.outbox.count() == 1
    assert window.foot._network.text() == "上次上报未完成 · 10:46"
    qtbot.waitUntil(lambda: clipped(window) == [])


def test_pause_stops_the_run(window: MainWindow, story: Story, qtbot: Any, store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        store.settings.set("gateway_url", f"http://127.0.0.1:{free.getsockname()[1]}")
    story.queued()
    page = page_of(window)
    page.start()
    qtbot.mouseClick(page.run_card.pause_button, Qt.MouseButton.LeftButton)
    run_ended(page, qtbot)
    all_told(window)
    assert "取消" in page.run_card.note.text() + page.run_card.stopped.text()
    assert store.outbox.count() == 1
    assert page.start_button.isEnabled()


def test_progress_shows_the_report_and_nothing_invented(window: MainWindow) -> None:
    page = page_of(window)
    page.run_card.show_running()
    page._progressed(1204, 3000, SyncReport(accepted=1199, rejected=5, waiting=1796))
    assert page.run_card.title.text() == "上报 1 204 / 3 000 · 被退回 5"
    assert (page.run_card.bar.value(), page.run_card.bar.maximum()) == (1204, 3000)
    shown = [chip.text() for chip in page.run_card.chips.values() if chip.isVisible()]
    assert shown == ["已接收 1,199", "被退回 5", "排队 1,796"]


def test_the_most_urgent_comes_first(window: MainWindow, story: Story) -> None:
    later, late, soon = (story.queued(urgent_by=TODAY + timedelta(days=d)) for d in (5, -1, 0))
    sent = story.sent()
    window.desk.data_changed.emit()
    page = page_of(window)
    ids = [row.id for row in page.queue.rows_model.rows()]
    assert ids[0] == late
    assert set(ids) == {later, late, soon, sent}
    assert ids[-1] == later
    words = {row.id: page.queue.rows_model.columns[0].text(row) for row in page.queue.rows_model.rows()}
    assert words[sent] == "上报中"
    assert words[soon] == "排队"


def test_what_needs_somebody_is_grouped_by_reason(
    window: MainWindow, story: Story, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = [story.returned(), story.returned("中原区老王餐馆")]
    parked = story.parked("附件读不到")
    window.desk.data_changed.emit()
    page = page_of(window)
    rows = [store.records.row(record_id) for record_id in (*returned, parked)]
    assert [len(group) for group in grouped(r for r in rows if r)] == [2, 1]
    went: list[dict[str, str]] = []
    monkeypatch.setattr(window, "show_page", lambda name, **args: went.append({"page": name, **args}))
    doors = [b for b in page.attention.findChildren(QPushButton) if "顺发餐馆" in b.text()]
    doors[0].click()
    assert went == [{"page": "entry", "record_id": returned[0], "field": "administrative_cp"}]
    again = next(b for b in page.attention.findChildren(QPushButton) if b.text() == "重新排队")
    again.click()
    row = store.records.row(parked)
    assert row is not None
    assert row.state is State.QUEUED
