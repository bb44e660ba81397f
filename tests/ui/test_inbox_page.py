"""Notices and tasks in the window; what was not applied is said."""

from __future__ import annotations

from typing import Any

import requests
from ui_gateway import PASSWORD, UNIT, Gateway, known_here
from ui_seeing import clipped
from ui_stories import NOW, TODAY

from jgclient.contract import Change, content_hash
from jgclient.store import ListQuery, Store
from jgclient.ui.frame import MainWindow
from jgclient.ui.inbox_page import InboxPage


def told(store: Store, kind: str, entry_id: str, content: dict[str, Any]) -> Change:
    change = Change(kind, entry_id, False, NOW.isoformat(), content_hash(content), "", content)
    store.changes.keep(change, load=1, content=True)
    return change


def test_messages_are_listed_read_and_answered(window: MainWindow, store: Store, qtbot: Any) -> None:
    told(
        store,
        "notice",
        "n1",
        {"title": "国庆期间系统维护", "text": "10月1日停机。", "valid_to": "2026-12-31"},
    )
    told(store, "notice", "n0", {"title": "旧通知", "text": "", "valid_to": "2026-01-01"})
    told(
        store,
        "task",
        "t1",
        {"title": "核查风险线索", "text": "请检查。", "due_on": "2026-11-30", "form": "check"},
    )
    store.changes.refuse(Change("form", "x", False, NOW.isoformat(), "", ""), "这个表单有错", load=1)
    assert store.changes.unread(TODAY) == 2
    window.show_page("queue")
    queue: Any = window.page("queue")
    assert queue.inbox_button.text() == "平台消息 2"
    queue.inbox_button.click()
    page = window.page("inbox")
    assert isinstance(page, InboxPage)
    titles = [page.table.rows_model.columns[2].text(row) for row in page.table.rows_model.rows()]
    assert (titles[0], sorted(titles[1:])) == ("表单 x", ["国庆期间系统维护", "核查风险线索"])
    assert "没有采用：这个表单有错" in page.text.text()
    assert not page.answer_button.isEnabled()
    for number, title in enumerate(titles[1:], start=1):
        page.table.choose(number)
        qtbot.waitUntil(lambda: page.head_note() in ("1 条未读", ""))
        assert page.card.title.text() == title
    qtbot.waitUntil(lambda: page.head_note() == "")
    assert store.changes.unread(TODAY) == 0
    qtbot.waitUntil(lambda: clipped(window) == [])
    page.table.choose(titles.index("核查风险线索"))
    assert page.text.text() == "限 2026-11-30 前完成\n\n请检查。"
    page.answer_button.click()
    assert window.front == "entry"


def send_task(gateway: Gateway, content: dict[str, Any]) -> None:
    """The city sends a task through the gateway's interface."""
    gateway.app.state.accounts.add("city", PASSWORD, unit=UNIT, role="region", now=NOW)
    log_in = {"user": "city", "password": PASSWORD, "device_id": "office"}
    token = requests.post(f"{gateway.url}/v1/sessions", json=log_in, timeout=5).json()["token"]
    entry = {"kind": "task", "unit": UNIT, "id": "t1", "content": content}
    answer = requests.post(
        f"{gateway.url}/v1/changes", json={"entries": [entry]}, timeout=5,
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def test_a_task_of_the_platform_begins_the_record_that_answers_it(
    window: MainWindow, store: Store, qtbot: Any, gateway: Gateway
) -> None:
    party = "郑州惠民物业管理有限公司"
    filled = {"administrative_cp": party, "number": 12}
    send_task(gateway, {"title": "核查风险线索", "form": "check", "content": filled, "due_on": "2026-11-30"})
    known_here(store, gateway)
    reporter = window.desk.reporter
    reporter.start()
    qtbot.waitUntil(lambda: reporter.job is None, timeout=20_000)
    window.show_page("inbox")
    page = window.page("inbox")
    assert isinstance(page, InboxPage)
    page.table.choose(0)
    known = window.desk.library.get("check")
    assert f"“按任务录入”时已填好：\n{known.field('administrative_cp').title}：{party}" in page.text.text()
    qtbot.waitUntil(lambda: clipped(window) == [])
    page.answer_button.click()
    entry: Any = window.page("entry")
    assert entry.session.is_new
    assert entry.session.texts["administrative_cp"] == party
    assert entry.binding.view.rows["administrative_cp"].input.text() == party
    entry.session.type("check_date", "2026-11-20")
    assert entry.session.keep()
    assert [row.party or row.title for row in store.records.list(ListQuery())] == [party]
