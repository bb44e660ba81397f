"""Cycles of the window are collected in the GUI thread only."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from jgclient.ui.garbage import GarbageKeeper


@pytest.fixture
def automatic() -> Iterator[None]:
    """Python collects by itself, as it does outside the tests."""
    gc.collect()
    gc.enable()
    yield
    gc.disable()


class Loop(QObject):
    """Holds itself, as a closed page does whose slots hold the page."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


def _allocate() -> None:
    kept: list[list[object]] = [[] for _ in range(20 * gc.get_threshold()[0])]
    assert kept


def test_a_loop_is_destroyed_by_the_gui_thread_only(qapp: QApplication, automatic: None) -> None:
    ended_in: list[int] = []
    keeper = GarbageKeeper(lambda: False)
    keeper.look()
    weakref.finalize(Loop(), lambda: ended_in.append(threading.get_ident()))
    worker = threading.Thread(target=_allocate)
    worker.start()
    worker.join()
    assert ended_in == []
    new_objects: list[list[object]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    keeper.look()
    assert new_objects
    assert ended_in == [threading.get_ident()]
    keeper.close()
    assert gc.isenabled()


def test_without_the_keeper_the_worker_would_have_destroyed_it(automatic: None) -> None:
    ended_in: list[int] = []
    weakref.finalize(Loop(), lambda: ended_in.append(threading.get_ident()))
    worker = threading.Thread(target=_allocate)
    worker.start()
    worker.join()
    assert ended_in == [worker.ident]


def test_what_stays_is_not_looked_through_again(qapp: QApplication) -> None:
    keeper = GarbageKeeper(lambda: False)
    keeper.look()
    frozen = gc.get_freeze_count()
    assert frozen > 1000
    new_objects: list[list[object]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    keeper.look()
    assert gc.get_freeze_count() <= frozen
    assert new_objects
    keeper.close()
    assert gc.get_freeze_count() == 0


def test_while_long_work_is_under_way_nothing_is_looked_through(qapp: QApplication, automatic: None) -> None:
    work = [True]
    keeper, ended = GarbageKeeper(lambda: work[0]), []
    weakref.finalize(Loop(), lambda: ended.append(1))
    new_objects: list[list[object]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    keeper.look()
    assert not ended
    work[0] = False
    keeper.look()
    assert ended
    assert new_objects
    keeper.close()
