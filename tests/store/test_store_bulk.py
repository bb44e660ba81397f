"""Drafts kept many at once are in every table what they would be one after another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from jgclient.forms.problems import Problem
from jgclient.records import State
from jgclient.store import ListQuery, NewDrafts, Store, Summary, findable, open_store

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
HARD = Problem(
    "required", "01代码检查", "hard", ("day",), "没有填“日期”", candidates=("2026-09-07", "甲\n乙")
)
SOFT = Problem("CF-001", "10时间信息检查", "soft", ("day",), "检查日期是周日")
TEXTS = {
    "party": ["郑州市重庆路“物业”公司", "Ａ公司", "", "甲"],
    "day": ["2026-09-05", "", "2026-09-06", "x\u0001"],
    "a_code": ["91410100MA0000015B", "91410100MA0000015B", "", "郑州市重庆路“物业”公司"],
}
PROBLEMS = [[], [HARD, SOFT], [SOFT], [HARD]]
TABLES = ("record", "draft", "imported", "record_count", "duty_stale", "record_text", "text_stale")


def summary(number: int) -> Summary:
    party = TEXTS["party"][number]
    return Summary(party, f"N-{number}", party, TEXTS["a_code"][number], "", TEXTS["day"][number])


def drafts(first: str = "r", file: str = "台账.xlsx") -> NewDrafts:
    return NewDrafts(
        form="check", form_version=2, author="李某", file=file, record_ids=[f"{first}{n}" for n in range(4)],
        texts=TEXTS, problems=PROBLEMS, summaries=[summary(n) for n in range(4)],
        fingerprints=[f"{first}-print-{n}" for n in range(4)], rows=[3, 4, 6, 7], keys=["a_code", "party"],
    )  # fmt: skip


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    opened = []

    def new(name: str) -> Store:
        opened.append(open_store(tmp_path / name, clock=lambda: NOW))
        return opened[-1]

    yield new
    for store in opened:
        store.close()


def add(store: Store, *blocks: NewDrafts) -> None:
    store.bulk.add([store.bulk.rows(block) for block in blocks])


def one_after_another(store: Store, block: NewDrafts) -> None:
    for n, record_id in enumerate(block.record_ids):
        store.records.save_draft(
            record_id, form=block.form, form_version=block.form_version, author=block.author, offered=True,
            texts={name: column[n] for name, column in block.texts.items() if column[n]},
            hard_problems=sum(p.strength == "hard" for p in block.problems[n]), problems=block.problems[n],
            summary=block.summaries[n],
        )  # fmt: skip
        store.imports.add(block.fingerprints[n], record_id, block.file, block.rows[n])


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows; ``touched`` counts on, so only its order is compared."""
    found = {}
    for table in TABLES:
        columns = [row["name"] for row in store._db.rows(f"PRAGMA table_info({table})")]
        rows = store._db.rows(f"SELECT {', '.join(c for c in columns if c != 'touched')} FROM {table}")
        found[table] = sorted(tuple(row) for row in rows)
    found["record_count"] = [row for row in found["record_count"] if row[-1]]
    found["order"] = [tuple(row) for row in store._db.rows("SELECT id FROM record ORDER BY touched")]
    found["schema"] = [
        tuple(row) for row in store._db.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    ]
    return found


def searched(store: Store, text: str) -> list[str]:
    return [row.id for row in store.records.list(ListQuery(text=text))]


def test_the_same_rows_and_the_same_index(make: Any) -> None:
    slow, quick = make("slow"), make("quick")
    for store in (slow, quick):
        store.records.save_draft("before", form="other", form_version=1, texts={"a": "早"}, author="甲")
    for block in (drafts(), drafts("s", "另一本.xlsx")):
        one_after_another(slow, block)
    add(quick, drafts(), drafts("s", "另一本.xlsx"))
    assert quick.stale_rows() == []
    quick.records.make_findable()
    assert everything(quick) == everything(slow)
    for text in ("物", "重庆路", "zzs", "ma0000015", "甲", "公司", "周日"):
        assert searched(quick, text) == searched(slow, text)
    assert searched(quick, "物") == ["s3", "s0", "r3", "r0"]
    assert quick.records.counts_by_state() == {State.DRAFT: 5, State.INVALID: 4}
    assert (quick.stale_rows(), quick.wrong_counts()) == ([], [])
    assert quick.imports.seen(["r-print-1", "nix"]) == {"r-print-1": "r1"}
    assert quick.records.problems("r1") == [HARD, SOFT]


def test_a_search_makes_first_what_an_import_left_for_later(make: Any) -> None:
    store = make("a")
    add(store, drafts())
    assert searched(store, "重庆路") == ["r3", "r0"]
    add(store, drafts("s"))
    assert store.records.count(ListQuery(text="重庆路")) == 4
    add(store, drafts("t"))
    assert store.records.holding(["Ａ公司"]) == ["r1", "s1", "t1"]


def test_what_is_there_already_is_seen_before_its_search_text_is_made(make: Any) -> None:
    store = make("a")
    add(store, drafts())
    same = {"party": "郑州市重庆路“物业”公司", "a_code": "91410100MA0000015B"}
    assert store.registers.same_acts("check", same) == 1
    assert store.registers.same_acts("check", same | {"a_code": "91410100MA0000016B"}) == 0
    store.records.make_findable()
    assert store.registers.same_acts("check", same) == 1


def test_a_row_changed_meanwhile_is_found_once_and_by_its_new_words(make: Any) -> None:
    store = make("a")
    add(store, drafts())
    store.records.save_draft("r0", form="check", form_version=2, texts={"party": "丁"}, author="甲")
    store.records.drop_draft("r1")
    assert searched(store, "重庆路") == ["r3"]
    assert searched(store, "丁") == ["r0"]
    assert (store.stale_rows(), searched(store, "公司")) == ([], ["r3"])


def test_making_search_text_goes_on_where_it_was_stopped(make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(findable, "_PORTION", 3)
    store = make("a")
    add(store, drafts(), drafts("s"))
    told: list[tuple[int, int]] = []
    store.records.make_findable(lambda *done: told.append(done), lambda: bool(told))
    assert (told, findable.left(store._db)) == ([(3, 8)], 5)
    store.records.make_findable()
    assert (findable.left(store._db), len(searched(store, "公司"))) == (0, 6)


def test_many_are_told_from_few(make: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(findable, "FEW", 7)
    store = make("a")
    add(store, drafts())
    assert not store.records.search_is_behind()
    add(store, drafts("s"))
    assert store.records.search_is_behind()


def test_later_drafts_go_on_counting(make: Any) -> None:
    store = make("a")
    add(store, drafts())
    store.records.save_draft("after", form="check", form_version=2, texts={"party": "丁"}, author="甲")
    assert [row.id for row in store.records.list(ListQuery())] == ["after", "r3", "r2", "r1", "r0"]
    assert store.records.counts_by_state("check") == {State.DRAFT: 3, State.INVALID: 2}
    assert store.wrong_counts() == []


def test_all_or_none(make: Any) -> None:
    store = make("a")
    before = everything(store)
    with pytest.raises(dbapi2.IntegrityError):
        add(store, drafts(), drafts())
    assert everything(store) == before


def test_taken_back_as_if_never_there_but_for_what_was_typed_since(make: Any, tmp_path: Path) -> None:
    store = make("a")
    before = everything(store)
    add(store, drafts())
    assert store.bulk.take_back([f"r{n}" for n in range(4)]) == 4
    assert everything(store) == before
    assert searched(store, "物业") == []

    add(store, drafts())
    with open_store(tmp_path / "a", clock=lambda: NOW.replace(hour=10)) as window:
        window.records.save_draft("r1", form="check", form_version=2, texts={"party": "改"}, author="甲")
    assert store.bulk.take_back([f"r{n}" for n in range(4)]) == 3
    assert [row.id for row in store.records.list(ListQuery())] == ["r1"]
    assert store.imports.seen(["r-print-1"]) == {"r-print-1": "r1"}
    assert store.stale_rows() == []


def test_contents_come_in_the_order_asked_for(make: Any) -> None:
    store = make("a")
    add(store, drafts())
    found = store.bulk.contents(["r2", "unknown", "r0", "r1"])
    assert [kept.record_id for kept in found] == ["r2", "r0", "r1"]
    assert [kept.texts for kept in found] == [store.records.draft(kept.record_id).texts for kept in found]
    assert {(kept.form, kept.operation, kept.accepted, kept.day) for kept in found} == {
        ("check", "", False, NOW.date())
    }
    assert store.bulk.contents([]) == []
