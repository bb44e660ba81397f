"""The socket the gateway listens on."""

from __future__ import annotations

import socket

import pytest

from jggateway.serving import _listening


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_do_not_wait_for_their_head_to_be_confirmed(host: str) -> None:
    with (
        _listening(host, 0) as listener,
        socket.create_connection(listener.getsockname()[:2], timeout=5),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
