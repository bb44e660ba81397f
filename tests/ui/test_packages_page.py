"""Reporting without a network from the window: a package out, the answer in, one given up."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ui_gateway import REFUSED, UNIT, Gateway
from ui_seeing import clipped
from ui_stories import NOW, Story

from jgclient.records import State
from jgclient.store import Store
from jgclient.sync import device_id
from jgclient.sync.devices import PLATFORM_KEY, device_keys
from jgclient.ui.frame import MainWindow
from jgclient.ui.packages_page import PackagesPage
from jggateway import devices
from jggateway.receiving import Receiving


@pytest.fixture
def page(window: MainWindow, store: Store, gateway: Gateway) -> PackagesPage:
    """Of a client that the platform knows, without ever having been online."""
    state = gateway.app.state
    store.settings.set(PLATFORM_KEY, str(state.keys.public))
    with state.storage.writing() as connection:
        key = str(device_keys(store).public)
        devices.register(connection, UNIT, device_id(store), key, NOW, actor="test")
    window.show_page("packages")
    made = window.page("packages")
    assert isinstance(made, PackagesPage)
    return made


def answer_to(gateway: Gateway, package: Path) -> Path:
    """What the receiving end makes of a package."""
    state = gateway.app.state
    receiving = Receiving(state.storage, state.intake, state.files, state.keys, lambda: NOW)
    with ExitStack() as files:
        envelope, replies = receiving.receive([files.enter_context(package.open("rb"))])
    answer = package.with_suffix(".jgr")
    receiving.answer(envelope, replies, lambda: answer.open("wb"))
    return answer


def settle(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.busy, timeout=20_000)


def standing(page: PackagesPage) -> list[list[str]]:
    """First and last column: what a package waits for, what can be done."""
    columns = page.table.rows_model.columns
    return [[column.text(row) for column in columns][0::6] for row in page.table.rows_model.rows()]


def test_out_on_a_stick_and_back_with_receipts(
    window: MainWindow, page: PackagesPage, story: Story, store: Store, gateway: Gateway, answers: Any,
    tmp_path: Path, qtbot: Any,
) -> None:  # fmt: skip
    good, bad = story.queued(), story.queued(REFUSED)
    page.refresh()
    assert page.waiting.text().startswith("2 条等待上报")
    answers.file = tmp_path / "上报"
    page.pack_button.click()
    settle(window, qtbot)
    package = tmp_path / "上报.jgp"
    assert "已打包 2 条记录、0 个附件：上报.jgp" in page.notice.words.text()
    assert (tmp_path / "上报.html").exists()
    assert store.outbox.count() == 0
    assert not page.pack_button.isEnabled()
    qtbot.waitUntil(lambda: clipped(window) == [])
    answers.file = answer_to(gateway, package)
    for expected in ("已接收 1 · 被退回 1", "已经导入过"):
        page.unpack_button.click()
        settle(window, qtbot)
        assert expected in page.notice.words.text()
    states = [store.records.row(i) for i in (good, bad)]
    assert [row.state for row in states if row] == [State.ACCEPTED, State.RETURNED]
    assert standing(page) == [["已导入", ""]]


def test_a_package_that_never_arrived_is_given_up_after_a_question(
    window: MainWindow,
    page: PackagesPage,
    story: Story,
    store: Store,
    answers: Any,
    tmp_path: Path,
    qtbot: Any,
) -> None:
    story.queued()
    page.refresh()
    answers.file = tmp_path / "out.jgp"
    page.pack_button.click()
    settle(window, qtbot)
    assert standing(page) == [["等待", "送不到，取消"]]
    row = page.table.rows_model.row(0)
    answers.yes = False
    page.table.opened.emit(row)
    assert store.outbox.count() == 0
    answers.yes = True
    page.table.opened.emit(row)
    settle(window, qtbot)
    assert store.outbox.count() == 1
    assert answers.asked == ["打成数据包", *["数据包 out.jgp 送不到了吗？"] * 2]
    assert standing(page) == [["已了结", ""]]
    page.table.opened.emit(page.table.rows_model.row(0))
    assert len(answers.asked) == 3
    answers.file = tmp_path / "no-such-folder" / "out.jgp"
    page.pack_button.click()
    settle(window, qtbot)
    assert standing(page) == [["没写成", ""], ["已了结", ""]]


def test_without_the_platforms_key_it_is_said_what_to_do(
    window: MainWindow, story: Story, store: Store, answers: Any, tmp_path: Path, qtbot: Any
) -> None:
    story.queued()
    window.show_page("packages")
    page: Any = window.page("packages")
    answers.file = tmp_path / "out.jgp"
    page.pack_button.click()
    settle(window, qtbot)
    assert "还没有上报平台的公钥" in page.notice.words.text()
    assert store.outbox.count() == 1
