"""The real gateway behind the faulty network: once the faults stop, everything is there exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_server import FAULTS, FaultyServer
from sync_gateway import PASSWORD, Gateway
from sync_profile import Profile

from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.sync import connect, log_in


@pytest.fixture
def network(gateway: Gateway) -> Iterator[FaultyServer]:
    running = FaultyServer(gateway)
    yield running
    running.stop()


@pytest.fixture
def platform(profile: Profile, network: FaultyServer) -> Iterator[HttpPlatform]:
    profile.store.settings.set("gateway_url", network.url)
    profile.store.settings.set("gateway_user", "clerk")
    with connect(profile.store) as first:
        log_in(profile.store, first, PASSWORD)
    with connect(profile.store) as made:
        yield made


def kept_here(profile: Profile) -> list[tuple[str, int, str]]:
    """(record id, revision, receipt number) of every receipt in the client's store."""
    return [
        (r.record_id, r.revision, r.receipt_no)
        for record_id in profile.ids(State.ACCEPTED)
        for r in profile.store.outbox.receipts(record_id)
    ]


def test_gateway_rows_receipts_and_accepted_records_agree(
    profile: Profile, platform: HttpPlatform, gateway: Gateway, network: FaultyServer
) -> None:
    profile.finish_many(120)
    profile.finish("too-long", name="长" * 41)
    report = profile.sync(platform)
    assert (report.accepted, report.rejected, report.stopped) == (120, 1, "")
    assert kept_here(profile) == gateway.receipts()
    assert len(gateway.receipts()) == profile.store.outbox.receipt_count() == 120
    assert [p.fields for p in profile.store.records.problems("too-long")] == [("name",)]
    network.seen.clear()
    again = profile.sync(platform)
    assert (again.sent, again.requests, len(network.seen)) == (0, 2, 2)  # what is new, what can be done


def test_edit_after_the_receipt(profile: Profile, platform: HttpPlatform, gateway: Gateway) -> None:
    profile.finish("r1")
    profile.sync(platform)
    profile.finish("r1", name="改后")
    assert profile.sync(platform).accepted == 1
    assert [(record_id, revision) for record_id, revision, _ in gateway.receipts()] == [("r1", 1), ("r1", 2)]
    assert kept_here(profile) == gateway.receipts()


def test_session_of_another_unit_keeps_everything_here(profile: Profile, platform: HttpPlatform) -> None:
    profile.finish_many(3)
    report = profile.sync(platform, unit_code="11410200000000023R")
    assert (report.note, report.waiting) == ("等待登录", 3)
    assert "换用本单位的用户" in report.stopped


def test_lost_token_asks_for_a_log_in_and_loses_nothing(
    profile: Profile, platform: HttpPlatform, gateway: Gateway
) -> None:
    profile.finish_many(3)
    platform.token = "expired"
    assert profile.sync(platform).note == "等待登录"
    log_in(profile.store, platform, PASSWORD)
    assert profile.sync(platform).accepted == 3
    assert kept_here(profile) == gateway.receipts()


WORST = [
    "reset", "reset_after_commit", "cut_answer", "sent_twice", "interim", "login_redirect", "login_page",
    "wrong_batch_id", "missing_item", "reordered", "foreign_hash", "truncated_json", "400_after_commit",
    "401_after_commit", "413_after_commit", "429", "500_after_commit", "503", "504_after_commit",
]  # fmt: skip


@pytest.mark.parametrize("name", WORST)
def test_after_the_faults_everything_is_there_once(
    profile: Profile, platform: HttpPlatform, gateway: Gateway, network: FaultyServer, name: str
) -> None:
    profile.finish_many(25)
    network.script("/v1/batches", *[FAULTS[name]] * 2)
    network.script("/v1/receipts", FAULTS[name])
    profile.sync(platform)
    network.calm()
    report = profile.sync(platform)
    assert (report.stopped, report.waiting, report.parked) == ("", 0, 0)
    assert profile.states() == {State.ACCEPTED: 25}
    assert kept_here(profile) == gateway.receipts()
    assert len(gateway.receipts()) == 25


def test_two_clients_of_one_copy_of_the_data_make_one_record(
    profile: Profile, platform: HttpPlatform, gateway: Gateway, tmp_path: Path
) -> None:
    """A restored backup sends again what was sent: the platform has it, the same receipts come back."""
    twin = Profile(tmp_path / "twin")
    for client in (profile, twin):
        client.finish_many(10)
    assert profile.sync(platform).accepted == 10
    report = twin.sync(platform)
    assert (report.duplicate, report.receipts) == (10, 10)
    assert kept_here(twin) == kept_here(profile) == gateway.receipts()
    twin.store.close()
