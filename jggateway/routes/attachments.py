"""Attachments by tus 1.0: core, creation (at the file's own address) and checksum."""

from __future__ import annotations

import base64
import binascii
import errno
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated

import anyio.from_thread
from fastapi import APIRouter, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from jgclient.contract import MAX_ATTACHMENT_BYTES, TUS_MEDIA_TYPE, TUS_VERSION, AttachmentState
from jggateway import files
from jggateway.accounts import User
from jggateway.files import Files
from jggateway.openapi import tus_answer
from jggateway.reading import chunks
from jggateway.refusals import Refusal
from jggateway.routes.parts import CurrentUser, now_of

router = APIRouter()
ADDRESS = "/v1/attachments/{sha256}"
#: tus: the checksum of a PATCH does not match.
CHECKSUM_MISMATCH = 460
_TUS = {"Tus-Resumable": TUS_VERSION}

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file, lower-case hex")]
Resumable = Annotated[str, Header(alias="Tus-Resumable", description=TUS_VERSION)]


_BYTES = {
    "requestBody": {
        "required": True, "content": {TUS_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}  # fmt: skip


@router.options(ADDRESS, status_code=204, responses=tus_answer(204, "What is offered"))
def offered(sha256: Sha256) -> Response:  # noqa: ARG001  # the same for every file
    """Which version and extensions of tus are offered."""
    headers = {
        **_TUS, "Tus-Version": TUS_VERSION, "Tus-Extension": "creation,checksum",
        "Tus-Max-Size": str(MAX_ATTACHMENT_BYTES), "Tus-Checksum-Algorithm": "sha256",
    }  # fmt: skip
    return Response(status_code=204, headers=headers)


@router.head(ADDRESS, status_code=200, responses=tus_answer(200, "How much has arrived", 401, 404, 412, 503))
def state(request: Request, user: CurrentUser, sha256: Sha256, version: Resumable = "") -> Response:
    """How many bytes of a file have arrived; equal to Upload-Length once it is confirmed."""
    _refuse_other_version(version)
    return _told(200, _asked(lambda: _files(request).state(user.unit, sha256)))


@router.post(
    ADDRESS,
    status_code=201,
    responses=tus_answer(201, "Announced", 400, 401, 409, 412, 413, 422, 460, 503, 507),
)
def announce(
    request: Request,
    user: CurrentUser,
    sha256: Sha256,
    length: Annotated[str, Header(alias="Upload-Length", description="Bytes of the file")] = "",
    version: Resumable = "",
) -> Response:
    """Announce a file; again does no harm."""
    _refuse_other_version(version)
    size = _number(length, "Upload-Length")
    found = _asked(lambda: _files(request).announce(user.unit, sha256, size, now_of(request)))
    return _told(201, found, {"Location": request.url.path})


@router.patch(
    ADDRESS,
    status_code=204,
    responses=tus_answer(204, "Kept", 400, 401, 404, 408, 409, 412, 413, 415, 422, 423, 460, 503, 507),
    openapi_extra=_BYTES,
)
async def append(
    request: Request,
    user: CurrentUser,
    sha256: Sha256,
    *,
    offset: Annotated[str, Header(alias="Upload-Offset", description="Where the bytes belong")] = "",
    checksum: Annotated[
        str | None, Header(alias="Upload-Checksum", description="sha256 and its base64")
    ] = None,
    version: Resumable = "",
) -> Response:
    """Add bytes at the end; with a checksum all of them or none, without one what arrived is kept."""
    _refuse_other_version(version)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TUS_MEDIA_TYPE:
        raise Refusal(415, "media-type", f"附件内容应以 {TUS_MEDIA_TYPE} 发送。请升级客户端。", _TUS)
    place, digest = _number(offset, "Upload-Offset"), _digest(checksum)
    found = await run_in_threadpool(_append, request, user, sha256, place, digest)
    return _told(204, found)


def _append(request: Request, user: User, sha256: str, place: int, digest: bytes | None) -> AttachmentState:
    blocks = _blocks(chunks(request))
    return _asked(
        lambda: _files(request).append(user.unit, sha256, place, blocks, digest=digest, now=now_of(request))
    )


def _blocks(arriving: AsyncIterator[bytes]) -> Iterator[bytes]:
    """What arrives, for a thread that writes it to a disk."""

    async def next_block() -> bytes:
        return await anext(arriving)

    while True:
        try:
            yield anyio.from_thread.run(next_block)
        except StopAsyncIteration:
            return


def _files(request: Request) -> Files:
    found: Files = request.app.state.files
    return found


def _told(status: int, found: AttachmentState, more: dict[str, str] | None = None) -> Response:
    headers = {
        **_TUS, "Cache-Control": "no-store", "Upload-Offset": str(found.offset),
        "Upload-Length": str(found.size), **(more or {}),
    }  # fmt: skip
    return Response(status_code=status, headers=headers)


def _asked(ask: Callable[[], AttachmentState]) -> AttachmentState:
    """What ``ask`` answers; what it raises becomes an answer too."""
    try:
        return ask()
    except tuple(_REFUSALS) as error:
        status, code, detail = _REFUSALS[type(error)]
        raise Refusal(status, code, detail, _TUS) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            507, "disk-full", "平台磁盘已满，附件存不下。请联系平台管理员清理后再试。", _TUS
        ) from error


_TOO_LARGE = f"附件超过上限（{MAX_ATTACHMENT_BYTES // 2**20} MB）或登记的大小。请压缩或拆分后重新添加。"
_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    files.Unknown: (404, "no-such-attachment", "平台还没有这个附件。请先登记附件大小再上传。"),
    files.TooLarge: (413, "attachment-too-large", _TOO_LARGE),
    files.OtherSize: (409, "attachment-size", "同一附件曾以另一个大小登记。请重新添加该附件。"),
    files.OtherOffset: (409, "offset", "上传位置与平台已收到的不一致。请先查询已收到多少，再续传。"),
    files.Locked: (423, "locked", "这个附件正在由另一个请求上传。请稍后再试。"),
    files.Mismatch: (CHECKSUM_MISMATCH, "checksum", "附件内容与校验值不符，可能在途中损坏。请重新上传。"),
}  # fmt: skip


def _refuse_other_version(version: str) -> None:
    if version != TUS_VERSION:
        raise Refusal(
            412,
            "tus-version",
            f"上传协议版本应为 {TUS_VERSION}。请升级客户端。",
            {"Tus-Version": TUS_VERSION},
        )


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Refusal(400, "invalid", f"{name} 应是字节数。请升级客户端。", _TUS)
    return int(text)


def _digest(header: str | None) -> bytes | None:
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm != "sha256" or len(digest) != 32:
        raise Refusal(400, "invalid", "Upload-Checksum 应是 sha256 及其 base64。请升级客户端。", _TUS)
    return digest
