"""The resources of the sync contract, version 1."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import select

from jgclient.contract import Capabilities, ContractError
from jgclient.forms.library import FormLibrary
from jgclient.records import Json, canonical_json
from jggateway import kept
from jggateway.accounts import TooManyFailures, User, WrongPassword
from jggateway.incoming import Incoming, read_batch
from jggateway.intake import KeyReused
from jggateway.openapi import problems, request_body
from jggateway.reading import current_user, idempotency_key, json_body, parse_json
from jggateway.refusals import Refusal
from jggateway.schemas import (
    AnswerOut,
    BatchIn,
    CapabilitiesOut,
    HealthOut,
    ReceiptsOut,
    SessionIn,
    SessionOut,
)
from jggateway.tables import about

MAX_ITEMS = 200
MAX_BYTES = 2 * 1024 * 1024
MAX_SESSION_BYTES = 4 * 1024

router = APIRouter()
CurrentUser = Annotated[User, Depends(current_user)]


@router.get("/healthz", response_model=HealthOut, responses=problems(503))
def healthz(request: Request) -> Response:
    """Whether the gateway and its database answer."""
    with request.app.state.storage.reading() as connection:
        connection.execute(select(about))
    return _json({"status": "ok"})


@router.get("/v1/capabilities", response_model=CapabilitiesOut, responses=problems())
def capabilities(request: Request) -> Response:
    """Server time, limits of a batch, forms and their versions."""
    library: FormLibrary = request.app.state.library
    forms = {form.id: [f.version for f in library.versions(form.id)] for form in library.forms}
    return _json(asdict(Capabilities(_now(request), MAX_ITEMS, MAX_BYTES, forms)))


@router.post(
    "/v1/sessions",
    status_code=201,
    response_model=SessionOut,
    responses=problems(400, 401, 413, 415, 422, 429, 503),
    openapi_extra=request_body(SessionIn),
)
def open_session(request: Request, body: Annotated[bytes, Depends(json_body(MAX_SESSION_BYTES))]) -> Response:
    """Log in with a real-name user; the token belongs to this device."""
    wanted = _session_wanted(parse_json(body))
    state = request.app.state
    try:
        session = state.accounts.log_in(wanted.user, wanted.password, wanted.device_id, now=state.clock())
    except WrongPassword:
        raise Refusal(
            401, "wrong-password", "用户名或密码不对。请核对后重新输入；忘记密码请联系平台管理员。"
        ) from None
    except TooManyFailures as error:
        raise Refusal(
            429, "too-many-failures", f"密码连续输错，登录已暂停。请 {error.seconds} 秒后再试。",
            {"Retry-After": str(error.seconds)},
        ) from None  # fmt: skip
    user = session.user
    return _json(
        {
            "token": session.token, "expires_at": session.expires_at.isoformat(timespec="seconds"),
            "user": user.name, "unit_code": user.unit, "role": user.role,
        },
        status=201,
    )  # fmt: skip


@router.post(
    "/v1/batches",
    response_model=AnswerOut,
    responses=problems(400, 401, 403, 413, 415, 422, 503),
    openapi_extra=request_body(BatchIn),
)
def receive_batch(
    request: Request,
    user: CurrentUser,
    body: Annotated[bytes, Depends(json_body(MAX_BYTES))],
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Response:
    """Take a batch in: one answer an item, in order; the same bytes again get the same answer."""
    incoming = _read_batch(parse_json(body))
    if len(incoming.items) > MAX_ITEMS:
        raise Refusal(
            413, "too-many-items", f"一批最多 {MAX_ITEMS} 条，收到 {len(incoming.items)} 条。请分批上报。"
        )
    if incoming.envelope.unit_code != user.unit:
        raise Refusal(
            403, "other-unit",
            f"用户“{user.name}”只能上报本单位（{user.unit}）的数据。请核对设置中的统一社会信用代码，或换用本单位的用户。",
        )  # fmt: skip
    try:
        answer = request.app.state.intake.receive(
            incoming, user=user.name, key=idempotency_key(key), body_sha256=hashlib.sha256(body).hexdigest()
        )
    except KeyReused:
        raise Refusal(
            422, "key-reused", "同一批次编号已用于另一份内容，平台未接收。请联系技术人员；本机数据不受影响。"
        ) from None
    return _json(answer)


@router.get("/v1/batches/{batch_id}", response_model=AnswerOut, responses=problems(401, 404, 503))
def batch_answer(request: Request, user: CurrentUser, batch_id: str) -> Response:
    """What became of a batch of the user's unit; kept for ever."""
    with request.app.state.storage.reading() as connection:
        answer = kept.answer_of(connection, user.unit, batch_id)
    if answer is None:
        raise Refusal(404, "no-such-batch", "平台没有收到过这个批次。请重新上报。")
    return _json(answer)


@router.get("/v1/receipts", response_model=ReceiptsOut, responses=problems(401, 422, 503))
def receipts(
    request: Request,
    user: CurrentUser,
    ids: Annotated[str, Query(description=f"Record ids joined by commas, at most {MAX_ITEMS}")],
) -> Response:
    """Receipts of the unit's records, one accepted result a kept revision; unknown ids are left out."""
    wanted = [record_id for record_id in ids.split(",") if record_id]
    if len(wanted) > MAX_ITEMS:
        raise Refusal(422, "too-many-ids", f"一次最多查询 {MAX_ITEMS} 条回执。请分次查询。")
    with request.app.state.storage.reading() as connection:
        found = kept.receipts_of(connection, user.unit, wanted)
    return _json({"results": [receipt.result().to_json() for receipt in found]})


def _session_wanted(data: Json) -> SessionIn:
    try:
        return SessionIn.model_validate(data)
    except ValidationError as error:
        places = "、".join(sorted({".".join(map(str, e["loc"])) for e in error.errors()}))
        raise Refusal(422, "invalid", f"登录请求的内容不完整或格式不对：{places}。请升级客户端。") from None


def _read_batch(data: Json) -> Incoming:
    try:
        return read_batch(data)
    except ContractError as error:
        raise Refusal(422, "invalid", f"批次的格式不符合上报协议（{error}）。请升级客户端。") from None


def _now(request: Request) -> str:
    moment: str = request.app.state.clock().isoformat(timespec="seconds")
    return moment


def _json(value: Json, status: int = 200) -> Response:
    return Response(canonical_json(value).encode(), status, media_type="application/json")
