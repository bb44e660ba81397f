"""Portions are written in a second thread while the next rows are checked; still all are kept, or none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jgclient.forms.library import FormLibrary
from jgclient.importing import ImportReport, import_workbook, keeping
from jgclient.store import DraftRows, ListQuery, Store, StoreError
from jgclient.store.bulk import Bulk

SHEETS, ROWS = 5, 40
HEAD = ["被检查单位", "社会信用代码", "检查日期", "检查结果"]
Take = Callable[..., ImportReport]


@pytest.fixture
def take(
    store: Store, library: FormLibrary, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Take:
    """Import a ledger of which every sheet is a portion."""
    monkeypatch.setattr(keeping, "PORTION", 1)
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    for sheet in range(SHEETS):
        page = book.add_worksheet(f"{sheet + 1}月")
        page.write_row(0, 0, HEAD)
        for row in range(ROWS):
            page.write_row(row + 1, 0, [f"甲{sheet}公司{row}号", "91410100MA0000015B", "2026-09-05", "01"])
    book.close()
    return lambda **options: import_workbook(store, library, tmp_path / "a.xlsx", now=now, **options)


@pytest.fixture
def writers(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """The second stores that were opened."""
    opened: list[Store] = []
    twin = Store.twin

    def remembered(store: Store) -> Store:
        opened.append(twin(store))
        return opened[-1]

    monkeypatch.setattr(Store, "twin", remembered)
    return opened


def writing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("beside")]


def test_all_portions_are_kept_in_the_order_of_the_rows(
    take: Take, store: Store, writers: list[Store]
) -> None:
    interval = sys.getswitchinterval()
    report = take()
    ids = [row.record_id for row in report.rows]
    assert [row.id for row in reversed(store.records.list(ListQuery(limit=500)))] == ids
    assert (len(ids), len(set(ids)), len(writers)) == (SHEETS * ROWS, SHEETS * ROWS, 1)
    assert (store.wrong_counts(), store.stale_rows()) == ([], [])
    assert (writing(), sys.getswitchinterval()) == ([], interval)
    assert take().count("duplicate") == SHEETS * ROWS


def test_numbers_given_while_a_portion_is_being_written_are_all_different(take: Take, store: Store) -> None:
    report = take()
    numbers = {
        draft.texts["check_action_code"]
        for row in report.rows
        if (draft := store.records.draft(row.record_id))
    }
    assert len(numbers) == SHEETS * ROWS


@pytest.mark.parametrize("room", [0, 100])
def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    take: Take, store: Store, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    twin = Store.twin

    def nearly_full(whole: Store) -> Store:
        opened = twin(whole)
        pages = opened._db.value("PRAGMA page_count")
        opened._db.row(f"PRAGMA max_page_count = {pages + room}")
        return opened

    begun: list[object] = []
    add = Bulk.add

    def counted(bulk: Bulk, rows: Sequence[DraftRows]) -> None:
        begun.append(rows)
        add(bulk, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Bulk, "add", counted)
        patched.setattr(Store, "twin", nearly_full)
        with pytest.raises(StoreError) as told:
            take()
    assert told.value.kind == "disk_full"
    assert (len(begun) > 1) == (room > 0)
    assert store.records.count(ListQuery()) == 0
    assert (store.wrong_counts(), store.stale_rows()) == ([], [])
    take()
    assert store.records.count(ListQuery()) == SHEETS * ROWS


@pytest.mark.parametrize("after", [1, ROWS, 3 * ROWS, SHEETS * ROWS, 2 * SHEETS * ROWS - ROWS])
def test_cancelled_at_any_time_nothing_is_left(take: Take, store: Store, after: int) -> None:
    seen = [0]

    def progress(done: int, _total: int) -> None:
        seen.append(done)

    report = take(on_progress=progress, is_cancelled=lambda: seen[-1] >= after)
    assert report.cancelled
    assert store.records.count(ListQuery()) == 0
    assert (store.wrong_counts(), writing()) == ([], [])


def test_cancelled_while_a_portion_fails_for_an_unknown_reason_nothing_is_left(
    take: Take, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, begun = Bulk.add, threading.Event()

    def failing(bulk: Bulk, rows: Sequence[DraftRows]) -> None:
        if begun.is_set():
            raise RuntimeError("unforeseen")
        add(bulk, rows)
        begun.set()

    monkeypatch.setattr(Bulk, "add", failing)
    with pytest.raises(RuntimeError, match="unforeseen"):
        take()
    assert store.records.count(ListQuery()) == 0
    begun.clear()
    seen = [0]

    def progress(done: int, _total: int) -> None:
        seen.append(done)

    assert take(on_progress=progress, is_cancelled=lambda: begun.is_set() and seen[-1] > ROWS).cancelled
    assert (store.records.count(ListQuery()), store.wrong_counts(), writing()) == (0, [], [])


def test_another_writer_comes_in_between_two_portions(
    take: Take, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who types in the window meanwhile saves into the same file."""
    window: Any = store.twin()
    saved: list[str] = []

    def progress(_done: int, _total: int) -> None:
        name = f"typed{len(saved)}"
        window.records.save_draft(
            name, form="check", form_version=1, texts={"administrative_cp": "丁"}, author="甲"
        )
        saved.append(name)

    report = take(on_progress=progress)
    window.close()
    assert len(saved) > SHEETS
    assert store.records.count(ListQuery()) == SHEETS * ROWS + len(saved)
    assert report.count("duplicate") == 0
