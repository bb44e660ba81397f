"""Reading a request: its session, its media type, its bytes within limits, its JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, NoReturn

from anyio import fail_after
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import ClientDisconnect

from jgclient.records import Json
from jggateway.accounts import User
from jggateway.refusals import Refusal

#: Content encodings of a body beside none.
ENCODINGS = ("gzip",)
#: Seconds without a single byte after which a request is given up.
STALL = 60

_bearer = HTTPBearer(auto_error=False, description="Token of POST /v1/sessions")


def current_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> User:
    """The user whose token the request carries.

    Raises:
        Refusal: 401, there is no token or its session has ended.
    """
    state = request.app.state
    user = state.accounts.user_of(credentials.credentials, now=state.clock()) if credentials else None
    if user is None:
        raise Refusal(
            401, "not-logged-in", "尚未登录或登录已失效。请重新登录平台；未上报的数据仍在本机。",
            {"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    found: User = user
    request.state.user = found  # the audit asks for it when the request is forbidden
    return found


def json_body(limit: int) -> Callable[[Request], Awaitable[bytes]]:
    """A dependency that reads a JSON request's bytes; compressed ones as what they were before.

    Args:
        limit: Most bytes that are taken, compressed or not; one more is refused without reading on.
    """

    async def read(request: Request) -> bytes:
        _refuse_other_media(request)
        packed = _is_packed(request)
        body = bytearray()
        async for chunk in chunks(request):
            body += chunk
            if len(body) > limit:
                raise _too_many_bytes(limit)
        return _unpacked(bytes(body), limit) if packed else bytes(body)

    return read


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """The body of a request as it arrives.

    Raises:
        Refusal: 400, the connection was cut; 408, nothing came for :data:`STALL` seconds.
    """
    stream = aiter(request.stream())
    try:
        while True:
            with fail_after(STALL):
                chunk = await anext(stream)
            yield chunk
    except StopAsyncIteration:
        return
    except ClientDisconnect:
        raise Refusal(400, "cut-off", "请求没有传完就断开了。请稍后重新上报。") from None
    except TimeoutError:
        raise Refusal(408, "stalled", f"请求停了 {STALL} 秒没有传完。请稍后重新上报。") from None


def _refuse_other_media(request: Request) -> None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Refusal(415, "media-type", "只接受 application/json 格式的数据。请升级客户端。")


def _is_packed(request: Request) -> bool:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", *ENCODINGS):
        known = ", ".join(ENCODINGS)
        raise Refusal(
            415, "encoding", f"只接受 {known} 压缩或不压缩的数据。请升级客户端。", {"Accept-Encoding": known}
        )
    return encoding in ENCODINGS


def _unpacked(body: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)  # gzip
    try:
        data = unpacking.decompress(body, limit + 1)
    except zlib.error:
        data, whole = b"", False
    else:
        whole = unpacking.eof and not unpacking.unused_data
    if len(data) > limit:
        raise _too_many_bytes(limit)
    if not whole:
        raise Refusal(400, "not-gzip", "压缩的数据不完整，可能在途中被截断或改动。请重新上报。")
    return data


def _too_many_bytes(limit: int) -> Refusal:
    return Refusal(413, "too-many-bytes", f"内容超过 {limit} 字节。请减少每批的条数，或把内容写短。")


def parse_json(body: bytes) -> Json:
    """The JSON value in ``body``.

    Raises:
        Refusal: 400, it is not JSON in UTF-8.
    """
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(
            400, "not-json", "收到的不是完整的 JSON 数据，可能在途中被截断或改动。请重新上报。"
        ) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def idempotency_key(header: str | None) -> str:
    """The key in an ``Idempotency-Key`` header (draft-ietf-httpapi-idempotency-key-header: a quoted string).

    Returns:
        The key, empty when there is no such header.

    Raises:
        Refusal: 400, the header is empty, too long or not printable ASCII.
    """
    if header is None:
        return ""
    key = header.strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1]
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise Refusal(400, "idempotency-key", "请求的 Idempotency-Key 写法不对。请升级客户端。")
    return key
