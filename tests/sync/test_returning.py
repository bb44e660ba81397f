"""Returned records: the same return grouped, mended, learned from; receipts proven."""

from __future__ import annotations

import pytest
from sync_model import ModelPlatform
from sync_profile import NOW, Profile

from jgclient.deadlines.calendar import Calendar
from jgclient.forms.library import FormLibrary
from jgclient.learned import warned
from jgclient.platform_api import HttpPlatform
from jgclient.receipting import slips, verify
from jgclient.records import State
from jgclient.returning import groups, mend_all, offers
from jgclient.store.receipts import ReceiptQuery


@pytest.fixture
def returned(profile: Profile, platform: HttpPlatform, model: ModelPlatform) -> Profile:
    """Three records with one wrong name came back, one with another."""
    for number in range(3):
        profile.finish(f"same{number}", name="旧名", day=f"2026-09-0{number + 1}")
    profile.finish("other", name="别名")
    profile.finish("right", name="对的")
    model.judge = lambda item: "accepted" if item.content["name"] == "对的" else "rejected"
    profile.sync(platform)
    return profile


def test_identical_returns_are_one_group(returned: Profile) -> None:
    found = groups(returned.store)
    assert [sorted(group.record_ids) for group in found] == [["same0", "same1", "same2"], ["other"]]
    assert (found[0].problem.code, dict(found[0].values)) == ("M-01", {"name": "旧名"})


def test_mending_one_mends_all_and_keeps_what_else_was_typed(
    returned: Profile, platform: HttpPlatform, library: FormLibrary
) -> None:
    [group, other] = groups(returned.store)
    steps: list[tuple[int, int]] = []
    report = mend_all(
        returned.store, library, Calendar(), group, {"name": "对的"}, now=NOW,
        on_progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    assert (report.queued, report.refused, steps[-1]) == (3, [], (3, 3))
    assert returned.sync(platform).accepted == 3
    assert returned.states() == {State.ACCEPTED: 4, State.RETURNED: 1}
    assert returned.store.records.last_revision("same2").content == {"name": "对的", "day": "2026-09-03"}
    assert groups(returned.store) == [other]


def test_what_is_still_not_right_is_kept_with_its_reasons(returned: Profile, library: FormLibrary) -> None:
    group = groups(returned.store)[0]
    report = mend_all(returned.store, library, Calendar(), group, {"name": ""}, now=NOW)
    assert (report.queued, len(report.refused)) == (0, 3)
    assert {problem.fields for refused in report.refused for problem in refused.problems} == {("name",)}
    assert sorted(groups(returned.store)[0].record_ids) == sorted(
        group.record_ids
    )  # the platform's words stand


def test_a_return_is_offered_as_a_warning_until_somebody_decides(
    returned: Profile, library: FormLibrary
) -> None:
    form = library.get("note")
    found = {offer.value: offer for offer in offers(returned.store)}
    assert set(found) == {'"旧名"', '"别名"'}
    assert warned(returned.store, form, {"name": "旧名"}) == []
    returned.store.warnings.decide(found['"旧名"'], enabled=True)
    returned.store.warnings.decide(found['"别名"'], enabled=False)
    assert offers(returned.store) == []
    [problem] = warned(returned.store, form, {"name": "旧名"})
    assert (problem.strength, problem.reason_required, problem.fields) == ("soft", False, ("name",))
    assert "平台曾因此退回：名称不符" in problem.message
    assert warned(returned.store, form, {"name": "别名"}) == warned(returned.store, form, {}) == []


# -- receipts --------------------------------------------------------------------------------------


def test_a_slip_says_what_when_and_who_and_is_proven_offline(
    profile: Profile, platform: HttpPlatform, library: FormLibrary
) -> None:
    for name, value in (("unit_name", "郑州市XX局"), ("unit_code", "11410100000000019W")):
        profile.store.settings.set(name, value)
    profile.finish("r1", name="一")
    profile.sync(platform)
    profile.finish("r1", name="二")
    profile.sync(platform)
    first, second = slips(profile.store, library, "r1")
    assert (first.revision, first.operation, second.operation) == (1, "新增", "更正")
    assert first.verdict.holds
    assert second.verdict.holds
    lines = dict(second.lines())
    assert lines["填报单位"] == "郑州市XX局（11410100000000019W）"
    assert (lines["表单"], lines["版次"]) == ("便函 第 1 版", "第 2 版（更正）")
    assert (lines["回执编号"], lines["录入人"]) == ("R000002", "李某")
    assert lines["核验"] == "内容与回执一致，历史完整"
    assert second.to_json()["verdict"] == {"holds": True, "sentence": lines["核验"]}


def test_content_changed_after_its_receipt_is_told(profile: Profile, platform: HttpPlatform) -> None:
    profile.finish("r1", name="一")
    profile.finish("r2", name="一")
    profile.sync(platform)
    raw = profile.store._db
    raw.run("DROP TRIGGER revision_no_update")
    raw.run("UPDATE revision SET content = replace(content, '一', '二') WHERE record = 1")
    raw.run("UPDATE revision SET chain = 'forged' WHERE record = 2")
    [(_, first)] = verify(profile.store, "r1")
    [(_, second)] = verify(profile.store, "r2")
    assert (first.holds, "被改动过" in first.sentence) == (False, True)
    assert (second.holds, "修订链不连续" in second.sentence) == (False, True)


def test_receipts_are_listed_by_form_and_day_the_last_first(profile: Profile, platform: HttpPlatform) -> None:
    ids = profile.finish_many(5)
    profile.sync(platform)
    found = profile.store.receipts.list(ReceiptQuery(limit=3))
    assert [line.receipt.record_id for line in found] == ids[::-1][:3]
    assert (found[0].form, found[0].title, found[0].operation) == ("note", "r0004", "i")
    assert profile.store.receipts.count(ReceiptQuery()) == 5
    today = NOW.date()
    assert profile.store.receipts.count(ReceiptQuery(form="note", first=today, last=today)) == 5
    assert profile.store.receipts.count(ReceiptQuery(form="check")) == 0
    assert profile.store.receipts.list(ReceiptQuery(last=today.replace(day=1))) == []
