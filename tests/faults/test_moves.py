"""Any order of typing, sending, faults and crashes; and five clients with the same batch at once."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_office import Office
from faulty_server import FAULTS
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sync_profile import NOW, Profile

from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import StoreError
from jgclient.sync import SyncReport

pytestmark = pytest.mark.heavy

PARTS = ["/v1/capabilities", "/v1/batches", "/v1/receipts", "/v1/changes"]
QUICK = sorted(name for name in FAULTS if not name.startswith("stall"))


class Killed(BaseException):
    """The program is gone, wherever it was."""


class Moves(RuleBasedStateMachine):
    """One office; the model is only what was finished, and that nothing of it may be lost or doubled."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._patch.setattr("jgclient.sync.pace.FIRST_BATCH", 2)
        self._folder = tempfile.TemporaryDirectory()
        self.office = Office(Path(self._folder.name))
        self.profile: Profile = self.office.profile

    @initialize(count=st.integers(1, 6))
    def begin(self, count: int) -> None:
        self.office.finish(count)

    @rule(count=st.integers(1, 4))
    def finish(self, count: int) -> None:
        self.office.finish(count)

    @precondition(lambda self: self.office.finished)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, self.office.finished - 1))
        try:
            self.profile.finish(f"r{number:06d}", name=f"改 {data.draw(st.integers(0, 99))}")
        except StoreError:
            assert self.profile.store.records.row(f"r{number:06d}").state is State.SENDING

    @rule(faults=st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(QUICK)), min_size=1, max_size=4))
    def trouble(self, faults: list[tuple[str, str]]) -> None:
        for part, name in faults:
            self.office.network.script(part, FAULTS[name])

    @rule()
    def calm(self) -> None:
        self.office.network.calm()

    @rule()
    def send(self) -> None:
        self.profile.sync(self.office.platform)

    @rule(steps=st.integers(1, 12))
    def send_and_cancel(self, steps: int) -> None:
        left = iter(range(steps))
        self.profile.sync(self.office.platform, is_cancelled=lambda: next(left, None) is None)

    @rule(steps=st.integers(1, 12))
    def send_and_die(self, steps: int) -> None:
        left = iter(range(steps))

        def die(_done: int, _total: int, _report: SyncReport) -> None:
            if next(left, None) is None:
                raise Killed

        try:
            self.profile.sync(self.office.platform, on_progress=die)
        except Killed:
            self.profile.store.close()
            self.profile.reopen(self.profile.store.folder)

    @rule(days=st.sampled_from([-1, 1]))
    def send_with_a_wrong_clock(self, days: int) -> None:
        wrong = NOW.replace(day=NOW.day + days)
        assert self.profile.sync(self.office.platform, now=lambda: wrong).sent == 0

    @rule(part=st.sampled_from(PARTS))
    def the_platform_is_started_anew(self, part: str) -> None:
        self.office.gateway.stop()
        self.office.gateway = self.office.gateway.again()
        self.office.network.backend = self.office.gateway

    @invariant()
    def what_is_kept_here_agrees_with_itself(self) -> None:
        assert (self.profile.store.contradictions(), self.profile.store.stale_rows()) == ([], [])

    @invariant()
    def nothing_is_there_twice(self) -> None:
        there = [(record_id, revision) for record_id, revision, _ in self.office.gateway.receipts()]
        assert len(there) == len(set(there))

    def teardown(self) -> None:
        try:
            self.office.recover()
            self._agree()
        finally:
            for part in (self.office.platform, self.profile.store):
                part.close()
            self.office.network.stop()
            self.office.gateway.stop()
            self._patch.undo()
            self._folder.cleanup()

    def _agree(self) -> None:
        """Every receipt there is here and the other way round; every record's last word is there."""
        ids = [f"r{number:06d}" for number in range(self.office.finished)]
        here = {
            (receipt.record_id, receipt.revision, receipt.receipt_no)
            for record_id in ids
            for receipt in self.profile.store.outbox.receipts(record_id)
        }
        assert here == set(self.office.gateway.receipts())
        for record_id in ids:
            last = self.profile.store.records.last_revision(record_id)
            assert (record_id, last.revision) in {key[:2] for key in here}
        assert self.profile.states() == {State.ACCEPTED: len(ids)}


Moves.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_moves = Moves.TestCase


# -- five clients ----------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_five_clients_sending_the_same_batch_at_once_twice(office: Office, tmp_path: Path) -> None:
    """Copies of one data folder on five computers, by mistake: the same bytes, the same key, at once."""
    ids = office.finish(20)
    office.network.script("/v1/batches", FAULTS["reset"])
    office.network.script("/v1/receipts", *[FAULTS["reset"]] * 3)
    office.profile.sync(office.platform)
    office.network.calm()
    [lost] = office.profile.store.outbox.unanswered_batches()

    answers: list[tuple[str, ...]] = []
    together = threading.Barrier(5)

    def send() -> None:
        with HttpPlatform(office.network.url, token=office.platform.token, timeout=(5, 30)) as platform:
            for _ in range(2):
                together.wait(30)
                told = platform.send_batch(lost.batch_id, lost.body)
                answers.append(tuple(result.receipt_no for result in told.results))

    clients = [threading.Thread(target=send) for _ in range(5)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert (len(answers), len(set(answers))) == (10, 1)
    assert len(office.gateway.receipts()) == 20
    office.recover()
    office.agrees(ids)


def test_five_copies_of_one_folder_syncing_at_once_twice(office: Office, tmp_path: Path) -> None:
    """Each makes batches of its own out of the same records."""
    ids = office.finish(60)
    folder = office.profile.store.folder
    office.profile.store.close()
    copies = [tmp_path / f"copy{number}" for number in range(5)]
    for copy in copies:
        shutil.copytree(folder, copy)
    together = threading.Barrier(5)
    failures: list[str] = []

    def work(copy: Path) -> None:
        profile = Profile(copy)
        with HttpPlatform(office.network.url, token=office.platform.token, timeout=(5, 30)) as platform:
            for _ in range(2):
                together.wait(60)
                report = profile.sync(platform)
                if report.stopped:
                    failures.append(report.stopped)
        kept = {receipt.receipt_no for i in ids for receipt in profile.store.outbox.receipts(i)}
        if kept != {number for _, _, number in office.gateway.receipts()}:
            failures.append(f"{copy.name}: {len(kept)} receipts")
        profile.store.close()

    workers = [threading.Thread(target=work, args=[copy]) for copy in copies]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(office.gateway.receipts()) == 60
    office.profile.reopen(folder)
    office.recover()
    office.agrees(ids)
