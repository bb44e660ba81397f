"""Imported records become findable beside the window; until then a search says why it waits."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QSignalSpy

from jgclient.store import NewDrafts, Store, StoreError, Summary
from jgclient.store.findable import FEW
from jgclient.ui.frame import MainWindow
from jgclient.ui.records_page import RecordsPage
from jgclient.ui.search_keeper import WAITS

COUNT = FEW + 50


def imported(store: Store) -> None:
    """More records than are made findable while somebody waits."""
    numbers = range(COUNT)
    names = [f"郑州第{n}物业公司" for n in numbers]
    rows = store.bulk.rows(
        NewDrafts(
            form="check", form_version=1, author="李某", file="台账.xlsx",
            record_ids=[f"r{n:03d}" for n in numbers],
            texts={"administrative_cp": names}, problems=[[] for _ in numbers],
            summaries=[Summary(title=name, party=name) for name in names],
            fingerprints=[f"print-{n}" for n in numbers], rows=list(numbers),
        )
    )  # fmt: skip
    store.bulk.add([rows])


@pytest.fixture
def page(window: MainWindow, store: Store) -> RecordsPage:
    window.desk.searching._soon.timeout.disconnect()  # it begins when the test says so
    imported(store)
    window.show_page("records")
    made = window.page("records")
    assert isinstance(made, RecordsPage)
    return made


def test_a_search_waits_and_then_lists_by_itself(window: MainWindow, page: RecordsPage, qtbot: Any) -> None:
    assert page.head_note() == f"共 {COUNT} 条"
    page.search.setText("第7物业")
    page.refresh()
    assert (page.head_note(), page.model.rowCount()) == (WAITS, 0)
    assert page.empty.title.text() == WAITS
    said = QSignalSpy(window.desk.said)
    window.desk.searching.bring_up()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=10_000)
    assert page.model.row(0).party == "郑州第7物业公司"
    assert page.head_note() == "共 1 条"
    words = [said.at(number)[0] for number in range(said.count())]
    assert f"{WAITS} {COUNT}/{COUNT}" in words
    assert words[-1] == ""


def test_it_begins_by_itself_after_a_change(window: MainWindow, store: Store, qtbot: Any) -> None:
    imported(store)
    window.desk.data_changed.emit()
    qtbot.waitUntil(lambda: not window.desk.searching.behind, timeout=10_000)


def test_nothing_is_looked_for_once_the_window_is_going(window: MainWindow, page: RecordsPage) -> None:
    page.desk.jobs.close()
    page.desk.store.close()
    window.desk.searching.bring_up()


def test_a_failure_is_told(window: MainWindow, page: RecordsPage, qtbot: Any, monkeypatch: Any) -> None:
    def fail(*_: object) -> None:
        raise StoreError("disk_full")

    monkeypatch.setattr(type(page.desk.store.records), "make_findable", fail)
    with qtbot.waitSignal(window.desk.said, check_params_cb=lambda words, _: "检索没有编完" in words):
        window.desk.searching.bring_up()


def test_suggestions_do_not_wait(window: MainWindow, page: RecordsPage) -> None:
    from jgclient.aids import finding  # noqa: PLC0415 - it brings the rule engine

    assert finding.records(window.desk.store, "check", "第7") == []
