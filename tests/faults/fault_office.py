"""One client and one gateway, and what has to hold between them in the end."""

from __future__ import annotations

from pathlib import Path

from faulty_server import FaultyServer
from sync_gateway import PASSWORD, Gateway, add_user, note_resources
from sync_profile import Profile

from jgclient.contract import Result
from jgclient.platform_api import HttpPlatform
from jgclient.records import State
from jgclient.store import ListQuery
from jgclient.sync import connect, log_in


class Office:
    """One client and one gateway, for all pairs of a test process."""

    def __init__(self, folder: Path) -> None:
        add_user(folder / "gateway")
        self.gateway = Gateway(folder / "gateway", note_resources(folder / "resources"))
        self.network = FaultyServer(self.gateway)
        self.profile = Profile(folder / "client")
        self.profile.store.settings.set("gateway_url", self.network.url)
        self.profile.store.settings.set("gateway_user", "clerk")
        with connect(self.profile.store) as first:
            log_in(self.profile.store, first, PASSWORD)
        token = self.profile.store.settings.get("token")
        self.platform = HttpPlatform(self.network.url, token=token, timeout=(2, 0.5))
        self.finished = 0

    def finish(self, count: int) -> list[str]:
        ids = [f"r{n:06d}" for n in range(self.finished, self.finished + count)]
        self.finished += count
        with self.profile.store.atomic():
            for record_id in ids:
                self.profile.finish(record_id)
        return ids

    def recover(self) -> None:
        """The network is well again; a person lets parked records go once more."""
        self.network.calm()
        for record_id in self.profile.ids(State.PARKED):
            self.profile.store.outbox.unpark(record_id)
        report = self.profile.sync(self.platform)
        assert (report.stopped, report.waiting, report.parked) == ("", 0, 0)

    def agrees(self, ids: list[str]) -> None:
        """Each of these records is on the gateway once, with the receipt that is kept here."""
        there: dict[str, list[Result]] = {}
        for start in range(0, len(ids), 40):
            for result in self.platform.receipts(ids[start : start + 40]):
                there.setdefault(result.id, []).append(result)
        for record_id in ids:
            [kept] = self.profile.store.outbox.receipts(record_id)
            [told] = there[record_id]
            assert (kept.revision, kept.sha256, kept.receipt_no) == (
                told.revision,
                told.sha256,
                told.receipt_no,
            )

    def close(self) -> None:
        """At the end: everything that was ever finished is there once, and nothing else."""
        count = self.profile.store.records.count(ListQuery())
        receipts = self.gateway.receipts()
        assert len(receipts) == len({record_id for record_id, _, _ in receipts}) == count == self.finished
        assert self.profile.states() == {State.ACCEPTED: count}
        assert self.profile.store.outbox.receipt_count() == count
        assert (self.profile.store.contradictions(), self.profile.store.wrong_counts()) == ([], [])
        self.platform.close()
        self.profile.store.close()
        self.network.stop()
        self.gateway.stop()
