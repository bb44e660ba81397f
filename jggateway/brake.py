"""A limit on requests: every session, and every address without one, has a bucket of tokens that refills."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from jggateway.refusals import Refusal, problem_response

#: Requests a second that a session may make for long, and as many at once.
SESSION_RATE, SESSION_BURST = 50.0, 300
#: The same for an address without session, behind which a whole office may sit.
ADDRESS_RATE, ADDRESS_BURST = 20.0, 300
#: Buckets that are remembered; the one unused longest is forgotten first, full as it then is.
MAX_BUCKETS = 10_000


class Brake:
    """ASGI middleware: 429 with ``Retry-After`` for who asks too often. Each worker counts for itself.

    Args:
        app: What is protected.
        seconds: Tells passing time.
    """

    def __init__(self, app: ASGIApp, seconds: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._seconds = seconds
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        wait = self._wait(scope) if scope["type"] == "http" and scope["path"] != "/healthz" else 0
        if not wait:
            await self._app(scope, receive, send)
            return
        refusal = Refusal(
            429,
            "too-many-requests",
            f"请求过于频繁。请 {wait} 秒后再试；数据不会丢失。",
            {"Retry-After": str(wait)},
        )
        await problem_response(refusal)(scope, receive, send)

    def _wait(self, scope: Scope) -> int:
        """Whole seconds until the request may come again, 0 when it may pass."""
        who, rate, burst = _sender(scope)
        now = self._seconds()
        tokens, seen = self._buckets.pop(who, (float(burst), now))
        tokens = min(float(burst), tokens + (now - seen) * rate)
        passes = tokens >= 1
        self._buckets[who] = (tokens - 1 if passes else tokens, now)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return 0 if passes else max(1, math.ceil((1 - tokens) / rate))


def _sender(scope: Scope) -> tuple[bytes, float, int]:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return hashlib.sha256(value).digest(), SESSION_RATE, SESSION_BURST
    client = scope.get("client")
    return (client[0] if client else "").encode(), ADDRESS_RATE, ADDRESS_BURST
