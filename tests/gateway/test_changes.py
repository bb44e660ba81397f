"""The delta feed: what a unit is told, in which order, from where on – and what administrators may put in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gateway_items import NOON, OTHER_UNIT, UNIT, batch, edited, item, outcomes

from jgclient.contract import (
    ChangesPage,
    ContractError,
    FileText,
    Notice,
    Returned,
    Task,
    read_content,
)
from jggateway import feed
from jggateway.feed import Entry
from jggateway.reference import References
from jggateway.schemas import ChangesOut, PublishedOut, ReturnedOut
from jggateway.storage import Storage

ITEM_FIELD = """
[[section.field]]
name = "item"
title = "事项"
type = "text"
register = "item"
[[check]]"""
LAST_YEAR = "date,kind,name\n2026-01-01,rest,\n"
REGISTER = """
id = "things"
title = "物品库"
version = 1
valid_from = 2026-01-01
kind = "register"
title_field = "title"
[register]
name = "item"
fields = ["code", "title"]
[[section]]
title = "物品"
[[section.field]]
name = "code"
title = "编码"
type = "text"
required = true
max_length = 10
[[section.field]]
name = "title"
title = "名称"
type = "text"
"""


def notice(number: int, unit: str = "", **more: Any) -> Entry:
    return Entry("notice", f"n{number}", {"title": f"通知{number}", **more}, unit)


def put(storage: Storage, *entries: Entry, now: Any = NOON) -> int:
    with storage.writing() as connection:
        return feed.put(connection, entries, now)


def page(storage: Storage, cursor: str = "", *, unit: str = UNIT, kinds: tuple[str, ...] = ()) -> ChangesPage:
    with storage.reading() as connection:
        told = feed.page(connection, unit=unit, kinds=kinds, cursor=cursor, server_time="now")
    return ChangesPage.from_json(told.to_json())


def ids(told: ChangesPage) -> list[str]:
    return [("-" if change.deleted else "") + change.id for change in told.changes]


# -- the feed itself ---------------------------------------------------------------------------------------


def test_everything_once_and_then_only_what_is_new(storage: Storage) -> None:
    assert put(storage, notice(1), notice(2)) == 2
    first = page(storage)
    assert (ids(first), first.more) == (["n1", "n2"], False)
    assert ids(page(storage, first.cursor)) == []
    assert put(storage, notice(1), notice(3)) == 1
    assert ids(page(storage, first.cursor)) == ["n3"]
    put(storage, notice(1, text="新"))
    assert ids(page(storage)) == ["n2", "n3", "n1"]


def test_a_tombstone_reaches_those_who_have_the_entry_and_no_others(storage: Storage) -> None:
    put(storage, notice(1), notice(2))
    held = page(storage)
    put(storage, Entry("notice", "n1", None))
    assert put(storage, Entry("notice", "n1", None), Entry("notice", "never", None)) == 0
    assert ids(page(storage, held.cursor)) == ["-n1"]
    assert ids(page(storage)) == ["n2"]
    put(storage, notice(1))
    assert ids(page(storage, held.cursor)) == ["n1"]


def test_a_unit_sees_what_is_for_all_and_its_own(storage: Storage) -> None:
    put(storage, notice(1), notice(2, UNIT), notice(3, OTHER_UNIT))
    assert ids(page(storage)) == ["n1", "n2"]
    assert ids(page(storage, unit=OTHER_UNIT)) == ["n1", "n3"]


def test_pages_end_at_entries_and_at_bytes_and_lose_nothing(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE_ENTRIES", 3)
    monkeypatch.setattr(feed, "PAGE_BYTES", 1000)
    put(storage, *[notice(n) for n in range(7)], notice(7, text="长" * 2000), notice(8))
    told, cursor, pages = [], "", 0
    while True:
        found = page(storage, cursor)
        told += ids(found)
        cursor, pages = found.cursor, pages + 1
        if not found.more:
            break
        assert found.changes
    assert told == [f"n{n}" for n in range(9)]
    assert pages == 5
    assert ids(page(storage, cursor)) == []


def test_every_entry_has_the_cursor_behind_it(storage: Storage) -> None:
    put(storage, *[notice(n) for n in range(4)])
    everything = page(storage)
    for number, change in enumerate(everything.changes):
        assert ids(page(storage, change.cursor)) == ids(everything)[number + 1 :]


def test_cursors_that_are_not_of_this_feed_expire(storage: Storage) -> None:
    put(storage, notice(1))
    cursor = page(storage).cursor
    head = cursor.rpartition(".")[0]
    for wrong in (
        "x",
        "0",
        f"{head}.99",
        f"{head}.-1",
        f"{head}.{'9' * 30}",
        f"0{cursor}",
        f"{head}.１",
        "\0",
    ):
        with pytest.raises(feed.Expired):
            page(storage, wrong)
    with pytest.raises(feed.Expired):
        page(storage, cursor, kinds=("notice",))
    with storage.writing() as connection:
        feed.renew(connection)
    with pytest.raises(feed.Expired):
        page(storage, cursor)


def test_old_tombstones_go_and_take_the_old_cursors_with_them(storage: Storage) -> None:
    put(storage, notice(1), notice(2))
    before = page(storage)
    put(storage, Entry("notice", "n1", None))
    behind = page(storage)
    put(storage, notice(3))
    with storage.writing() as connection:
        feed.forget_old_tombstones(connection, NOON + feed.TOMBSTONES_KEPT - timedelta(days=1))
    assert ids(page(storage, before.cursor)) == ["-n1", "n3"]
    with storage.writing() as connection:
        feed.forget_old_tombstones(connection, NOON + feed.TOMBSTONES_KEPT + timedelta(days=1))
    with pytest.raises(feed.Expired):
        page(storage, before.cursor)
    assert ids(page(storage, behind.cursor)) == ["n3"]
    assert ids(page(storage)) == ["n2", "n3"]


def test_loading_everything_survives_that_old_tombstones_go(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE_ENTRIES", 2)
    put(storage, *[notice(n) for n in range(5)])
    put(storage, Entry("notice", "n0", None))
    late = NOON + feed.TOMBSTONES_KEPT + timedelta(days=1)
    with storage.writing() as connection:
        feed.forget_old_tombstones(connection, late)
    first = page(storage)
    put(storage, Entry("notice", "n1", None), now=late)
    second = page(storage, first.cursor)
    assert (ids(first), ids(second)) == (["n1", "n2"], ["n3", "n4"])
    assert ids(page(storage, second.cursor)) == ["-n1"]


def test_kinds_are_told_apart(storage: Storage) -> None:
    put(storage, notice(1), Entry("task", "t1", {"title": "核查"}))
    only = page(storage, kinds=("task",))
    assert ids(only) == ["t1"]
    put(storage, notice(2), Entry("task", "t2", {"title": "核查"}))
    assert ids(page(storage, only.cursor, kinds=("task",))) == ["t2"]


def test_content_that_does_not_have_its_hash_is_noticed(storage: Storage) -> None:
    put(storage, notice(1))
    change = page(storage).changes[0]
    assert read_content(change) == Notice("通知1", "")
    change.content["title"] = "别的"
    with pytest.raises(ContractError):
        read_content(change)


def test_shipped_files_are_told_and_what_was_published_stays(
    storage: Storage, resources: Path, tmp_path: Path
) -> None:
    References(storage, resources, lambda: NOON)
    told = page(storage)
    assert ids(told) == ["visit@1"]
    file = read_content(told.changes[0])
    assert isinstance(file, FileText)
    assert (file.name, file.title) == ("visit-1.toml", "走访")
    References(storage, resources, lambda: NOON)
    assert ids(page(storage, told.cursor)) == []
    other = tmp_path / "other"
    (other / "forms").mkdir(parents=True)
    (other / "codes").mkdir()
    (other / "forms" / "visit.toml").write_text(file.text + "\n# changed\n", encoding="utf-8")
    References(storage, other, lambda: NOON)
    changed = page(storage, told.cursor)
    assert ids(changed) == ["visit@1"]
    mine = FileText("visit-1.toml", file.text + "\n# mine\n")
    put(storage, Entry("form", "visit@1", {"name": mine.name, "text": mine.text, "title": "", "source": ""}))
    References(storage, resources, lambda: NOON)
    assert read_content(page(storage, changed.cursor).changes[0]) == mine


# -- over HTTP ---------------------------------------------------------------------------------------------


def publish(gateway: Any, *entries: Any, user: str = "city") -> Any:
    return gateway.call("POST", "/v1/changes", user=user, json={"entries": list(entries)})


def changes(gateway: Any, cursor: str = "", *, user: str = "clerk", kinds: str = "") -> ChangesPage:
    answer = gateway.call("GET", "/v1/changes", user=user, params={"cursor": cursor, "kinds": kinds})
    assert answer.status_code == 200, answer.text
    ChangesOut.model_validate(answer.json(), extra="forbid")
    return ChangesPage.from_json(answer.json())


def test_published_entries_reach_the_units(gateway: Any) -> None:
    start = changes(gateway).cursor
    answer = publish(
        gateway,
        {"kind": "notice", "content": {"title": "学习通知", "text": "周五"}},
        {"kind": "task", "unit": UNIT, "id": "t1", "content": {"title": "核查线索", "form": "visit"}},
    )
    assert answer.status_code == 200, answer.text
    PublishedOut.model_validate(answer.json(), extra="forbid")
    assert answer.json()["changed"] == 2
    told = changes(gateway, start)
    assert [read_content(change) for change in told.changes] == [
        Notice("学习通知", "周五", published_on="2026-09-07"), Task("核查线索", "", form="visit"),
    ]  # fmt: skip
    assert [change.kind for change in changes(gateway, start, user="stranger").changes] == ["notice"]
    taken = publish(gateway, {"kind": "task", "unit": UNIT, "id": "t1", "deleted": True})
    assert taken.json()["changed"] == 1
    assert ids(changes(gateway, told.cursor)) == ["-t1"]


def test_unknown_cursor_is_gone(gateway: Any) -> None:
    answer = gateway.call("GET", "/v1/changes?cursor=x")
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor-expired")
    assert gateway.call("GET", "/v1/changes?kinds=colours").status_code == 422


@pytest.mark.parametrize(
    ("user", "entry", "status"),
    [
        ("clerk", {"kind": "notice", "unit": UNIT, "content": {"title": "x"}}, 403),
        ("head", {"kind": "notice", "unit": UNIT, "content": {"title": "x"}}, 200),
        ("head", {"kind": "notice", "content": {"title": "x"}}, 403),
        ("head", {"kind": "notice", "unit": OTHER_UNIT, "content": {"title": "x"}}, 403),
        ("head", {"kind": "codes", "unit": UNIT, "content": {}}, 403),
        ("city", {"kind": "notice", "unit": OTHER_UNIT, "content": {"title": "x"}}, 200),
        ("city", {"kind": "notice", "unit": "123", "content": {"title": "x"}}, 422),
        ("city", {"kind": "notice", "content": {"title": " "}}, 422),
        ("city", {"kind": "notice", "content": {"title": "x", "valid_to": "morgen"}}, 422),
        ("city", {"kind": "notice", "content": {"title": "\0"}}, 422),
        ("city", {"kind": "notice", "id": "x" * 601, "content": {"title": "x"}}, 422),
        ("city", {"kind": "notice", "deleted": True}, 422),
        ("city", {"kind": "returned", "id": "r1", "content": {}}, 422),
        ("city", {"kind": "task", "content": {"title": "x", "form": "nothing"}}, 422),
        ("city", {"kind": "task", "content": {"title": "x", "form": "visit", "content": {"no": 1}}}, 422),
        ("city", {"kind": "task", "content": {"title": "x", "content": {"no": 1}}}, 422),
        ("city", {"kind": "item", "content": {"key": ["A"], "content": {}}}, 422),
        ("city", {"kind": "codes", "unit": UNIT, "content": {}}, 422),
        ("city", {"kind": "codes", "content": {"name": "a.csv", "text": "x"}}, 422),
        ("city", {"kind": "codes", "content": {"name": "../a.csv", "text": "x"}}, 422),
        ("city", {"kind": "calendar", "content": {"name": "2027.csv", "text": LAST_YEAR}}, 422),
        ("city", {"kind": "form", "content": {"name": "x.toml", "text": "id = 1"}}, 422),
        ("city", {"kind": "form", "content": {"name": "x.toml", "text": 'id = "x"\nversion = 1'}}, 422),
        ("city", "notice", 422),
        ("city", {"kind": ["notice"]}, 422),
    ],
)  # fmt: skip
def test_what_may_be_published_and_by_whom(gateway: Any, user: str, entry: Any, status: int) -> None:
    start = changes(gateway, user="stranger").cursor
    good = {
        "kind": "notice",
        "id": "good",
        "unit": UNIT if user != "city" else "",
        "content": {"title": "好"},
    }
    answer = publish(gateway, good, entry, user=user)
    assert answer.status_code == status, answer.text
    if status != 200:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["detail"])
        assert ids(changes(gateway, start, user="stranger")) == []


def test_a_published_form_version_never_changes(gateway: Any, resources: Path) -> None:
    text = (resources / "forms" / "visit.toml").read_text(encoding="utf-8")
    second = text.replace("version = 1", "version = 2").replace("people >= 2.0", "people >= 3.0")
    answer = publish(gateway, {"kind": "form", "content": {"name": "visit.toml", "text": second}})
    assert answer.json()["entries"] == [{"kind": "form", "id": "visit@2", "unit": ""}]
    assert gateway.call("GET", "/v1/capabilities").json()["forms"] == {"visit": [1, 2]}
    sent = gateway.send(
        batch(item("r1"), item("r2", form_version=2), item("r3", form_version=2, content={"people": 3}))
    )
    assert outcomes(sent.json()) == ["accepted", "rejected", "accepted"]
    other = second.replace("people >= 3.0", "people >= 4.0")
    again = publish(gateway, {"kind": "form", "content": {"name": "visit.toml", "text": other}})
    assert (again.status_code, "version" in again.json()["detail"]) == (422, True)
    gateway.stop()
    gateway.start()
    assert gateway.call("GET", "/v1/capabilities").json()["forms"] == {"visit": [1, 2]}


def test_published_registers_are_checked_against(gateway: Any, resources: Path) -> None:
    text = (resources / "forms" / "visit.toml").read_text(encoding="utf-8")
    item_field = (
        '[[section.field]]\nname = "item"\ntitle = "事项"\ntype = "text"\nregister = "item"\n[[check]]'
    )
    second = text.replace("version = 1", 'version = 2\nitem_field = "item"').replace(
        "[[check]]", item_field, 1
    )
    for form in (second, REGISTER):
        made = publish(gateway, {"kind": "form", "content": {"name": "x.toml", "text": form}})
        assert made.status_code == 200, made.text

    def sent(number: int, code: str) -> list[str]:
        record = item(f"r{number}", form_version=2, content={"item": code})
        return outcomes(gateway.send(batch(record, batch_id=f"b{number}")).json())

    assert sent(1, "41010020200401") == ["accepted"]  # nothing published: cannot be verified
    row = {"key": ["x"], "content": {"code": "A1", "title": "甲"}}
    wrong = publish(gateway, {"kind": "item", "content": {**row, "content": {"title": "甲"}}})
    assert (wrong.status_code, "编码" in wrong.json()["detail"]) == (422, True)
    made = publish(gateway, {"kind": "item", "unit": UNIT, "content": row})
    assert json.loads(made.json()["entries"][0]["id"]) == ["A1", "甲"]
    assert sent(2, "41010020200401") == ["rejected"]
    assert sent(3, "A1") == ["accepted"]
    publish(gateway, {"kind": "item", "unit": UNIT, "id": '["A1","甲"]', "deleted": True})
    assert sent(4, "41010020200401") == ["accepted"]


def test_published_code_lists_and_calendars_are_told(gateway: Any) -> None:
    codes = "code,title,aliases,source,valid_from,valid_to,successor\n01,甲,,,,,\n"
    days = "date,kind,name\n2027-01-01,rest,元旦\n"
    answer = publish(
        gateway,
        {
            "kind": "codes",
            "content": {"name": "shade.csv", "text": codes, "title": "色度", "source": "甲标准"},
        },
        {"kind": "calendar", "content": {"name": "2027.csv", "text": days}},
    )
    assert [entry["id"] for entry in answer.json()["entries"]] == ["shade", "2027"]
    told = changes(gateway, kinds="codes,calendar")
    assert [read_content(change) for change in told.changes] == [
        FileText("shade.csv", codes, "色度", "甲标准"), FileText("2027.csv", days),
    ]  # fmt: skip
    capabilities = gateway.call("GET", "/v1/capabilities")
    assert capabilities.status_code == 200
    assert gateway.app.state.references.library.codes.get("shade").title("01") == "甲"


# -- returned records --------------------------------------------------------------------------------------


def give_back(gateway: Any, record: str = "r1", user: str = "city", **more: Any) -> Any:
    wanted = {"record_id": record, "problems": [{"message": "人数与附件不符", "fields": ["people"], **more}]}
    return gateway.call("POST", "/v1/returns", user=user, json=wanted)


def test_a_returned_record_is_told_until_it_is_accepted_anew(gateway: Any) -> None:
    start = changes(gateway).cursor
    receipt = gateway.send(batch(item())).json()["results"][0]
    answer = give_back(gateway)
    assert answer.status_code == 201, answer.text
    ReturnedOut.model_validate(answer.json(), extra="forbid")
    told = changes(gateway, start)
    returned = read_content(told.changes[0])
    assert isinstance(returned, Returned)
    assert (returned.revision, returned.receipt_no) == (1, receipt["receipt_no"])
    assert [(p.message, p.fields, p.strength) for p in returned.problems] == [
        ("人数与附件不符", ("people",), "hard")
    ]
    assert ids(changes(gateway, start, user="stranger")) == []
    kept = gateway.call("GET", "/v1/receipts?ids=r1").json()["results"]
    assert kept == [receipt]
    refused = gateway.send(batch(edited(content={"people": 1}), batch_id="b2"))
    assert outcomes(refused.json()) == ["rejected"]
    assert ids(changes(gateway, told.cursor)) == []
    again = gateway.send(batch(edited(content={"people": 5}), batch_id="b3"))
    assert outcomes(again.json()) == ["accepted"]
    assert ids(changes(gateway, told.cursor)) == ["-r1"]
    give_back(gateway)
    assert ids(changes(gateway, told.cursor)) == ["r1"]


@pytest.mark.parametrize(
    ("user", "record", "status"),
    [
        ("clerk", "r1", 403),
        ("head", "r1", 201),
        ("city", "r1", 201),
        ("city", "r9", 404),
        ("city", "坏", 422),
    ],
)
def test_who_may_return_what(gateway: Any, user: str, record: str, status: int) -> None:
    gateway.send(batch(item()))
    assert give_back(gateway, record, user).status_code == status


def test_a_department_returns_only_its_own_and_nobody_a_withdrawn_one(gateway: Any) -> None:
    gateway.send(batch(item("s1"), unit_code=OTHER_UNIT), user="stranger")
    assert give_back(gateway, "s1", "head").status_code == 404
    gateway.send(batch(item(), edited(operation="d")))
    assert give_back(gateway).status_code == 404
