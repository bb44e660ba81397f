"""The socket the gateway listens on, and its worker processes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn.supervisors.multiprocess import SIGNALS

from jggateway.serving import STARTING, _config, _listening, _Workers


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_do_not_wait_for_their_head_to_be_confirmed(host: str) -> None:
    with (
        _listening(host, 0) as listener,
        socket.create_connection(listener.getsockname()[:2], timeout=5),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """What the worker serves; asked for nothing."""


@pytest.fixture
def workers() -> Iterator[_Workers]:
    """One worker that has answered; the supervisor's signal handlers are taken away again."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    with _listening("127.0.0.1", 0) as listener:
        supervisor = _Workers(_config(nothing), [listener], lambda: None)
        try:
            supervisor.init_processes()
            supervisor.keep_subprocess_alive()
            yield supervisor
            supervisor.terminate_all()
            supervisor.join_all()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process for a while")
def test_worker_that_dies_while_it_is_asked_is_replaced_at_once(
    workers: _Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    (worker,) = workers.processes
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSTOP)  # it will not answer
    wait = worker.parent_conn.poll

    def dying(timeout: float) -> bool:
        worker.process.kill()
        worker.process.join()
        return wait(timeout)

    monkeypatch.setattr(worker.parent_conn, "poll", dying)
    begun = time.monotonic()
    workers.keep_subprocess_alive()
    assert time.monotonic() - begun < STARTING / 2
    (successor,) = workers.processes
    assert successor.pid != worker.pid
    assert successor.process.is_alive()
