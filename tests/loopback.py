"""An application served on loopback by a thread of the test: what every test with a gateway begins with."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn
from fastapi import FastAPI


class Served:
    """A gateway's application on a free port, until it is stopped.

    Attributes:
        port: Where it listens.
        url: The same as an address.
    """

    def __init__(self, app: FastAPI) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],))
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; what is kept stays. One that is still starting would not hear of it."""
        while self._thread.is_alive() and not self._server.started:
            time.sleep(0.005)
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the gateway did not stop"
        self._listener.close()
