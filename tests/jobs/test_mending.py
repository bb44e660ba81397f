"""One decision mends all equal mistakes, as one step that can be taken back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from jgclient import mending
from jgclient.forms.library import FormLibrary
from jgclient.importing import import_workbook
from jgclient.store import ListQuery, Store

HEAD = ["被检查单位", "社会信用代码", "检查日期", "检查结果", "检查人"]


@pytest.fixture
def ledger(store: Store, library: FormLibrary, now: datetime, tmp_path: Path) -> Store:
    """Seven rows whose result is no code, one that lacks it, two that are right in it."""
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    results = ["未发现毛病"] * 7 + ["", "01", "02"]
    page.write_row(0, 0, HEAD)
    for row, result in enumerate(results, start=1):
        page.write_row(
            row, 0, [f"公司{row}", "91410100MA0000015B", f"2026-0{row % 9 + 1}-05", result, "张三、李四"]
        )
    book.close()
    import_workbook(store, library, tmp_path / "a.xlsx", form_id="check", now=now)
    return store


def results(store: Store) -> list[str]:
    rows = store.records.list(ListQuery(sort="number", descending=False, limit=100))
    return [store.records.draft(row.id).texts.get("check_result", "") for row in rows]


def found(store: Store, library: FormLibrary, value: str) -> mending.Mistake:
    groups = mending.mistakes(store, library)
    return next(m for m in groups if m.name == "check_result" and m.value == value)


def test_equal_mistakes_are_one_group(ledger: Store, library: FormLibrary) -> None:
    mistake = found(ledger, library, "未发现毛病")
    assert len(mistake.record_ids) == 7
    assert mistake.line.startswith("7 条：检查结果＝“未发现毛病”：")
    assert "→" in mistake.line
    assert len(found(ledger, library, "").record_ids) == 1
    groups = mending.mistakes(ledger, library)
    assert [len(m.record_ids) for m in groups] == sorted((len(m.record_ids) for m in groups), reverse=True)
    assert len({m.key for m in groups}) == len(groups)
    only = mending.mistakes(ledger, library, record_ids=mistake.record_ids[:2])
    assert max(len(m.record_ids) for m in only) == 2
    assert mending.mistakes(ledger, library, form="penalty") == []


def test_one_decision_mends_all_and_is_taken_back(ledger: Store, library: FormLibrary, now: datetime) -> None:
    before = results(ledger)
    mistake = found(ledger, library, "未发现毛病")
    done = mending.mend(ledger, library, mistake, "01", now=now)
    assert (done.changed, done.left) == (7, [])
    assert [text[:5] for text in results(ledger)[:7]] == ["未发现问题"] * 7
    assert results(ledger)[7:] == before[7:]
    assert all(m.value != "未发现毛病" for m in mending.mistakes(ledger, library))
    assert mending.last(ledger) == ("未发现毛病", "01", 7)
    assert ledger.stale_rows() == []
    assert mending.undo(ledger, library, now=now) == 7
    assert results(ledger) == before
    assert found(ledger, library, "未发现毛病") == mistake
    assert mending.undo(ledger, library, now=now) == 0


def test_what_was_typed_meanwhile_stays(ledger: Store, library: FormLibrary, now: datetime) -> None:
    mistake = found(ledger, library, "未发现毛病")
    first, second = mistake.record_ids[:2]

    def typed(record_id: str, text: str) -> None:
        texts = ledger.records.draft(record_id).texts | {"check_result": text}
        ledger.records.save_draft(record_id, form="check", form_version=1, texts=texts, author="李某")

    typed(first, "03")
    done = mending.mend(ledger, library, mistake, "01", now=now)
    assert [record_id for record_id, _ in done.left] == [first]
    typed(second, "02")
    assert mending.undo(ledger, library, now=now) == 5
    texts = [ledger.records.draft(record_id).texts["check_result"] for record_id in (first, second)]
    assert texts == ["03", "02"]


def test_stopped_it_leaves_everything_as_it_was(
    ledger: Store, library: FormLibrary, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "PORTION", 2)
    before, seen = results(ledger), []
    done = mending.mend(
        ledger, library, found(ledger, library, "未发现毛病"), "01", now=now,
        on_progress=lambda *step: seen.append(step), is_cancelled=lambda: len(seen) == 2,
    )  # fmt: skip
    assert done.cancelled
    assert seen == [(0, 7), (2, 7)]
    assert results(ledger) == before
