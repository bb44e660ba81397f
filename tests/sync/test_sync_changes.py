"""What comes down from the platform: applied once, refused with a reason, never at the cost of local work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from faulty_server import FaultyServer, changed, reset, says
from sync_model import ModelPlatform
from sync_profile import NOW, Profile

from jgclient.contract import CHANGE_KINDS
from jgclient.entering import keep, open_new, open_record
from jgclient.feedback import take_feedback
from jgclient.forms.library import load_library, resources_folder
from jgclient.platform_api import HttpPlatform
from jgclient.records import State, canonical_json
from jgclient.store import RegisterRow, StoreError

ITEM = {"key": ["41010020200401", ""], "content": {"matter_name": "对物业的监管"}}
KEY = canonical_json(ITEM["key"])
VISIT = """
id = "visit"
title = "{title}"
version = {version}
valid_from = {valid_from}
title_field = "place"
[[section]]
title = "走访"
[[section.field]]
name = "place"
title = "地点"
type = "text"
required = true
[[section.field]]
name = "mood"
title = "态度"
type = "code"
codes = "{codes}"
"""
CODES = "code,title,aliases,source,valid_from,valid_to,successor\n1,配合,,,,,\n2,不配合,,,,,\n"


def form(
    version: int = 1, *, title: str = "走访", codes: str = "gender", valid_from: str = "2026-01-01"
) -> dict:
    text = VISIT.format(version=version, title=title, codes=codes, valid_from=valid_from)
    return {"name": f"visit-{version}.toml", "text": text}


@pytest.fixture(autouse=True)
def _tells_changes(model: ModelPlatform) -> None:
    model.capabilities = replace(model.capabilities, changes=CHANGE_KINDS)


def test_every_kind_finds_its_place(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer
) -> None:
    model.tell("item", KEY, ITEM)
    model.tell("form", "visit@1", form())
    model.tell("codes", "mood", {"name": "mood.csv", "text": CODES, "title": "态度", "source": "某通知"})
    model.tell("calendar", "2031", {"name": "2031.csv", "text": "date,kind,name\n2031-01-01,rest,元旦\n"})
    model.tell("notice", "n1", {"title": "系统维护", "text": "周六停机"})
    model.tell("task", "t1", {"title": "核查线索", "due_on": "2026-09-20", "form": "check"})
    report = profile.sync(platform)
    assert (report.changes, report.changes_refused, report.reload, report.stopped) == (6, 0, True, "")
    assert profile.store.registers.rows("item", "41010020200401") == [ITEM["content"]]
    library = load_library(resources_folder(), profile.store.folder)
    assert library.get("visit").title == "走访"
    assert library.codes.get("mood").find("不配合").code == "2"
    assert (library.codes.get("mood").list_title, library.broken) == ("态度", [])
    assert (profile.store.folder / "calendars" / "2031.csv").exists()
    assert [row.content["title"] for row in profile.store.changes.rows("notice")] == ["系统维护"]
    assert [row.content["due_on"] for row in profile.store.changes.rows("task")] == ["2026-09-20"]
    server.seen.clear()
    again = profile.sync(platform)
    assert (again.changes, again.reload, again.requests) == (0, False, 2)


def test_tombstones_take_away_what_came_and_nothing_else(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    own = RegisterRow(("41010020200402",), {"matter_name": "自录"})
    profile.store.registers.upsert("item", [own], "手工")
    for kind, entry_id, content in (
        ("item", KEY, ITEM), ("form", "visit@1", form()), ("notice", "n1", {"title": "一"}),
        ("codes", "mood", {"name": "mood.csv", "text": CODES}),
    ):  # fmt: skip
        model.tell(kind, entry_id, content)
    profile.sync(platform)
    for kind, entry_id in (("item", KEY), ("form", "visit@1"), ("notice", "n1"), ("codes", "mood")):
        model.tell(kind, entry_id, None)
    assert profile.sync(platform).reload
    assert [row.content for row in profile.store.registers.list("item")] == [own.content]
    library = load_library(resources_folder(), profile.store.folder)
    assert "visit" not in [f.id for f in library.forms]
    assert "mood" not in library.codes
    assert profile.store.changes.rows("notice") == []


BROKEN = {
    "wrong hash": ("notice", "n1", {"title": "一"}, {"sha256": "0" * 64}),
    "no title": ("notice", "n1", {"text": "二"}, {}),
    "no toml": ("form", "visit@1", {"name": "visit-1.toml", "text": "id = "}, {}),
    "unknown codes": ("form", "visit@1", form(codes="nothing"), {}),
    "other version": ("form", "visit@2", form(version=1), {}),
    "not a name": ("form", "../visit@1", form(), {}),
    "device name": ("codes", "nul", {"name": "nul.csv", "text": CODES}, {}),
    "codes without columns": ("codes", "mood", {"name": "mood.csv", "text": "a,b\n1,2\n"}, {}),
    "calendar of another year": (
        "calendar", "2031", {"name": "a.csv", "text": "date,kind\n2030-01-01,rest\n"}, {},
    ),
    "other key": ("item", canonical_json(["another"]), ITEM, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_entry_is_refused_and_asked_for_again_until_it_is_mended(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, name: str
) -> None:
    kind, entry_id, content, changes = BROKEN[name]
    model.tell("notice", "before", {"title": "前"})
    model.tell(kind, entry_id, content, **changes)
    model.tell("notice", "after", {"title": "后"})
    report = profile.sync(platform)
    assert (report.changes, report.changes_refused, report.stopped) == (2, 1, "")
    assert {row.id for row in profile.store.changes.rows("notice")} == {"before", "after"}
    [refused] = profile.store.changes.refused()
    assert (refused.kind, refused.id) == (kind, entry_id)
    assert "请平台管理员" in refused.refused
    assert not list(profile.store.folder.rglob("trial/*"))
    assert profile.sync(platform).changes_refused == 1  # the cursor has not passed it
    model.tell(kind, entry_id, None)
    assert profile.sync(platform).changes_refused == 0
    assert profile.store.changes.refused() == []


def test_a_form_may_come_before_the_code_list_it_needs(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.tell("form", "visit@1", form(codes="mood"))
    model.tell("codes", "mood", {"name": "mood.csv", "text": CODES})
    report = profile.sync(platform)
    assert (report.changes, report.changes_refused) == (2, 0)
    assert load_library(resources_folder(), profile.store.folder).get("visit").version == 1


def test_a_broken_later_version_leaves_the_earlier_one_in_force(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.tell("form", "visit@1", form(title="走访"))
    profile.sync(platform)
    model.tell("form", "visit@1", {"name": "visit-1.toml", "text": "坏"})
    assert profile.sync(platform).changes_refused == 1
    assert load_library(resources_folder(), profile.store.folder).get("visit").title == "走访"


def test_an_expired_cursor_loads_everything_anew_and_keeps_local_work(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.tell("notice", "stays", {"title": "一"})
    gone = model.tell("notice", "goes", {"title": "二"})
    profile.sync(platform)
    profile.finish("r1")
    own = RegisterRow(("41010020200402",), {"matter_name": "自录"})
    profile.store.registers.upsert("item", [own], "手工")
    model.feed.remove(gone)  # its tombstone was swept away long ago
    model.expired.add(gone.cursor)
    model.refuse = lambda _batch: None
    report = profile.sync(platform)
    assert (report.accepted, report.stopped) == (1, "")
    assert [row.id for row in profile.store.changes.rows("notice")] == ["stays"]
    assert [row.content for row in profile.store.registers.list("item")] == [own.content]
    assert profile.states() == {State.ACCEPTED: 1}


def test_a_feed_that_expires_even_from_the_beginning_ends_the_run(
    profile: Profile, platform: HttpPlatform, server: FaultyServer
) -> None:
    server.script("/v1/changes", *[says(410)] * 3)
    report = profile.sync(platform)
    assert (report.note, "从头下发" in report.stopped) == ("已停止", True)


def test_another_platform_is_read_from_its_own_beginning(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.tell("notice", "n1", {"title": "一"})
    profile.sync(platform)
    profile.store.settings.set("gateway_url", "https://another.example")
    assert profile.sync(platform).changes == 0
    assert profile.store.changes.feed().platform == "https://another.example"
    assert profile.store.changes.feed().load == 2


@pytest.mark.parametrize("page", [1, 2, 100])
def test_a_cut_between_pages_goes_on_where_it_was(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, page: int
) -> None:
    model.page = page
    for number in range(5):
        model.tell("notice", f"n{number}", {"title": str(number)})
    server.script("/v1/changes", reset, reset, reset)
    profile.sync(platform)
    assert profile.sync(platform).stopped == ""
    assert len(profile.store.changes.rows("notice")) == 5


def test_a_feed_without_progress_ends_the_run(
    profile: Profile, platform: HttpPlatform, server: FaultyServer
) -> None:
    server.script("/v1/changes", *[changed(lambda data: data.update(more=True))] * 3)
    assert "没有进展" in profile.sync(platform).stopped


def test_a_new_version_that_arrives_while_typing_does_no_harm(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    store = profile.store
    model.tell("form", "visit@1", form())
    profile.sync(platform)
    library = load_library(resources_folder(), store.folder)
    opened = open_new(store, library, "visit", now=NOW)
    keep(store, library, opened, {"place": "某小区"}, {}, now=NOW)
    model.tell("form", "visit@2", form(2, title="走访（新）"))
    model.tell("form", "visit@3", form(3, title="走访（以后）", valid_from="2027-01-01"))
    assert profile.sync(platform).reload
    keep(store, library, opened, {"place": "某小区南门"}, {}, now=NOW)
    reloaded = load_library(resources_folder(), store.folder)
    again = open_record(store, reloaded, opened.record_id)
    assert (again.form.version, again.texts["place"]) == (1, "某小区南门")
    assert open_new(store, reloaded, "visit", now=NOW).form.version == 2


def test_a_returned_record_shows_the_reasons_until_the_return_is_taken_back(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    revision = profile.finish("r1")
    profile.sync(platform)
    problem = {
        "code": "P-1",
        "kind": "08数据关联性检查",
        "strength": "hard",
        "fields": ["name"],
        "message": "名称不符",
    }
    returned = {
        "revision": 1, "form": "note", "sha256": revision.sha256, "receipt_no": "R000001",
        "problems": [problem], "returned_at": NOW.isoformat(),
    }  # fmt: skip
    model.tell("returned", "r1", returned)
    profile.sync(platform)
    row = profile.store.records.row("r1")
    assert (row.state, row.reason, row.receipt_no) == (State.RETURNED, "名称不符", "R000001")
    assert [p.fields for p in profile.store.records.problems("r1")] == [("name",)]
    assert profile.store.stale_rows() == []
    edited = profile.finish("r1", name="改后")
    assert (edited.operation, edited.base_revision) == ("u", 1)
    assert profile.states() == {State.QUEUED: 1}
    profile.sync(platform)
    assert profile.states() == {State.ACCEPTED: 1}
    model.tell("returned", "r1", None)
    profile.sync(platform)
    assert profile.states() == {State.ACCEPTED: 1}


def test_what_a_list_returned_stays_returned_when_the_feed_is_loaded_anew(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, tmp_path: Path
) -> None:
    gone = model.tell("notice", "goes", {"title": "一"})
    model.tell("notice", "stays", {"title": "二"})
    profile.finish("r1")
    profile.sync(platform)
    book = openpyxl.Workbook()
    for row in (["记录编号", "处理结果", "退回原因"], ["r1", "退回", "名称不符"]):
        book.active.append(row)
    book.save(tmp_path / "反馈.xlsx")
    take_feedback(profile.store, load_library(resources_folder()), tmp_path / "反馈.xlsx", now=NOW)
    assert profile.states() == {State.RETURNED: 1}
    for _ in range(2):
        model.expired.add(profile.store.changes.feed().cursor)
        if gone in model.feed:
            model.feed.remove(gone)
        profile.sync(platform)
        assert profile.states() == {State.RETURNED: 1}
    assert [row.id for row in profile.store.changes.rows("notice")] == ["stays"]
    assert profile.store.changes.feed().load == 3
    model.tell("returned", "r1", None)  # the platform itself takes it back
    profile.sync(platform)
    assert profile.states() == {State.ACCEPTED: 1}


def test_a_return_of_a_record_that_is_not_here_waits_for_it(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    problem = {"code": "P-1", "fields": ["name"], "message": "名称不符"}
    returned = {
        "revision": 1, "form": "note", "sha256": "0" * 64, "receipt_no": "R1", "problems": [problem],
        "returned_at": NOW.isoformat(),
    }  # fmt: skip
    model.tell("returned", "elsewhere", returned)
    assert profile.sync(platform).stopped == ""
    assert [row.id for row in profile.store.changes.rows("returned")] == ["elsewhere"]


def test_notices_are_unread_until_read_and_again_when_they_change(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform
) -> None:
    model.tell("notice", "n1", {"title": "一"})
    profile.sync(platform)
    profile.store.changes.mark_read("notice", "n1")
    [row] = profile.store.changes.rows("notice")
    assert row.read_at == NOW
    model.tell("notice", "n1", {"title": "一（更正）"})
    profile.sync(platform)
    [row] = profile.store.changes.rows("notice")
    assert (row.read_at, row.content["title"]) == (None, "一（更正）")


def test_unwritable_place_says_so(profile: Profile, platform: HttpPlatform, model: ModelPlatform) -> None:
    (profile.store.folder / "forms").write_text("in the way")
    model.tell("form", "visit@1", form())
    with pytest.raises(StoreError, match="不能写入"):
        profile.sync(platform)
    Path(profile.store.folder / "forms").unlink()
    assert profile.sync(platform).changes == 1
