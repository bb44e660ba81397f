"""Every fault at every moment: once it is over, each record is on the gateway once, its receipt here.

``make fault-test`` does it with 10 000 records in all; FAULT_RECORDS=1000 is enough while changing something.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product

import pytest
from fault_office import Office
from faulty_server import FAULTS, Fault, Handler, says, truncated_json
from sync_profile import NOW

pytestmark = pytest.mark.heavy

#: The moment a fault strikes, and the requests that have to be met for it.
MOMENTS: dict[str, list[tuple[str, int]]] = {
    "at the first question": [("/v1/capabilities", 0)],
    "at the first batch": [("/v1/batches", 0)],
    "at a later batch": [("/v1/batches", 1)],
    "at a batch twice": [("/v1/batches", 0), ("/v1/batches", 0)],
    "while asking what became of it": [("/v1/receipts", 0)],
    "at the feed": [("/v1/changes", 0)],
}
MORE: dict[str, Fault] = {
    "429 Retry-After": says(429, Retry_After="1"),
    "503 Retry-After": says(503, Retry_After="7"),
    "429 Retry-After date": says(
        429, Retry_After="Mon, 07 Sep 2026 01:00:05 GMT", Date="Mon, 07 Sep 2026 01:00:00 GMT"
    ),
}
PAIRS = list(product(MOMENTS, [*FAULTS, *MORE]))
RECORDS = int(os.environ.get("FAULT_RECORDS", "10000"))
EACH = -(-RECORDS // len(PAIRS))
#: Half of the records go in a second batch, so that there is a later one.
FIRST_BATCH = EACH // 2


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setattr("jgclient.sync.pace.FIRST_BATCH", FIRST_BATCH)
        made = Office(tmp_path_factory.mktemp("office"))
        yield made
        made.close()


def passes(handler: Handler) -> None:
    handler.answer(handler.forward())


@pytest.mark.parametrize(("moment", "fault"), PAIRS)
def test_once_it_is_over_everything_is_there_once(office: Office, moment: str, fault: str) -> None:
    ids = office.finish(EACH)
    for part, before in MOMENTS[moment]:
        office.network.script(part, *[passes] * before, (FAULTS | MORE)[fault])
    if moment == "while asking what became of it":
        office.network.script("/v1/batches", truncated_json)
    report = office.profile.sync(office.platform)
    assert report.done + report.parked + report.waiting == EACH
    office.recover()
    office.agrees(ids)


@pytest.mark.parametrize("days", [-1, 1])
def test_the_clock_a_day_wrong_on_either_side(office: Office, days: int) -> None:
    ids = office.finish(EACH)
    wrong = NOW.replace(day=NOW.day + days)
    report = office.profile.sync(office.platform, now=lambda: wrong)
    assert (report.sent, "校准" in report.stopped) == (0, True)
    office.gateway.now = lambda: wrong
    assert office.profile.sync(office.platform).sent == 0
    office.gateway.now = lambda: NOW
    office.recover()
    office.agrees(ids)


def test_the_clock_jumps_a_day_in_the_middle(office: Office) -> None:
    ids = office.finish(EACH)
    times = iter([NOW] * 2)
    office.profile.sync(office.platform, now=lambda: next(times, NOW.replace(day=NOW.day + 1)))
    office.recover()
    office.agrees(ids)
