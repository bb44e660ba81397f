"""A loopback HTTP server that stands in front of a platform and does to its traffic what networks do."""

from __future__ import annotations

import json
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from sync_model import Answer, problem_answer

Backend = Callable[[str, str, dict[str, str], bytes], Answer]


class Handler(BaseHTTPRequestHandler):
    """One connection. A fault gets the handler and does with the request what it likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultyServer

    def do_GET(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        fault = self.server.next_fault(self.path)
        try:
            fault(self) if fault else self.answer(self.forward())
        except ConnectionError:
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 - named by http.server
    do_CONNECT = do_GET  # noqa: N815 - named by http.server
    do_HEAD = do_GET  # noqa: N815 - named by http.server
    do_PATCH = do_GET  # noqa: N815 - named by http.server

    def forward(self) -> Answer:
        """Let the platform have the request."""
        return self.server.backend(self.command, self.path, dict(self.headers), self.body)

    def answer(self, answer: Answer, *, cut: int = 0) -> None:
        """Send an answer; ``cut`` bytes of its body go missing."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) - cut])
        self.close_connection = bool(cut)

    def reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_args: Any) -> None:
        pass


Fault = Callable[[Handler], None]


class FaultyServer(ThreadingHTTPServer):
    """Forwards to ``backend``; faults wait in line per kind of request.

    Attributes:
        seen: Every request: method, path, headers.
        url: Address of the server.
    """

    daemon_threads = True

    def __init__(self, backend: Backend) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.backend = backend
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.closing = Event()
        self._faults: dict[str, deque[Fault]] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def script(self, part: str, *faults: Fault) -> None:
        """The next requests whose path contains ``part`` meet these faults, one each."""
        self._faults.setdefault(part, deque()).extend(faults)

    def next_fault(self, path: str) -> Fault | None:
        for part, faults in self._faults.items():
            if part in path and faults:
                return faults.popleft()
        return None

    def calm(self) -> None:
        """No more faults."""
        self._faults.clear()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the server; anything else is one of the test."""

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


# -- faults: what the client sees ------------------------------------------------------------------


def says(status: int, detail: str = "", *, committed: bool = False, **headers: str) -> Fault:
    """An error status, before or after the platform took the request in."""

    def fault(handler: Handler) -> None:
        if committed:
            handler.forward()
        handler.answer(problem_answer(status, detail, **headers))

    return fault


def reset(handler: Handler) -> None:
    handler.reset()


def reset_after_commit(handler: Handler) -> None:
    handler.forward()
    handler.reset()


def stall(handler: Handler) -> None:
    """Not a byte, and nothing taken in."""
    handler.server.closing.wait(30)
    handler.close_connection = True


def stall_after_commit(handler: Handler) -> None:
    handler.forward()
    stall(handler)


def stall_in_body(handler: Handler) -> None:
    answer = handler.forward()
    handler.answer(answer, cut=len(answer.body) // 2)
    handler.wfile.flush()
    stall(handler)


def cut_answer(handler: Handler) -> None:
    answer = handler.forward()
    handler.answer(answer, cut=len(answer.body) // 2)


def sent_twice(handler: Handler) -> None:
    handler.forward()
    handler.answer(handler.forward())


def interim(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    handler.answer(handler.forward())


def interim_then_late(handler: Handler) -> None:
    """103, and the real answer only when the client uses the connection again."""
    answer = handler.forward()
    handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    handler.wfile.flush()
    if handler.connection.recv(1, socket.MSG_PEEK):
        handler.answer(answer)
    handler.close_connection = True


def login_redirect(handler: Handler) -> None:
    handler.answer(Answer(302, b"", {"Location": "http://10.0.0.1/login", "Content-Type": "text/html"}))


def login_page(handler: Handler) -> None:
    handler.answer(Answer(200, "<html>请先登录上网</html>".encode(), {"Content-Type": "text/html"}))


def login_page_as_json(handler: Handler) -> None:
    handler.answer(Answer(200, b"<html></html>"))


def empty_json(handler: Handler) -> None:
    handler.answer(Answer(200, b"{}"))


def changed(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """The platform's own answer, taken in and then changed on the way."""

    def fault(handler: Handler) -> None:
        answer = handler.forward()
        data = json.loads(answer.body)
        change(data)
        handler.answer(replace(answer, body=json.dumps(data).encode()))

    return fault


def truncated_json(handler: Handler) -> None:
    answer = handler.forward()
    handler.answer(replace(answer, body=answer.body[: len(answer.body) // 2]))


def _each(change: Callable[[dict[str, Any]], Any]) -> Fault:
    return changed(lambda data: [change(result) for result in data.get("results", [])])


wrong_batch_id = changed(lambda data: data.update(batch_id="another"))
missing_item = changed(lambda data: data.get("results", [None]).pop())
reordered = changed(lambda data: data.get("results", []).reverse())
doubled_item = changed(lambda data: data.get("results", []).extend(data.get("results", [])[-1:]))
foreign_hash = _each(lambda result: result.update(sha256="0" * 64))
no_receipt_number = _each(lambda result: result.update(receipt_no=""))
unknown_outcome = _each(lambda result: result.update(outcome="perhaps"))
half_character = _each(lambda result: result.update(receipt_no="\ud800"))

#: Faults by name that any request can meet; after each the truth has to come out.
FAULTS: dict[str, Fault] = {
    f.__name__: f
    for f in (
        reset, reset_after_commit, stall, stall_after_commit, stall_in_body, cut_answer, sent_twice, interim,
        login_redirect, login_page, login_page_as_json, empty_json, truncated_json,
    )
} | {
    "wrong_batch_id": wrong_batch_id, "missing_item": missing_item, "reordered": reordered,
    "doubled_item": doubled_item, "foreign_hash": foreign_hash, "no_receipt_number": no_receipt_number,
    "unknown_outcome": unknown_outcome, "half_character": half_character,
}  # fmt: skip
STATUSES = (
    400, 401, 403, 404, 405, 407, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451,
    500, 501, 502, 503, 504, 507, 511, 204, 206, 300, 301, 304, 307,
)  # fmt: skip
FAULTS |= {f"{status}": says(status) for status in STATUSES}
FAULTS |= {f"{status}_after_commit": says(status, committed=True) for status in STATUSES}
