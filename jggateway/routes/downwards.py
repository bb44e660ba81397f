"""The delta feed, what is published in it, returned records, and reconciliation."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from jgclient.contract import CHANGE_KINDS, Reconciliation
from jgclient.forms.library import FormLibrary
from jgclient.records import Json
from jggateway import feed, publishing
from jggateway.limits import MAX_ADMIN_BYTES, MAX_ENTRIES, MAX_MARKS, MAX_SESSION_BYTES
from jggateway.openapi import problems, request_body
from jggateway.publishing import NotAllowed, PublishError
from jggateway.reading import json_body, parse_json
from jggateway.reconciling import TooMany, day_counts
from jggateway.refusals import Refusal
from jggateway.returning import ReturnError, give_back, reason
from jggateway.routes.parts import (
    CurrentUser,
    forbidden,
    json_answer,
    now_of,
    now_text,
    read_day,
    read_model,
    read_names,
    storage_of,
)
from jggateway.schemas import (
    ChangesIn,
    ChangesOut,
    PublishedOut,
    ReconciliationOut,
    ReturnedOut,
    ReturnIn,
)

router = APIRouter()


@router.get("/v1/changes", response_model=ChangesOut, responses=problems(401, 410, 422, 503))
def changes(
    request: Request,
    user: CurrentUser,
    cursor: Annotated[str, Query(description="As the last answer told it; empty for everything")] = "",
    kinds: Annotated[str, Query(description=f"Joined by commas, of {', '.join(CHANGE_KINDS)}")] = "",
) -> Response:
    """One page of what is new for the user's unit: forms, code lists, registers, notices, tasks, returns."""
    wanted = read_names(kinds, len(CHANGE_KINDS))
    if not set(wanted) <= set(CHANGE_KINDS):
        raise Refusal(422, "invalid", f"kinds 只能是 {'、'.join(CHANGE_KINDS)}。请升级客户端。")
    try:
        with storage_of(request).reading() as connection:
            page = feed.page(
                connection, unit=user.unit, kinds=wanted, cursor=cursor, server_time=now_text(request)
            )
    except feed.Expired:
        raise Refusal(
            410,
            "cursor-expired",
            "离上次更新太久，或平台恢复过备份。请从头更新；本机未上报的数据不受影响。",
        ) from None
    return json_answer(page.to_json())


@router.post(
    "/v1/changes",
    response_model=PublishedOut,
    responses=problems(400, 401, 403, 413, 415, 422, 503),
    openapi_extra=request_body(ChangesIn),
)
def publish(
    request: Request, user: CurrentUser, body: Annotated[bytes, Depends(json_body(MAX_ADMIN_BYTES))]
) -> Response:
    """Publish entries, or take them back: all or none. For administrators."""
    data = parse_json(body)
    found = data.get("entries") if isinstance(data, dict) else None
    if not isinstance(found, list) or len(found) > MAX_ENTRIES:
        raise Refusal(422, "invalid", f"entries 应是最多 {MAX_ENTRIES} 项的列表。请对照接口说明修改。")
    now = now_of(request)
    try:
        with storage_of(request).writing() as connection:
            library = request.app.state.references.current(connection).library
            entries = []
            for number, entry in enumerate(found, start=1):
                publishing.may_publish(user, *publishing.addressed(entry))
                entries.append(_numbered_entry(number, entry, library, now.date()))
            changed = publishing.publish(connection, entries, user.name, now)
    except NotAllowed as error:
        raise forbidden(str(error)) from None
    except PublishError as error:
        raise Refusal(422, "entry", str(error)) from None
    named = [{"kind": entry.kind, "id": entry.id, "unit": entry.unit} for entry in entries]
    return json_answer({"changed": changed, "entries": named})


def _numbered_entry(number: int, data: Json, library: FormLibrary, today: date) -> feed.Entry:
    try:
        return publishing.read_entry(data, library, today)
    except PublishError as error:
        raise PublishError(f"第 {number} 项：{error}") from None


@router.post(
    "/v1/returns",
    status_code=201,
    response_model=ReturnedOut,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
    openapi_extra=request_body(ReturnIn),
)
def return_record(
    request: Request, user: CurrentUser, body: Annotated[bytes, Depends(json_body(MAX_SESSION_BYTES))]
) -> Response:
    """Return an accepted record with reasons: the region administrator any, a department its own."""
    if user.role == "clerk":
        raise forbidden("只有管理员可以退回记录。请联系本单位的部门管理员或平台管理员。")
    wanted = read_model(ReturnIn, parse_json(body))
    reasons = [
        reason(given.message, fields=given.fields, help_text=given.help, basis=given.basis)
        for given in wanted.problems
    ]
    try:
        with storage_of(request).writing(line=user.unit) as connection:
            told = give_back(connection, wanted.record_id, reasons, now_of(request), by=user)
    except ReturnError as error:
        raise Refusal(404, "no-such-record", str(error)) from None
    return json_answer(told, status=201)


@router.get("/v1/reconciliation", response_model=ReconciliationOut, responses=problems(401, 403, 422, 503))
def reconciliation(
    request: Request,
    user: CurrentUser,
    *,
    unit: Annotated[str, Query(description="统一社会信用代码; empty for the user's own unit")] = "",
    form: Annotated[str, Query(description="Form id; empty for all")] = "",
    first: Annotated[str, Query(alias="from", description="First day, YYYY-MM-DD; empty for no limit")] = "",
    last: Annotated[str, Query(alias="to", description="Last day, YYYY-MM-DD; empty for no limit")] = "",
    detail: Annotated[str, Query(description="1: also ids and hashes", pattern="^[01]?$")] = "",
) -> Response:
    """What is kept of a unit, day by day; the region administrator may ask of every unit."""
    asked = unit or user.unit
    if asked != user.unit and user.role != "region":
        raise forbidden(
            f"用户“{user.name}”只能核对本单位（{user.unit}）的数据。请核对设置中的统一社会信用代码。"
        )
    period = read_day(first, "from"), read_day(last, "to")
    try:
        with storage_of(request).reading() as connection:
            days = day_counts(
                connection, asked.replace("\0", ""), form.replace("\0", ""), *period, detail=detail == "1"
            )
    except TooMany:
        raise Refusal(
            422, "too-many-records", f"一次最多列出 {MAX_MARKS} 条明细。请缩短起止日期，逐日核对。"
        ) from None
    return json_answer(Reconciliation(asked, now_text(request), days).to_json())
