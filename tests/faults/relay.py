"""A piece of network in front of a server: it can be gone, and it can lose the end of a request."""

from __future__ import annotations

import contextlib
import socket
import threading


class Relay:
    """Passes bytes on to a port of this computer.

    Attributes:
        port: Where it listens; stays the same while it is gone.
        cut: Bytes of the next request that still get through before both ends are dropped; None for all.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut: int | None = None
        self._live: set[socket.socket] = set()
        self._begin()

    @property
    def url(self) -> str:
        """Address of the relay."""
        return f"http://127.0.0.1:{self.port}"

    def refuse(self) -> None:
        """Be gone: what is open breaks, what comes is refused."""
        self._listener.close()
        self._thread.join()
        for end in list(self._live):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept(self) -> None:
        """Be there again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._begin()

    def _begin(self) -> None:
        self._listener.settimeout(0.02)
        self._thread = threading.Thread(target=self._serve, args=[self._listener], daemon=True)
        self._thread.start()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._connect, args=[client], daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._target)) as far,
        ):
            self._live |= {client, far}
            back = threading.Thread(target=self._pass, args=[far, client], daemon=True)
            back.start()
            self._pass(client, far, request=True)
            back.join()
            self._live -= {client, far}

    def _pass(self, source: socket.socket, target: socket.socket, *, request: bool = False) -> None:
        left: int | None = None
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if request and self.cut is not None:
                    left, self.cut = self.cut, None
                target.sendall(data if left is None else data[:left])
                if left is not None and left <= len(data):
                    break
                left = None if left is None else left - len(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
