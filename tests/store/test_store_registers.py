from __future__ import annotations

import pytest
from store_parts import answer, send

from jgclient.forms.registers import Registers
from jgclient.store import RegisterRow, Summary

ITEM = RegisterRow(("0101", "410100"), {"name": "物业服务检查", "code": "0101"}, "2026-01-01", "2026-12-31")


def test_rows_are_added_and_replaced_by_key_and_only_what_differs_is_counted(store):
    other = RegisterRow(("0102", "410100"), {"name": "食品检查"})
    assert store.registers.upsert("item", [ITEM, other], "事项目录.xlsx") == 2
    assert store.registers.upsert("item", [ITEM, other], "事项目录.xlsx") == 0
    renamed = RegisterRow(ITEM.key, {"name": "物业管理检查", "code": "0101"}, "2026-01-01", "2026-12-31")
    assert store.registers.upsert("item", [renamed, other], "新目录.xlsx") == 1
    assert store.registers.list("item") == [renamed, other]
    assert store.registers.count("item") == 2
    assert store.registers.list("item", "物业服务") == []
    assert store.registers.list("item", "物业") == [renamed]


def test_checks_are_answered_by_the_leading_key(store):
    second = RegisterRow(("0101", "410200"), {"name": "乙"})
    store.registers.upsert("item", [ITEM, second, RegisterRow(("01",), {"name": "丙"})], "f")
    assert store.registers.rows("item", "0101") == [ITEM.content, second.content]
    assert store.registers.rows("item", "0") == []
    assert store.registers.rows("person", "0101") == []


def test_an_empty_register_says_that_nothing_can_be_verified(store):
    assert not store.registers.has_any("item")
    store.registers.upsert("item", [ITEM], "f")
    assert store.registers.has_any("item")
    assert not store.registers.has_any("person")
    store.registers.upsert("person", [RegisterRow(("", "甲"), {"name": "甲"})], "f")
    assert not store.registers.has_any("person"), "rows without a code prove no code wrong"


def test_registers_list_page_by_page_and_search_any_part(store):
    rows = [RegisterRow((f"{i:04}",), {"name": f"事项{i}"}) for i in range(7)]
    store.registers.upsert("item", rows, "f")
    store.registers.upsert("person", rows, "f")
    assert store.registers.list("item", limit=3, offset=3) == rows[3:6]
    assert store.registers.list("item", "项5") == [rows[5]]
    assert store.registers.list("item", "0003") == [rows[3]]
    assert store.registers.list("item", "〔") == []


def test_the_store_fulfils_the_protocol_of_the_checks(store):
    registers: Registers = store.registers.without("x")
    assert registers.rows("item", "1") == []


def test_earlier_records_are_known_by_number(store, draft, finish):
    registers = store.registers
    assert registers.record_exists("check", "12号") is None
    record_id = draft(store, summary=Summary(number="12号"))
    assert registers.record_exists("check", "12号") is True
    assert registers.record_exists("check", "13号") is False
    assert registers.record_exists("penalty", "12号") is None
    assert registers.without(record_id).record_exists("check", "12号") is None
    other = finish(store, summary=Summary(number="12号")).record_id
    assert registers.without(record_id).record_exists("check", "12号") is True
    assert registers.without(other).record_exists("check", "12号") is True


def withdraw(store, finish, record_id):
    for batch_id, operation in (("b1", ""), ("b2", "d")):
        finish(store, record_id, content=ACT, summary=Summary(number="12号"), operation=operation)
        send(store, batch_id)
        answer(store, batch_id, "accepted")


ACT = {
    "party_code": "91410105MA9KXYZ123",
    "check_date": "2026-09-07",
    "ok": True,
    "people": ["张三", "李四"],
    "n": "x",
}


def test_a_withdrawn_record_no_longer_counts(store, finish, clock):
    withdraw(store, finish, "r1")
    assert store.registers.record_exists("check", "12号") is False
    assert store.registers.same_acts("check", ACT) == 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 1),
        ({"n": None}, 0),
        ({"n": ""}, 0),
        ({"people": []}, 0),
        ({"more": "x"}, 0),
        ({"check_date": "2026-09-08"}, 0),
        ({"party_code": "91410105MA9KXYZ12"}, 0),
        ({"ok": False}, 0),
        ({"people": ["李四", "张三"]}, 0),
        ({"check_date": "2026-09"}, 0),
    ],
)
def test_the_same_act_agrees_in_every_field_asked(store, finish, asked, found):
    finish(store, content=ACT)
    finish(store, content=ACT | {"n": "y"})
    finish(store, content=ACT, form="penalty")
    assert store.registers.same_acts("check", ACT | asked) == found


def test_the_record_being_checked_does_not_count_as_another(store, draft, finish):
    record_id = finish(store, content=ACT).record_id
    same = {"party_code": ACT["party_code"], "check_date": ACT["check_date"]}
    assert store.registers.same_acts("check", same) == 1
    assert store.registers.without(record_id).same_acts("check", same) == 0
    draft(store, texts={"party_code": ACT["party_code"], "check_date": ACT["check_date"]})
    assert store.registers.without(record_id).same_acts("check", same) == 1


@pytest.mark.parametrize(
    ("within", "found"),
    [
        (("2026-07-01", "2026-09-30"), 1),
        (("2026-09-07", "2026-09-07"), 1),
        (("2026-10-01", "2026-12-31"), 0),
        (None, 1),
    ],
)
def test_the_same_act_may_be_asked_for_within_a_period(store, finish, within, found):
    finish(store, content=ACT, summary=Summary(act_date="2026-09-07"))
    same = {"party_code": ACT["party_code"]}
    assert store.registers.same_acts("check", same, within=within) == found


@pytest.mark.parametrize("listed", [{}, {"party_code": "party_code"}, {"number": "n", "item": "check_date"}])
@pytest.mark.parametrize(
    ("asked", "found"), [({}, 1), ({"n": "x", "people": []}, 0), ({"check_date": "?"}, 0)]
)
def test_what_the_list_shows_finds_the_same(store, finish, listed, asked, found):
    shown = Summary(party_code=ACT["party_code"], number=ACT["n"], act_date=ACT["check_date"])
    finish(store, content=ACT, summary=shown)
    finish(store, content=ACT, summary=shown, form="penalty")
    finish(store, content=ACT | {"check_date": "2026-09-08"}, summary=shown)
    registers = store.registers.without("x", listed)
    assert registers.same_acts("check", ACT | asked) == found


def test_nothing_asked_finds_nothing(store, finish):
    finish(store, content=ACT)
    assert store.registers.same_acts("check", {}) == 0
    assert store.registers.same_acts("check", {"ok": True}) == 0
