"""The index of open duties: marked stale by whatever changes a record, counted without reading it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from store_parts import answer, send

from jgclient.store import Store
from jgclient.store.duty_rows import DutyQuery, DutyRow, PersonCount, StaleRecord

DAY = date(2026, 11, 23)


def keep(store: Store, *rows: DutyRow) -> int:
    """Put the same rows for every stale record."""
    return store.duties.put([(record, rows) for record in store.duties.stale(1000)])


def row(due: date | None = DAY, place: int = 0, **changes: object) -> DutyRow:
    values: dict = {"title": "录入上报", "due": due, "latest": due, "reporting": True, "facts": f"f{due}"}
    return DutyRow(place, **(values | changes))


def stale(store: Store) -> list[StaleRecord]:
    return store.duties.stale(1000)


def test_whatever_changes_a_record_makes_it_stale(store, draft, finish):
    record_id = draft(store)
    (record,) = stale(store)
    assert (record.form, record.texts, record.accepted, record.at_rest) == (
        "check",
        {"n": "一"},
        False,
        False,
    )
    keep(store)
    assert stale(store) == []
    draft(store, record_id, texts={"n": "二"})
    assert [r.texts for r in stale(store)] == [{"n": "二"}]
    keep(store)
    finish(store, record_id, content={"n": "二"})
    (record,) = stale(store)
    assert (record.texts, record.content) == (None, {"n": "二"})


def test_a_receipt_ends_what_only_it_fulfils_at_once(store, finish):
    finish(store)
    keep(store, row(), row(place=1, title="送达", reporting=False, facts="g"))
    send(store, "b")
    answer(store, "b", "accepted")
    assert [line.duty.title for line in store.duties.page(DutyQuery())] == ["送达"]
    assert store.duties.count(DutyQuery()) == 1
    assert stale(store) == []


def test_a_record_that_goes_takes_its_duties_along(store, draft):
    record_id = draft(store)
    keep(store, row())
    draft(store, record_id, texts={"n": "二"})
    store.records.drop_draft(record_id)
    assert store.duties.page(DutyQuery()) == []
    assert store.duties.count(DutyQuery()) == 0
    assert stale(store) == []


def test_a_withdrawn_record_is_looked_at_again(store, finish):
    revision = finish(store)
    keep(store, row())
    finish(store, revision.record_id, operation="d")
    (record,) = stale(store)
    assert record.withdrawn


def test_numbers_agree_with_the_rows(store, draft):
    for author, due in (("甲", DAY), ("甲", date(2026, 11, 20)), ("乙", DAY), ("乙", None)):
        draft(store, author=author)
        keep(store, row(due))
    everything = store.duties.page(DutyQuery())
    assert [line.duty.due for line in everything] == [date(2026, 11, 20), DAY, DAY, None]
    assert store.duties.count(DutyQuery()) == 4
    for query in (
        DutyQuery(first=DAY, last=DAY), DutyQuery(first=DAY), DutyQuery(last=DAY), DutyQuery(overdue_on=DAY),
        DutyQuery(author="乙"), DutyQuery(title="录入上报", author="甲"), DutyQuery(title="送达"),
    ):  # fmt: skip
        assert store.duties.count(query) == len(store.duties.page(query)), query
    assert store.duties.days(date(2026, 11, 1), date(2026, 11, 30)) == {date(2026, 11, 20): 1, DAY: 2}
    assert store.duties.persons(DAY) == [PersonCount("乙", 2, 0, 1), PersonCount("甲", 2, 1, 1)]
    assert [len(store.duties.page(DutyQuery(limit=3, offset=o))) for o in (0, 3)] == [3, 1]


def test_putting_the_same_again_changes_nothing(store, draft):
    record_id = draft(store)
    assert keep(store, row()) == 1
    store.duties.mark_all_stale()
    assert keep(store, row()) == 0
    assert [line.duty for line in store.duties.of_record(record_id)] == [row()]


def test_a_moved_day_reaches_lists_numbers_and_the_outbox(store, finish):
    revision = finish(store, urgent_by=DAY)
    keep(store, row())
    (group,) = store.duties.groups()
    later = date(2026, 11, 24)
    store.duties.move([replace(group, due=later, latest=later, provisional=True)])
    (line,) = store.duties.page(DutyQuery(first=later, last=later))
    assert line.duty.provisional
    assert store.duties.days(DAY, later) == {later: 1}
    assert store.records.row(revision.record_id).urgent_by == later
    assert store.outbox.count_until(DAY) == 0
    assert store.outbox.count_until(later) == 1
    assert store.stale_rows() == []  # the list's column still follows from the facts
    assert store.duties.records_of([group.facts], 5) == ["检查"]


def test_limits_in_hours_are_counted_to_the_minute(store, draft):
    draft(store)
    end = datetime(2026, 11, 23, 16, 30)
    keep(store, row(moment=end))
    assert store.duties.passed_count(datetime(2026, 11, 23, 16, 30)) == 0
    assert store.duties.passed_count(datetime(2026, 11, 23, 16, 31)) == 1
    assert store.duties.passed_count(datetime(2026, 11, 23, 16, 31), author="乙") == 0
    assert store.duties.moments(datetime(2026, 11, 23), datetime(2026, 11, 24)) == [end]
    (line,) = store.duties.page(DutyQuery())
    assert line.duty.moment == end


def test_a_reminder_is_told_once(store):
    one, two = ("r", "录入上报", "2026-11-23", "3"), ("r", "录入上报", "2026-11-23", "1")
    store.reminders.tell([one])
    assert store.reminders.untold([one, two]) == [two]
    store.reminders.tell([one, two])
    assert store.reminders.untold([one, two]) == []


def test_a_snooze_shows_beside_its_duty_until_it_is_taken_back(store, draft):
    record_id = draft(store)
    keep(store, row())
    store.reminders.snooze(record_id, "录入上报", DAY, "等鉴定", "甲")
    (line,) = store.duties.page(DutyQuery())
    assert (line.snoozed_until, line.snooze_reason) == (DAY, "等鉴定")
    assert [s.until for s in store.reminders.snoozes()] == [DAY]
    store.reminders.wake(record_id, "录入上报")
    assert store.reminders.snoozes() == []


@pytest.mark.parametrize("columns", ["due", "author, due"])
def test_lists_walk_an_index(store, columns):
    first = columns.split(",")[0]
    test = "" if first == "due" else "WHERE author = 'x'"
    plan = store._db.rows(f"EXPLAIN QUERY PLAN SELECT * FROM duty {test} ORDER BY due, record, place")
    assert not any("TEMP B-TREE" in step["detail"] for step in plan), [s["detail"] for s in plan]
