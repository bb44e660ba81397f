"""Runs that begin by themselves, and the one line that says how they go."""

from __future__ import annotations

import socket
from typing import Any

from ui_gateway import Gateway, known_here
from ui_stories import Story

from jgclient.records import State
from jgclient.store import Store
from jgclient.sync import SyncReport
from jgclient.sync.schedule import AUTOMATIC
from jgclient.ui.frame import MainWindow


def look(window: MainWindow, qtbot: Any) -> None:
    """A minute passes."""
    window.desk.reporter.look()
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)


def test_what_waits_goes_by_itself_when_the_platform_comes_into_reach(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, qtbot: Any
) -> None:
    known_here(store, gateway)
    record_id = story.queued()
    said: list[str] = []
    window.desk.said.connect(lambda words, _tone: said.append(words))
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    store.settings.set("gateway_url", nowhere)
    look(window, qtbot)
    assert store.outbox.count() == 1
    store.settings.set("gateway_url", gateway.url)
    look(window, qtbot)
    row = store.records.row(record_id)
    assert row is not None
    assert row.state is State.ACCEPTED
    assert store.settings.get("last_sync")["line"] == "上报 1 / 1"
    assert said[:2] == ["自动上报（网络恢复）", "自动上报：上报 1 / 1"]
    assert window.front == "workbench"  # nobody was taken away from the work at hand


def test_nothing_goes_by_itself_where_that_is_switched_off(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, qtbot: Any
) -> None:
    known_here(store, gateway)
    store.settings.set(AUTOMATIC, False)
    story.queued()
    look(window, qtbot)
    assert (store.outbox.count(), store.settings.get("last_sync")) == (1, None)


def test_a_lost_log_in_is_asked_once_and_not_tried_again(
    window: MainWindow, story: Story, store: Store, gateway: Gateway, qtbot: Any
) -> None:
    store.settings.set("gateway_url", gateway.url)
    store.settings.set("token", "expired")
    store.settings.set("token_for", gateway.url)
    story.queued()
    look(window, qtbot)
    assert "等待登录" in window.foot._said.text()
    assert store.settings.get("last_sync")["stopped"]
    store.settings.set("last_sync", None)
    look(window, qtbot)
    assert store.settings.get("last_sync") is None
    assert store.outbox.count() == 1


def test_the_status_line_says_how_the_run_goes(window: MainWindow) -> None:
    report = SyncReport(accepted=1202, rejected=2, waiting=1796, note="等待网络")
    window.desk.reporter._progressed(1204, 3000, report)
    assert window.foot._network.text() == "上报 1 204 / 3 000 · 被退回 2 · 等待网络"
    window.desk.reporter._finish(report, report.line(), stopped=True)
    assert window.foot._network.text() == "还没有联网上报过"


def test_a_run_that_began_by_itself_is_seen_on_the_page(
    window: MainWindow, story: Story, store: Store, qtbot: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        store.settings.set("gateway_url", f"http://127.0.0.1:{free.getsockname()[1]}")
    story.queued()
    window.desk.reporter.start()
    window.show_page("queue")
    page: Any = window.page("queue")
    assert page.run_card.pause_button.isVisible()
    assert not page.start_button.isEnabled()
    page.pause()
    qtbot.waitUntil(lambda: page.job is None, timeout=20_000)
    qtbot.waitUntil(page.start_button.isEnabled)


def test_forms_that_came_down_are_loaded_beside_the_window(window: MainWindow, qtbot: Any) -> None:
    before = window.desk.basis
    window.desk.reload()
    qtbot.waitUntil(lambda: not window.desk.jobs.busy)
    assert window.desk.basis is not before
    assert "不受影响" in window.foot._said.text()
