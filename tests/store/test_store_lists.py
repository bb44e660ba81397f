from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import product
from operator import attrgetter

import pytest
from store_parts import answer, send

from jgclient.forms.problems import Problem
from jgclient.records import State
from jgclient.store import ListQuery, RecordRow, Summary, listing


@pytest.fixture
def filled(store, draft, finish):
    """Twelve records over two forms, several states, with ties in every column."""
    problem = Problem("required", "01代码检查", "hard", ("n",), "缺")
    with store.atomic():
        for i in range(12):
            party = (f"企业{i % 3}", f"9{i % 3}")
            summary = Summary(f"标题{i % 5}", f"{i % 4}号", *party, f"item{i % 2}", f"2026-09-{i + 1:02}")
            if i % 3 == 0:
                wrong = {"problems": [problem] * (i % 2), "hard_problems": i % 2, "offered": True}
                draft(
                    store, form="penalty", texts={"n": f"物业{i}"}, summary=summary, author=f"人{i}", **wrong
                )
            else:
                finish(store, content={"n": f"物业{i}"}, summary=summary, urgent_by=date(2026, 10, 20 - i))
            if i == 6:
                send(store, "b1")
                answer(store, "b1", "accepted")
    return store


def sort_value(row: RecordRow, column: str):
    value = row.state.value if column == "state" else getattr(row, column)
    return date.max if column == "urgent_by" and value is None else value


@pytest.mark.parametrize(("few", "many"), [(1500, 0), (0, 300_000), (0, 0)])
@pytest.mark.parametrize("column", [field.name for field in fields(RecordRow)])
def test_every_column_sorts_both_ways_with_and_without_filters(filled, monkeypatch, column, few, many):
    monkeypatch.setattr(listing, "FEW", few)  # all ways through the list must show the same
    monkeypatch.setattr(listing, "MANY_HITS", many)
    for form, text, descending in product(["", "check"], ["", "物业"], [True, False]):
        query = ListQuery(sort=column, descending=descending, form=form, text=text)
        rows = filled.records.list(query)
        assert len(rows) == filled.records.count(query) == (8 if form else 12)
        values = [sort_value(row, column) for row in rows]
        assert values == sorted(values, reverse=descending)
        pages = [filled.records.list(replace(query, limit=5, offset=offset)) for offset in (0, 5, 10)]
        assert [row for page in pages for row in page] == rows


def test_states_and_ids_filter(filled):
    every = filled.records.list(ListQuery())
    for state in State:
        wanted = [row for row in every if row.state is state]
        query = ListQuery(states=frozenset({state}))
        assert filled.records.list(query) == wanted
        assert filled.records.count(query) == len(wanted)
    some = frozenset({State.ACCEPTED, State.INVALID})
    assert filled.records.list(ListQuery(states=some)) == [row for row in every if row.state in some]
    ids = (every[3].id, every[5].id, "unknown")
    assert filled.records.list(ListQuery(ids=ids)) == [every[3], every[5]]
    assert filled.records.list(ListQuery(ids=())) == []
    assert filled.records.count(ListQuery(ids=())) == 0


@pytest.mark.parametrize("few", [1500, 0])
@pytest.mark.parametrize("text", ["", "物业"])
@pytest.mark.parametrize("sort", ["act_date", "updated_at", "title"])
def test_days_and_author_filter(filled, draft, monkeypatch, few, text, sort):
    monkeypatch.setattr(listing, "FEW", few)
    draft(filled, texts={"n": "物业"}, summary=Summary("没有日期"))
    every = filled.records.list(ListQuery(text=text, sort=sort))
    for since, until in (("2026-09-04", "2026-09-09"), ("2026-09-04", ""), ("", "2026-09-09")):
        wanted = [r for r in every if r.act_date and (since or "0") <= r.act_date <= (until or "9")]
        query = ListQuery(text=text, sort=sort, since=since, until=until)
        assert filled.records.list(query) == wanted != every
        assert filled.records.count(query) == len(wanted)
    query = ListQuery(text=text, sort=sort, author="人3")
    assert [row.author for row in filled.records.list(query)] == ["人3"]
    assert filled.records.count(query) == 1


def test_counts_by_state_add_up_to_the_list(filled):
    every = filled.records.list(ListQuery())
    for form in ("", "check", "penalty", "nothing"):
        counts = filled.records.counts_by_state(form)
        rows = [row for row in every if form in ("", row.form)]
        assert counts == {
            state: [row.state for row in rows].count(state) for state in {row.state for row in rows}
        }


def test_a_column_that_is_none_is_a_mistake_of_the_caller(store):
    with pytest.raises(ValueError, match="cannot sort"):
        store.records.list(ListQuery(sort="touched; DROP TABLE record"))


def test_a_row_is_the_same_in_the_list_and_alone(filled):
    for row in filled.records.list(ListQuery()):
        assert filled.records.row(row.id) == row


def test_a_spoilt_index_is_found_and_built_again_from_the_facts(filled):
    good = sorted(filled.records.list(ListQuery()), key=attrgetter("id"))
    filled._db.run("UPDATE record SET state = 'accepted', title = '错' WHERE form = 'penalty'")
    filled._db.run("DELETE FROM record_text")
    assert filled.records.count(ListQuery(text="物业")) == 0
    assert filled.records.rebuild_index() == 4
    assert sorted(filled.records.list(ListQuery()), key=attrgetter("id")) == good
    assert filled.records.count(ListQuery(text="物业")) == 12
    assert filled.records.rebuild_index() == 0
