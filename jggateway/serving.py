"""Runs the gateway, as one process or as several workers: its socket, its log, its end."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from jggateway.app import create_app
from jggateway.logs import log_into, stop_logging
from jggateway.storage import StorageError, open_storage

#: Seconds that requests under way are given when the gateway is told to stop.
GRACE = 10
#: Seconds that a worker may take to start, or to say that it is alive, on a machine that is busy.
STARTING = 60


class ServeError(Exception):
    """The gateway cannot be started; the text says in Chinese why and what to do."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is served. Travels to worker processes, so it holds nothing that is open.

    Attributes:
        data: Data folder, made when it is not there.
        resources: Folder with the forms, code lists and calendars that come with the program.
        clock: Tells the platform's time; a function of a module.
        database: Address of a PostgreSQL database; empty for SQLite in the data folder.
        workers: Number of processes; more than one needs PostgreSQL.
    """

    data: Path
    resources: Path
    clock: Callable[[], datetime]
    database: str = ""
    workers: int = 1

    def app(self) -> FastAPI:
        """The application of one process."""
        return create_app(self.data, resources=self.resources, clock=self.clock, database=self.database)

    def worker_app(self) -> FastAPI:
        """The application of a worker, which sees to its own log."""
        log_into(self.data, shared=True)
        return self.app()


def serve(service: Service, host: str, port: int, *, on_listening: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl+C).

    Port 0 takes a free one. ``on_listening`` is called with the address once requests are answered.

    Raises:
        ServeError: the port cannot be had, or several workers are wanted without PostgreSQL.
        StorageError: the data folder or the database cannot be used.
    """
    if service.workers > 1 and not service.database:
        raise ServeError("SQLite 只支持一个进程。请去掉 --workers，或用 --database 指定 PostgreSQL 数据库。")
    # Says what is wrong with folder and database before anything else is begun.
    open_storage(service.data, service.database).close()
    shared = service.workers > 1
    with _listening(host, port) as listener, _logging(service.data, shared=shared), _quiet_signals():
        address = _address(listener)
        if shared:
            config = _config(service.worker_app, factory=True, workers=service.workers)
            _Workers(config, [listener], lambda: on_listening(address)).run()
        else:
            _Server(_config(service.app()), lambda: on_listening(address)).run(sockets=[listener])


def _config(
    app: FastAPI | Callable[[], FastAPI], *, factory: bool = False, workers: int = 1
) -> uvicorn.Config:
    return uvicorn.Config(
        app, factory=factory, workers=workers, log_config=None, access_log=False,
        timeout_graceful_shutdown=GRACE, server_header=False, timeout_worker_healthcheck=STARTING,
    )  # fmt: skip


class _Workers(Multiprocess):
    """Tells when every worker really listens; one that dies is replaced."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], on_listening: Callable[[], None]
    ) -> None:
        super().__init__(config, sockets)
        self._on_listening: Callable[[], None] | None = on_listening

    def keep_subprocess_alive(self) -> None:
        for worker in self.processes:
            # The worker's end of the pipe is open in the worker only: if it dies while it is asked whether it
            # lives, that is heard at once. Otherwise the answer is waited for, SIGTERM unheard, for a minute.
            worker.child_conn.close()
        super().keep_subprocess_alive()
        if self._on_listening and all(worker.is_ready(timeout=1) for worker in self.processes):
            self._on_listening()
            self._on_listening = None


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
        # For every connection: the body of an answer does not wait 40 ms until its head is confirmed.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
def _logging(data: Path, *, shared: bool) -> Iterator[None]:
    try:
        handler = log_into(data, shared=shared)
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
