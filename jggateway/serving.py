"""Runs the gateway as one process: its socket, its log, its end."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import uvicorn

from jgclient.forms.library import FormLibrary
from jggateway.app import create_app
from jggateway.logs import log_into, stop_logging
from jggateway.storage import StorageError, open_storage

#: Seconds that requests under way are given when the gateway is told to stop.
GRACE = 10


class ServeError(Exception):
    """The gateway cannot be started; the text says in Chinese why and what to do."""


def serve(
    data: Path,
    host: str,
    port: int,
    *,
    library: FormLibrary,
    clock: Callable[[], datetime],
    on_listening: Callable[[str], None],
) -> None:
    """Serve until told to stop (SIGTERM, Ctrl+C).

    Port 0 takes a free one. ``on_listening`` is called with the address once requests are answered.

    Raises:
        ServeError: the port cannot be had.
        StorageError: the data folder cannot be used.
    """
    open_storage(data).close()  # says what is wrong with the folder before anything else is begun
    with _listening(host, port) as listener, _logging(data), _quiet_signals():
        app = create_app(data, library=library, clock=clock)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE, server_header=False
        )
        address = _address(listener)
        _Server(config, lambda: on_listening(address)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells when it really listens."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ServeError(_listening_refusal(host, port, error)) from error
    with listener:
        yield listener


def _listening_refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用。请关闭占用它的程序，或用 --port 换一个端口（--port 0 自动选取）。"
    if error.errno == errno.EACCES:
        return f"没有使用端口 {port} 的权限。请用 --port 换一个 1024 以上的端口，或请管理员授权。"
    return f"“{host}”不是本机的地址，不能在上面监听。请检查 --host（默认 127.0.0.1）。"


@contextmanager
def _logging(data: Path) -> Iterator[None]:
    try:
        handler = log_into(data)
    except OSError as error:
        raise StorageError(
            f"日志不能写入 {data}（{error.strerror or error}）。请检查文件夹的写权限。"
        ) from error
    try:
        yield
    finally:
        stop_logging(handler)


@contextmanager
def _quiet_signals() -> Iterator[None]:
    # uvicorn stops in good order and then raises the signal again; without this the process would die of it.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stopping = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in stopping}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
