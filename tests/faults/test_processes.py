"""Killed programs, full disks, a network that is gone: afterwards everything is there once all the same."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
import sqlalchemy
from fault_office import Office
from faulty_server import Handler, truncated_json
from relay import Relay
from sync_model import Answer

from jgclient.platform_api import HttpPlatform
from jgclient.store import StoreError

pytestmark = pytest.mark.heavy

HERE = Path(__file__).parent
EACH = 6


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr("jgclient.sync.pace.FIRST_BATCH", 3)
    made = Office(tmp_path)
    yield made
    made.close()


def passes(handler: Handler) -> None:
    handler.answer(handler.forward())


# -- the client is killed --------------------------------------------------------------------------

Killing = Callable[[Handler, Callable[[], None]], None]


def before_it_arrives(handler: Handler, kill: Callable[[], None]) -> None:
    kill()
    handler.close_connection = True


def before_it_is_answered(handler: Handler, kill: Callable[[], None]) -> None:
    handler.forward()
    kill()
    handler.close_connection = True


def in_the_answer(handler: Handler, kill: Callable[[], None]) -> None:
    answer = handler.forward()
    handler.answer(answer, cut=len(answer.body) // 2)
    handler.wfile.flush()
    kill()


def while_it_keeps_the_answer(handler: Handler, kill: Callable[[], None]) -> None:
    handler.answer(handler.forward())
    handler.wfile.flush()
    time.sleep(0.002)
    kill()


PLACES = {
    "first batch": [("/v1/batches", 0)], "second batch": [("/v1/batches", 1)],
    "question": [("/v1/receipts", 0)], "feed": [("/v1/changes", 0)],
}  # fmt: skip
KILLINGS = [before_it_arrives, before_it_is_answered, in_the_answer, while_it_keeps_the_answer]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("killing", KILLINGS, ids=lambda killing: killing.__name__)
def test_client_killed(office: Office, place: str, killing: Killing) -> None:
    ids = office.finish(EACH)
    client: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        client[0].kill()
        client[0].wait()

    if place == "question":
        office.network.script("/v1/batches", truncated_json)
    for part, before in PLACES[place]:
        office.network.script(part, *[passes] * before, lambda handler: killing(handler, kill))
    words = [str(office.profile.store.folder), office.network.url, office.platform.token, "3"]
    client.append(subprocess.Popen([sys.executable, str(HERE / "one_sync.py"), *words]))
    client[0].wait(60)
    assert client[0].returncode != 0 or killing is while_it_keeps_the_answer
    office.recover()
    office.agrees(ids)


# -- the gateway is killed -------------------------------------------------------------------------


class GatewayProcess:
    """A gateway that can be killed and started again on the same port."""

    def __init__(self, data: Path, resources: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._words = [str(HERE / "one_gateway.py"), str(data), str(resources), str(self.port)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, *self._words])
        for _ in range(600):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the gateway did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def dies_before(forward: Callable[[], Answer], gateway: GatewayProcess) -> None:
    gateway.kill()


def dies_after(forward: Callable[[], Answer], gateway: GatewayProcess) -> None:
    forward()
    gateway.kill()


def dies_meanwhile(forward: Callable[[], Answer], gateway: GatewayProcess) -> None:
    timer = threading.Timer(0.004, gateway.kill)
    timer.start()
    with contextlib.suppress(OSError, HTTPException):
        forward()
    timer.join()


def test_gateway_killed(office: Office, tmp_path: Path) -> None:
    """Again and again, at every moment, on the same data."""
    office.gateway.stop()
    process = GatewayProcess(tmp_path / "gateway", tmp_path / "resources")
    office.gateway.port = process.port
    try:
        for part in ("/v1/capabilities", "/v1/batches", "/v1/receipts", "/v1/changes"):
            for death in (dies_before, dies_after, dies_meanwhile):
                ids = office.finish(EACH)

                def dies(handler: Handler, death: Callable[..., None] = death) -> None:
                    death(handler.forward, process)
                    handler.reset()

                if part == "/v1/receipts":
                    office.network.script("/v1/batches", truncated_json)
                office.network.script(part, dies)
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr("http.server.HTTPServer.handle_error", lambda *_args: None)
                    office.profile.sync(office.platform)
                process.start()
                office.recover()
                office.agrees(ids)
    finally:
        process.kill()
        office.gateway = office.gateway.again()


# -- full disks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [0, 1, 2, 5, 10, 20, 40, 80])
def test_disk_full_here(office: Office, pages: int) -> None:
    ids = office.finish(60)
    database = office.profile.store._db.raw
    most = database.execute("PRAGMA page_count").fetchone()[0] + pages
    database.execute(f"PRAGMA max_page_count = {most}")
    full = pytest.raises(StoreError, match="磁盘空间已满")
    with full if pages <= 5 else contextlib.suppress(StoreError):
        office.profile.sync(office.platform)
    database.execute("PRAGMA max_page_count = 1000000000")
    office.recover()
    office.agrees(ids)


@pytest.mark.parametrize("pages", [0, 2, 5, 10, 20, 40])
def test_disk_full_there(office: Office, pages: int, logfail: list[object]) -> None:
    ids = office.finish(60)
    engine = office.gateway.app.state.storage._engine
    with engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar() + pages

    def limit(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    sqlalchemy.event.listen(engine, "begin", limit)
    report = office.profile.sync(office.platform)
    sqlalchemy.event.remove(engine, "begin", limit)
    most = 1_000_000_000
    sqlalchemy.event.listen(engine, "begin", limit)
    logfail.clear()  # the gateway says loudly that its disk is full
    assert report.done + report.waiting + report.parked == 60
    office.recover()
    office.agrees(ids)


# -- the network is gone ---------------------------------------------------------------------------


@pytest.fixture
def relay(office: Office) -> Iterator[Relay]:
    made = Relay(int(office.network.url.rpartition(":")[2]))
    yield made
    made.refuse()


def through(office: Office, relay: Relay) -> HttpPlatform:
    return HttpPlatform(relay.url, token=office.platform.token, timeout=(2, 1))


@pytest.mark.parametrize("part", ["/v1/capabilities", "/v1/batches", "/v1/changes"])
@pytest.mark.parametrize("before", [0, 1])
def test_connection_refused(office: Office, relay: Relay, part: str, before: int) -> None:
    """From one moment on nobody is there, not even to say so."""
    ids = office.finish(EACH)

    def gone(handler: Handler) -> None:
        if before:
            handler.forward()
        relay.refuse()
        handler.close_connection = True

    office.network.script(part, gone)
    with through(office, relay) as platform:
        report = office.profile.sync(platform)
        assert report.stopped
        assert office.profile.sync(platform).note == "等待网络"
        relay.accept()
        assert office.profile.sync(platform).stopped == ""
    office.recover()
    office.agrees(ids)


@pytest.mark.parametrize("bytes_through", [0, 1, 100, 600, 1500, 3000])
@pytest.mark.parametrize("request_number", [0, 1, 2])
def test_request_cut_off(office: Office, bytes_through: int, request_number: int) -> None:
    """The platform never gets the whole request; the client sees only that nothing comes back."""
    ids = office.finish(EACH)
    seen = 0

    def cut_then(done: int, _total: int, _report: object) -> None:
        nonlocal seen
        if done >= request_number * 3 and seen == 0:
            seen, straight.cut = 1, bytes_through

    straight = Relay(office.gateway.port)
    with through(office, straight) as platform:
        office.profile.sync(platform, on_progress=cut_then)
        straight.cut = None
        office.profile.sync(platform)
    straight.refuse()
    office.recover()
    office.agrees(ids)
