"""Two versions of one record: both stay visible, and only a person's word lets one follow the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_server import FaultyServer, says
from sync_model import ModelPlatform
from sync_profile import NOW, Profile

from jgclient.conflicts import ConflictError, both, keep_ours, keep_theirs
from jgclient.deadlines.calendar import Calendar
from jgclient.forms.library import FormLibrary
from jgclient.platform_api import HttpPlatform
from jgclient.records import State


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Profile]:
    made = Profile(tmp_path / "twin")
    yield made
    made.store.close()


@pytest.fixture
def torn(profile: Profile, twin: Profile, platform: HttpPlatform) -> Profile:
    """A profile whose edit of r1 meets another one's."""
    for client in (profile, twin):
        client.finish("r1", name="原样")
        client.sync(platform)
    twin.finish("r1", name="另一台", day="2026-09-02")
    twin.sync(platform)
    profile.finish("r1", name="这一台")
    assert profile.sync(platform).conflict == 1
    return profile


def test_both_versions_are_here_after_the_run(torn: Profile) -> None:
    assert torn.states() == {State.CONFLICT: 1}
    versions = both(torn.store, "r1")
    assert versions.ours.content["name"] == "这一台"
    assert versions.theirs.item.content["name"] == "另一台"
    assert versions.differing == ("day", "name")


def test_finishing_again_without_a_word_stays_a_conflict(torn: Profile, platform: HttpPlatform) -> None:
    torn.finish("r1", name="再改")
    assert torn.sync(platform).conflict == 1
    assert torn.states() == {State.CONFLICT: 1}


@pytest.mark.parametrize(("keep", "name"), [(keep_ours, "这一台"), (keep_theirs, "另一台")])
def test_the_version_a_person_chose_follows_the_other(
    torn: Profile, platform: HttpPlatform, model: ModelPlatform, library: FormLibrary, keep, name: str
) -> None:
    assert keep(torn.store, library, Calendar(), "r1", now=NOW) == []
    assert torn.states() == {State.QUEUED: 1}
    report = torn.sync(platform)
    assert (report.accepted, torn.states()) == (1, {State.ACCEPTED: 1})
    item = model.newest()["r1"]
    assert (item.revision, item.base_revision, item.operation, item.content["name"]) == (3, 2, "u", name)
    assert both(torn.store, "r1") is None
    assert torn.store.records.verify_chain() == []


def test_what_is_not_right_any_more_is_kept_as_a_draft(
    torn: Profile, library: FormLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn.finish("r1", name="长" * 41)
    [problem] = keep_ours(torn.store, library, Calendar(), "r1", now=NOW)
    assert problem.fields == ("name",)
    assert torn.store.records.draft("r1").texts["name"] == "长" * 41


def test_what_the_platform_withdrew_cannot_be_changed_any_more(
    profile: Profile, twin: Profile, platform: HttpPlatform, library: FormLibrary
) -> None:
    for client in (profile, twin):
        client.finish("r1")
        client.sync(platform)
    twin.finish("r1", operation="d")
    twin.sync(platform)
    profile.finish("r1", name="改")
    profile.sync(platform)
    for keep in (keep_ours, keep_theirs):
        with pytest.raises(ConflictError, match="已撤回"):
            keep(profile.store, library, Calendar(), "r1", now=NOW)


def test_a_platform_that_does_not_tell_its_version_ends_nothing(
    profile: Profile, twin: Profile, platform: HttpPlatform, server: FaultyServer, library: FormLibrary
) -> None:
    for name, client in (("一", profile), ("二", twin)):
        client.finish("r1", name=name)
    twin.sync(platform)
    server.script("/v1/records", says(404))
    report = profile.sync(platform)
    assert (report.conflict, report.stopped) == (1, "")
    with pytest.raises(ConflictError, match="还没有取回"):
        keep_ours(profile.store, library, Calendar(), "r1", now=NOW)
    profile.sync(platform)
    assert both(profile.store, "r1") is not None
