"""Background work: results in the GUI thread, cancel, errors as sentences, one store a thread."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtWidgets import QApplication

from jgclient.contract import TransportError
from jgclient.store import Store, StoreError
from jgclient.ui.background import Progress
from jgclient.ui.desk import Desk


class Receiver(QObject):
    """Keeps what arrives and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[object] = []
        self.failed: list[str] = []
        self.progress: list[tuple[int, int]] = []
        self.threads: set[QThread] = set()

    @Slot(object)
    def on_done(self, result: object) -> None:
        self.threads.add(QThread.currentThread())
        self.done.append(result)

    @Slot(str)
    def on_failed(self, sentence: str) -> None:
        self.threads.add(QThread.currentThread())
        self.failed.append(sentence)

    @Slot(int, int)
    def on_progress(self, done: int, total: int) -> None:
        self.threads.add(QThread.currentThread())
        self.progress.append((done, total))


@pytest.fixture
def receiver(qapp: QApplication) -> Receiver:
    return Receiver()


def test_a_task_works_on_its_own_store_and_answers_in_the_gui_thread(
    desk: Desk, receiver: Receiver, qtbot: Any, qapp: QApplication
) -> None:
    def task(store: Store, progress: Progress) -> tuple[bool, int]:
        progress.report(1, 1)
        store.settings.set("seen", 1)
        return store is desk.store, threading.get_ident()

    desk.jobs.run(task, done=receiver.on_done, failed=receiver.on_failed, progressed=receiver.on_progress)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert receiver.failed == []
    ((same, ident),) = receiver.done  # type: ignore[misc]  # what the task returns
    assert not same
    assert ident != threading.get_ident()
    assert receiver.progress == [(1, 1)]
    assert receiver.threads == {qapp.thread()}
    assert desk.store.settings.get("seen") == 1


@pytest.mark.parametrize(
    "error",
    [StoreError("disk_full"), TransportError("stop", "平台地址打不开。请核对后再报。")],
)
def test_expected_errors_arrive_as_their_sentence(
    desk: Desk, receiver: Receiver, qtbot: Any, error: Exception
) -> None:
    def task(_store: Store, _progress: Progress) -> None:
        raise error

    desk.jobs.run(task, done=receiver.on_done, failed=receiver.on_failed)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert receiver.failed == [str(error)]


def test_a_bug_is_logged_and_told_without_traceback(
    desk: Desk, receiver: Receiver, qtbot: Any, logfail: list[logging.LogRecord]
) -> None:
    def task(_store: Store, _progress: Progress) -> None:
        raise ZeroDivisionError("secret detail")

    desk.jobs.run(task, done=receiver.on_done, failed=receiver.on_failed)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert receiver.failed[0].startswith("程序内部出错，已记入日志")
    assert "secret" not in receiver.failed[0]
    (record,) = logfail
    assert record.exc_info
    logfail.clear()


def test_cancel_reaches_the_task_and_those_that_wait(desk: Desk, receiver: Receiver, qtbot: Any) -> None:
    begun = threading.Event()

    def patient(_store: Store, progress: Progress) -> str:
        begun.set()
        while not progress.is_cancelled():
            threading.Event().wait(0.001)
        return "stopped early"

    first = desk.jobs.run(patient, done=receiver.on_done, failed=receiver.on_failed)
    second = desk.jobs.run(patient, done=receiver.on_done, failed=receiver.on_failed)
    begun.wait(5)
    second.cancel()
    first.cancel()
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert receiver.done == ["stopped early"]
    assert receiver.failed == ["已取消，还没有开始做。"]


def test_close_stops_what_runs(desk: Desk, receiver: Receiver) -> None:
    begun = threading.Event()

    def patient(_store: Store, progress: Progress) -> None:
        begun.set()
        while not progress.is_cancelled():
            threading.Event().wait(0.001)

    desk.jobs.run(patient, done=receiver.on_done, failed=receiver.on_failed)
    begun.wait(5)
    desk.jobs.close()
    assert not desk.jobs._worker.isRunning()


def test_progress_is_not_told_more_often_than_it_can_be_seen(
    desk: Desk, receiver: Receiver, qtbot: Any
) -> None:
    def busy(_store: Store, progress: Progress) -> None:
        for number in range(20_000):
            progress.report(number + 1, 20_000)

    desk.jobs.run(busy, done=receiver.on_done, failed=receiver.on_failed, progressed=receiver.on_progress)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert receiver.progress[-1] == (20_000, 20_000)
    assert len(receiver.progress) < 200


def test_slots_that_would_run_in_the_worker_are_refused(desk: Desk, receiver: Receiver) -> None:
    with pytest.raises(TypeError, match="bound method"):
        desk.jobs.run(lambda _s, _p: None, done=lambda _r: None, failed=receiver.on_failed)
    assert not desk.jobs.busy


def test_what_came_of_the_last_job_is_told_before_the_store_closes(desk: Desk, receiver: Receiver) -> None:
    begun = threading.Event()

    def task(_store: Store, _progress: Progress) -> int:
        begun.set()
        return 7

    desk.jobs.run(task, done=receiver.on_done, failed=receiver.on_failed)
    assert begun.wait(20)
    desk.jobs.close()
    assert receiver.done == [7]
