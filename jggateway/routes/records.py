"""Sessions, batches, receipts, records: what goes up."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy import select

from jgclient.contract import CHANGE_KINDS, MAX_ATTACHMENT_BYTES, Capabilities, ContractError
from jgclient.forms.library import FormLibrary
from jgclient.records import Json
from jggateway import devices, kept
from jggateway.accounts import TooManyFailures, WrongPassword
from jggateway.incoming import Incoming, read_batch
from jggateway.intake import Busy, KeyReused
from jggateway.limits import MAX_BYTES, MAX_ITEMS, MAX_SESSION_BYTES
from jggateway.openapi import problems, request_body
from jggateway.reading import ENCODINGS, idempotency_key, json_body, parse_json
from jggateway.refusals import BUSY, BUSY_RETRY_AFTER, Refusal
from jggateway.routes.parts import (
    CurrentUser,
    json_answer,
    json_text,
    now_of,
    now_text,
    read_model,
    read_names,
    storage_of,
)
from jggateway.schemas import (
    AnswerOut,
    BatchIn,
    CapabilitiesOut,
    DeviceIn,
    DeviceOut,
    HealthOut,
    ReceiptsOut,
    RecordsOut,
    SessionIn,
    SessionOut,
)
from jggateway.tables import about

router = APIRouter()


@router.get("/healthz", response_model=HealthOut, responses=problems(503))
def healthz(request: Request) -> Response:
    """Whether the gateway and its database answer."""
    with storage_of(request).reading() as connection:
        connection.execute(select(about))
    return json_answer({"status": "ok"})


@router.get("/v1/capabilities", response_model=CapabilitiesOut, responses=problems(503))
def capabilities(request: Request) -> Response:
    """Server time, limits of a batch, forms and their versions, what else the gateway offers."""
    with storage_of(request).reading() as connection:
        library: FormLibrary = request.app.state.references.current(connection).library
    forms = {form.id: [f.version for f in library.versions(form.id)] for form in library.forms}
    told = Capabilities(
        now_text(request), MAX_ITEMS, MAX_BYTES, forms, max_attachment_bytes=MAX_ATTACHMENT_BYTES,
        changes=CHANGE_KINDS, public_key=str(request.app.state.keys.public), encodings=ENCODINGS,
    )  # fmt: skip
    return json_answer(asdict(told))


@router.post(
    "/v1/sessions",
    status_code=201,
    response_model=SessionOut,
    responses=problems(400, 401, 413, 415, 422, 429, 503),
    openapi_extra=request_body(SessionIn),
)
def open_session(request: Request, body: Annotated[bytes, Depends(json_body(MAX_SESSION_BYTES))]) -> Response:
    """Log in with a real-name user; the token belongs to this device."""
    wanted = read_model(SessionIn, parse_json(body))
    accounts = request.app.state.accounts
    try:
        session = accounts.log_in(wanted.user, wanted.password, wanted.device_id, now=now_of(request))
    except WrongPassword:
        raise Refusal(
            401,
            "wrong-password",
            "用户名或密码不对，或账号已停用。请核对后重新输入，或联系平台管理员。",
        ) from None
    except TooManyFailures as error:
        raise Refusal(
            429, "too-many-failures", f"密码连续输错，登录已暂停。请 {error.seconds} 秒后再试。",
            {"Retry-After": str(error.seconds)},
        ) from None  # fmt: skip
    user = session.user
    return json_answer(
        {
            "token": session.token, "expires_at": session.expires_at.isoformat(timespec="seconds"),
            "user": user.name, "unit_code": user.unit, "role": user.role,
        },
        status=201,
    )  # fmt: skip


@router.post(
    "/v1/devices",
    status_code=201,
    response_model=DeviceOut,
    responses=problems(400, 401, 409, 413, 415, 422, 503),
    openapi_extra=request_body(DeviceIn),
)
def register_device(
    request: Request, user: CurrentUser, body: Annotated[bytes, Depends(json_body(MAX_SESSION_BYTES))]
) -> Response:
    """Make packages of a device of the user's unit known; again with the same key does no harm."""
    wanted = read_model(DeviceIn, parse_json(body))
    now = now_of(request)
    try:
        with storage_of(request).writing() as connection:
            devices.register(
                connection, user.unit, wanted.device_id, wanted.public_key, now, actor=user.name
            )  # fmt: skip
    except devices.DeviceError as error:
        raise Refusal(409, "device", str(error)) from None
    return json_answer({"device_id": wanted.device_id, "unit_code": user.unit}, status=201)


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
    except Busy:
        raise Refusal(503, "busy", BUSY, {"Retry-After": str(BUSY_RETRY_AFTER)}) from None
    return json_text(answer)


@router.get("/v1/batches/{batch_id}", response_model=AnswerOut, responses=problems(401, 404, 503))
def batch_answer(request: Request, user: CurrentUser, batch_id: str) -> Response:
    """What became of a batch of the user's unit; kept for ever."""
    with storage_of(request).reading() as connection:
        answer = kept.answer_of(connection, user.unit, batch_id.replace("\0", ""))
    if answer is None:
        raise Refusal(404, "no-such-batch", "平台没有收到过这个批次。请重新上报。")
    return json_text(answer)


_IDS = Query(description=f"Record ids joined by commas, at most {MAX_ITEMS}")


@router.get("/v1/receipts", response_model=ReceiptsOut, responses=problems(401, 422, 503))
def receipts(request: Request, user: CurrentUser, ids: Annotated[str, _IDS]) -> Response:
    """Receipts of the unit's records, one accepted result a kept revision; unknown ids are left out."""
    wanted = read_names(ids.replace("\0", ""), MAX_ITEMS)
    with storage_of(request).reading() as connection:
        found = kept.receipts_of(connection, wanted, user.unit)
    return json_answer({"results": [receipt.result().to_json() for receipt in found]})


@router.get("/v1/records", response_model=RecordsOut, responses=problems(401, 422, 503))
def records(request: Request, user: CurrentUser, ids: Annotated[str, _IDS]) -> Response:
    """The newest accepted revisions of the unit's records in full; unknown ids are left out."""
    wanted = read_names(ids.replace("\0", ""), MAX_ITEMS)
    with storage_of(request).reading() as connection:
        found = kept.kept_records(connection, user.unit, wanted)
    return json_answer({"records": [record.to_json() for record in found]})


def _read_batch(data: Json) -> Incoming:
    try:
        return read_batch(data)
    except ContractError as error:
        raise Refusal(422, "invalid", f"批次的格式不符合上报协议（{error}）。请升级客户端。") from None
