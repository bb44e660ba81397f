"""Whatever the network does: when it stops, every record is once on the platform with its receipt here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from faulty_server import FAULTS, FaultyServer, reset_after_commit
from hypothesis import given, settings
from hypothesis import strategies as st
from sync_model import ModelPlatform
from sync_profile import NOW, Profile

from jgclient.platform_api import HttpPlatform
from jgclient.records import State

RECORDS = 25
PLAIN = [name for name in FAULTS if not name[0].isdigit()]
QUICK = [name for name in FAULTS if not name.startswith("stall")]
#: Statuses of each reaction, for requests that are no batches.
SOME = ["400", "401", "407", "413", "429", "500", "503", "301", "204"]
#: Faults that are met three times in a row.
AGAIN = [name for name in [*PLAIN, *SOME] if name in QUICK]


def recover(profile: Profile, platform: HttpPlatform, server: FaultyServer) -> None:
    """The network is well again; a person lets parked records go once more."""
    server.calm()
    for record_id in profile.ids(State.PARKED):
        profile.store.outbox.unpark(record_id)
    report = profile.sync(platform)
    assert (report.stopped, report.waiting, report.parked) == ("", 0, 0)


@pytest.mark.parametrize(("name", "times"), [*((name, 1) for name in FAULTS), *((name, 3) for name in AGAIN)])
def test_fault_while_sending(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None],
    name: str, times: int,
) -> None:  # fmt: skip
    profile.finish_many(RECORDS)
    server.script("/v1/batches", *[FAULTS[name]] * times)
    report = profile.sync(platform)
    assert report.done + report.parked + report.waiting == RECORDS
    recover(profile, platform, server)
    assert profile.states() == {State.ACCEPTED: RECORDS}
    settled()


@pytest.mark.parametrize("name", [*PLAIN, *SOME])
def test_fault_while_asking_for_receipts(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None], name: str
) -> None:
    profile.finish_many(RECORDS)
    server.script("/v1/batches", reset_after_commit)
    server.script("/v1/receipts", FAULTS[name])
    report = profile.sync(platform)
    assert report.done + report.waiting == RECORDS
    recover(profile, platform, server)
    settled()


@pytest.mark.parametrize("name", [*PLAIN, *SOME])
def test_fault_at_the_first_question(
    profile: Profile, platform: HttpPlatform, server: FaultyServer, settled: Callable[[], None], name: str
) -> None:
    profile.finish_many(RECORDS)
    server.script("/v1/capabilities", FAULTS[name])
    report = profile.sync(platform)
    assert report.done + report.waiting == RECORDS
    recover(profile, platform, server)
    settled()


MOVES = st.lists(
    st.tuples(st.sampled_from(["/v1/batches", "/v1/receipts", "/v1/capabilities"]), st.sampled_from(QUICK)),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(moves=MOVES, records=st.integers(1, 60), runs=st.integers(1, 3))
def test_any_run_of_faults(moves: list[tuple[str, str]], records: int, runs: int) -> None:
    model = ModelPlatform(lambda: NOW)
    server = FaultyServer(model)
    with tempfile.TemporaryDirectory() as folder:
        profile = Profile(Path(folder) / "client")
        try:
            ids = profile.finish_many(records)
            for part, name in moves:
                server.script(part, FAULTS[name])
            with HttpPlatform(server.url, timeout=(2, 2)) as platform:
                for _ in range(runs):
                    report = profile.sync(platform)
                    assert set(model.copies.values()) <= {1}
                    assert report.total <= records
                recover(profile, platform, server)
            assert set(model.copies.values()) == {1}
            for record_id in ids:
                receipts = profile.store.outbox.receipts(record_id)
                assert [(r.sha256, r.receipt_no) for r in receipts] == [model.kept[record_id, 1]]
        finally:
            profile.store.close()
            server.stop()
