"""Both sides compared: every difference found, named, and mended by its own remedy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from faulty_server import FaultyServer, changed, reset
from sync_model import ModelPlatform
from sync_profile import NOW, UNIT, Profile

from jgclient.forms.library import FormLibrary, load_library
from jgclient.platform_api import HttpPlatform
from jgclient.reconciling import LAST, Reconciled, Reconciling
from jgclient.records import State
from jgclient.sync.comparing import Difference

NOTE = """
id = "note"
title = "便函"
version = 1
valid_from = 2026-01-01
title_field = "name"
date_field = "day"
[[section]]
title = "内容"
[[section.field]]
name = "name"
title = "名称"
type = "text"
[[section.field]]
name = "day"
title = "日期"
type = "date"
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> FormLibrary:
    folder = tmp_path_factory.mktemp("resources")
    (folder / "forms").mkdir()
    (folder / "forms" / "note.toml").write_text(NOTE, encoding="utf-8")
    return load_library(folder)


@pytest.fixture
def job(profile: Profile, platform: HttpPlatform, library: FormLibrary) -> Reconciling:
    return Reconciling(
        profile.store, platform, library, unit_code=UNIT, now=lambda: NOW, pause=lambda _seconds: None
    )


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Profile]:
    """Another computer of the same unit."""
    made = Profile(tmp_path / "twin")
    yield made
    made.store.close()


def found(report: Reconciled) -> list[tuple[str, str, str]]:
    """(record, kind, remedy) of the differences."""
    assert report.stopped == ""
    return [(d.record_id, d.kind, d.remedy) for d in report.comparison.differences]


def test_both_sides_agree(profile: Profile, platform: HttpPlatform, job: Reconciling) -> None:
    for number in range(30):
        profile.finish(f"r{number}", day=f"2026-09-{number % 7 + 1:02d}")
    profile.finish("undated")
    profile.sync(platform)
    report = job.compare()
    assert (found(report), report.comparison.agreed, report.line()) == ([], 31, "一致 31")
    assert profile.store.settings.get(LAST)["agreed"] == 31


def test_what_the_platform_lost_is_sent_again_in_order(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    for name in ("一", "二", "三"):
        profile.finish("r1", name=name, day="2026-09-01")
        profile.sync(platform)
    profile.finish("r2", day="2026-09-01")
    profile.sync(platform)
    model.forget("r1", 3)
    model.forget("r1", 2)
    model.forget("r2", 1)
    report = job.compare()
    assert found(report) == [("r1", "missing", "requeue"), ("r2", "missing", "requeue")]
    assert report.line() == "一致 0 · 平台缺 2"
    assert job.mend(report.comparison.differences).mended.requeued == 3
    assert profile.states() == {State.QUEUED: 2}
    assert found(job.compare()) == []  # being mended already
    assert profile.sync(platform).accepted == 3
    assert profile.states() == {State.ACCEPTED: 2}
    assert (found(job.compare()), set(model.copies.values())) == ([], {1})
    assert (profile.store.contradictions(), profile.store.stale_rows()) == ([], [])


def lost_and_queued_again(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    """The platform lost r1, and its remedy waits to be sent."""
    profile.finish("r1", day="2026-09-01")
    profile.sync(platform)
    model.forget("r1", 1)
    job.mend(job.compare().comparison.differences)


def test_an_edit_while_lost_revisions_wait_follows_them(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    lost_and_queued_again(profile, platform, model, job)
    edited = profile.finish("r1", name="改", day="2026-09-01")
    assert (edited.operation, edited.base_revision) == ("u", 1)
    assert profile.sync(platform).accepted == 2
    assert sorted(model.kept) == [("r1", 1), ("r1", 2)]


def test_what_the_platform_refuses_the_second_time_is_returned(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    lost_and_queued_again(profile, platform, model, job)
    model.judge = lambda _item: "rejected"
    profile.sync(platform)
    assert profile.states() == {State.RETURNED: 1}
    assert (profile.store.contradictions(), profile.store.stale_rows()) == ([], [])


def test_what_another_computer_reported_is_fetched(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    twin.finish("theirs", name="另一台", day="2026-09-02")
    twin.finish("withdrawn", day="2026-09-02")
    twin.sync(platform)
    twin.finish("withdrawn", operation="d", day="2026-09-02")
    twin.sync(platform)
    report = job.compare()
    assert found(report) == [("theirs", "extra", "fetch"), ("withdrawn", "extra", "fetch")]
    assert job.mend(report.comparison.differences).mended.fetched == 2
    row = profile.store.records.row("theirs")
    assert (row.state, row.title, bool(row.receipt_no)) == (State.ACCEPTED, "另一台", True)
    assert profile.store.records.row("withdrawn").state is State.WITHDRAWN
    assert profile.store.records.verify_chain() == []
    assert (profile.store.contradictions(), found(job.compare())) == ([], [])
    edited = profile.finish("theirs", name="在这里改", day="2026-09-02")
    assert (edited.revision, edited.operation, edited.base_revision) == (2, "u", 1)
    assert profile.sync(platform).accepted == 1
    assert profile.store.records.verify_chain() == []


def test_a_record_that_went_on_elsewhere_is_fetched_unless_something_here_is_against_it(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    for client in (profile, twin):
        for record_id in ("follows", "edited"):
            client.finish(record_id, day="2026-09-03")
        client.sync(platform)
    for record_id in ("follows", "edited"):
        twin.finish(record_id, name="另一台", day="2026-09-04")
    twin.sync(platform)
    profile.finish("edited", name="这一台", day="2026-09-03")
    report = job.compare()
    assert found(report) == [("edited", "different", "show"), ("follows", "different", "fetch")]
    mended = job.mend(report.comparison.differences).mended
    assert (mended.fetched, mended.shown) == (1, 1)
    assert profile.store.records.last_revision("follows").content["name"] == "另一台"
    assert profile.store.records.last_revision("edited").content["name"] == "这一台"
    counterpart = profile.store.counterparts.get("edited")
    assert (counterpart.kept.item.content["name"], counterpart.decided) == ("另一台", False)


def restore(profile: Profile, backup: Path) -> None:
    """Bring the data folder back to what it was, as a restore does."""
    folder = profile.store.folder
    profile.store.close()
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    profile.reopen(folder)
    profile.store.settings.set("reconcile_before_sending", True)


def test_after_a_restore_nothing_is_sent_before_both_sides_agree(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling, tmp_path: Path,
    library: FormLibrary,
) -> None:  # fmt: skip
    profile.finish("sent-before", day="2026-09-01")
    profile.sync(platform)
    profile.finish("sent-after", day="2026-09-01")
    profile.finish("edited-after", day="2026-09-01")
    shutil.copytree(profile.store.folder, tmp_path / "backup")
    profile.sync(platform)
    profile.finish("edited-after", name="改", day="2026-09-01")
    profile.finish("new-after", day="2026-09-02")
    profile.sync(platform)
    restore(profile, tmp_path / "backup")
    job = Reconciling(profile.store, platform, library, unit_code=UNIT, now=lambda: NOW)

    report = profile.sync(platform, library=library)
    assert (report.note, report.sent) == ("等待对账", 0)
    assert "对账" in report.stopped
    assert report.receipts == 1  # of sent-after, word for word the same

    compared = job.compare()
    assert found(compared) == [("edited-after", "different", "show"), ("new-after", "extra", "fetch")]
    job.mend(compared.comparison.differences)
    assert found(job.compare()) == [("edited-after", "different", "show")]
    assert not profile.store.settings.get("reconcile_before_sending")
    report = profile.sync(platform, library=library)
    assert (report.stopped, report.duplicate) == ("", 1)
    assert profile.states() == {State.ACCEPTED: 4}
    assert sorted(model.kept) == [
        ("edited-after", 1), ("edited-after", 2), ("new-after", 1), ("sent-after", 1), ("sent-before", 1)
    ]  # fmt: skip


def test_only_days_that_differ_are_asked_in_detail(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, job: Reconciling
) -> None:
    for number in range(28):
        profile.finish(f"r{number:02d}", day=f"2026-09-{number + 1:02d}")
    profile.sync(platform)
    model.forget("r07", 1)
    server.seen.clear()
    assert found(job.compare()) == [("r07", "missing", "requeue")]
    assert len(server.seen) == 2  # the platform has nothing on that day at all; asked once more by id
    server.seen.clear()
    profile.finish("also-then", day="2026-09-09")
    profile.sync(platform)
    model.forget("also-then", 1)
    server.seen.clear()
    assert [record_id for record_id, _, _ in found(job.compare())] == ["r07", "also-then"]
    assert len(server.seen) == 3


def test_a_period_leaves_out_other_days(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    for record_id, day in (("july", "2026-07-31"), ("august", "2026-08-01"), ("undated", "")):
        profile.finish(record_id, **({"day": day} if day else {}))
    profile.sync(platform)
    for record_id in ("july", "august", "undated"):
        model.forget(record_id, 1)
    report = job.compare("note", date(2026, 8, 1), date(2026, 8, 31))
    assert {record_id for record_id, _, _ in found(report)} == {"august", "undated"}
    assert profile.store.settings.get(LAST) is None  # only a complete comparison counts as one


def test_a_record_that_moved_out_of_the_period_is_not_taken_for_lost(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    for client in (profile, twin):
        client.finish("r1", day="2026-08-31")
        client.sync(platform)
    twin.finish("r1", day="2026-09-01")
    twin.sync(platform)
    assert found(job.compare("", date(2026, 8, 1), date(2026, 8, 31))) == [("r1", "different", "fetch")]


def test_detail_that_contradicts_its_own_sum_is_not_believed(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, server: FaultyServer, job: Reconciling
) -> None:
    profile.finish("r1", day="2026-09-01")
    profile.finish("r2", day="2026-09-01")
    profile.sync(platform)
    model.forget("r1", 1)
    empty = changed(lambda data: [day.update(records=[]) for day in data["days"]])
    server.script("detail=1", *[empty] * 3)
    assert "与它自己的汇总不符" in job.compare().stopped
    assert profile.states() == {State.ACCEPTED: 2}


def test_no_network_says_so_and_changes_nothing(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, job: Reconciling
) -> None:
    server.script("/v1/reconciliation", *[reset] * 3)
    report = job.compare()
    assert (report.comparison.differences, "没有答完" in report.stopped) == ([], True)
    difference = Difference("extra", "note", "", "r1", None, None, "fetch")
    server.script("/v1/records", *[reset] * 3)
    assert job.mend([difference]).stopped


def test_what_waits_to_be_sent_again_is_not_called_agreed(
    profile: Profile, platform: HttpPlatform, model: ModelPlatform, job: Reconciling
) -> None:
    lost_and_queued_again(profile, platform, model, job)
    report = job.compare()
    assert (found(report), report.comparison.underway) == ([], 1)
    assert report.line() == "一致 0 · 待重新上报 1"
    assert profile.store.settings.get(LAST)["underway"] == 1
    profile.sync(platform)
    assert job.compare().line() == "一致 1"


def test_a_version_decided_on_is_not_asked_about_again(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    for client in (profile, twin):
        client.finish("edited", day="2026-09-03")
        client.sync(platform)
    twin.finish("edited", name="另一台", day="2026-09-03")
    twin.sync(platform)
    profile.finish("edited", name="这一台", day="2026-09-03")
    job.mend(job.compare().comparison.differences)
    profile.store.counterparts.decide("edited")
    decided = profile.finish("edited", name="这一台", day="2026-09-03")
    report = job.compare()
    assert (found(report), report.line()) == ([], "一致 0 · 待重新上报 1")
    assert (decided.revision, profile.sync(platform).accepted) == (3, 1)
    assert job.compare().line() == "一致 1"


def keep_draft(profile: Profile, record_id: str, name: str) -> None:
    profile.store.records.save_draft(
        record_id, form="note", form_version=1, author="李某", texts={"name": name, "day": "2026年9月2日"}
    )


def test_a_draft_that_was_reported_meanwhile_does_not_wait_again(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    for record_id in ("same", "other"):
        twin.finish(record_id, name="便函", day="2026-09-02")
    twin.sync(platform)
    keep_draft(profile, "same", "便函")
    keep_draft(profile, "other", "后来改的便函")
    report = job.compare()
    assert found(report) == [("other", "extra", "fetch"), ("same", "extra", "fetch")]
    assert job.mend(report.comparison.differences).mended.fetched == 2
    assert (profile.ids(State.ACCEPTED), profile.ids(State.DRAFT)) == (["same"], ["other"])
    assert profile.store.records.draft("other").texts["name"] == "后来改的便函"
    assert (found(job.compare()), profile.store.contradictions(), profile.store.stale_rows()) == ([], [], [])


def test_a_difference_that_was_mended_already_is_not_made_a_conflict(
    profile: Profile, twin: Profile, platform: HttpPlatform, job: Reconciling
) -> None:
    twin.finish("theirs", day="2026-09-02")
    twin.sync(platform)
    old = job.compare().comparison.differences
    job.mend(old)
    again = job.mend(old).mended
    assert (again.fetched, again.shown, again.gone) == (0, 0, 1)
    assert profile.store.counterparts.get("theirs") is None


def test_mending_that_stops_half_way_tells_what_was_done(
    profile: Profile, twin: Profile, platform: HttpPlatform, server: FaultyServer, job: Reconciling
) -> None:
    ids = twin.finish_many(45, day="2026-09-02")
    twin.sync(platform)
    found_before = job.compare().comparison.differences
    server.script(ids[44], *[reset] * 3)
    report = job.mend(found_before)
    assert (report.mended.fetched, sorted(report.mended.ids)) == (40, ids[:40])
    assert "没有答完" in report.stopped
    assert job.compare().line() == "一致 40 · 平台多 5"
