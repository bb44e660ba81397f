"""Errors of a whole request, always as RFC 9457 ``application/problem+json`` with a Chinese ``detail``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from jggateway import audit
from jggateway.storage import Storage

PROBLEM_JSON = "application/problem+json"
#: Seconds a client is asked to wait when the database is busy or full.
BUSY_RETRY_AFTER = 5

BUSY = "平台正忙，请稍后再试；数据不会丢失。"

_LONGEST_SUBJECT = 120
_LOG = logging.getLogger("jggateway.refusals")
_DETAILS = {
    404: ("not-found", "平台没有这个地址。请检查平台网址是否写对，或升级客户端。"),
    405: ("method", "这个地址不接受该请求方式。请升级客户端。"),
}


class Refusal(Exception):  # noqa: N818  # an answer, not a fault
    """A request is refused as a whole.

    Args:
        status: HTTP status.
        code: Stable English word for programs, e.g. ``batch-too-large``.
        detail: Chinese sentence with the remedy.
        headers: Further response headers, e.g. ``Retry-After``.
    """

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


def problem_response(refusal: Refusal) -> Response:
    """The refusal as it travels."""
    members = {
        "type": "about:blank", "title": _title(refusal.status), "status": refusal.status,
        "detail": refusal.detail, "code": refusal.code,
    }  # fmt: skip
    body = json.dumps(members, ensure_ascii=False).encode()
    return Response(body, refusal.status, refusal.headers, PROBLEM_JSON)


def _title(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Checksum Mismatch"  # 460 is tus' own


def answer_with_problems(app: FastAPI, storage: Storage) -> None:
    """Make every error of ``app`` a problem document, whatever raised it."""

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101  # registered for this class
        if error.status == HTTPStatus.FORBIDDEN:
            _note_forbidden(request, storage, error.code)
        return problem_response(error)

    def http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  # registered for this class
        code, detail = _DETAILS.get(error.status_code, ("http", "平台不能处理该请求。请升级客户端。"))
        return problem_response(Refusal(error.status_code, code, detail, error.headers))

    def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this class
        places = "、".join(sorted({".".join(map(str, e["loc"])) for e in error.errors()}))
        return problem_response(
            Refusal(422, "invalid", f"请求的内容不完整或格式不对：{places}。请升级客户端。")
        )

    def database_error(_request: Request, error: Exception) -> Response:
        _LOG.error("database", exc_info=error)
        detail = storage.refusal(error) if isinstance(error, DBAPIError) else BUSY
        return problem_response(Refusal(503, "database", detail, {"Retry-After": str(BUSY_RETRY_AFTER)}))

    def failure(_request: Request, _error: Exception) -> Response:
        return problem_response(
            Refusal(500, "failure", "平台内部出错，已记入日志。请稍后再试，或联系平台管理员。")
        )

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(DBAPIError, database_error)
    app.add_exception_handler(PoolTimeout, database_error)
    app.add_exception_handler(Exception, failure)


def _note_forbidden(request: Request, storage: Storage, code: str) -> None:
    """Who tried what others may do stands in the audit; it is refused whether that can be noted or not."""
    user = request.state.user
    subject = f"{request.method} {request.url.path}"[:_LONGEST_SUBJECT].replace("\0", "")
    try:
        with storage.writing() as connection:
            now = request.app.state.clock()
            audit.note(
                connection, now, user.name, "forbidden", subject, unit=user.unit, detail={"code": code}
            )
    except DBAPIError as error:
        _LOG.error("audit", exc_info=error)
