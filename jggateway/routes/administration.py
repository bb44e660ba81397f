"""Users and audit, for administrators."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from jggateway import audit
from jggateway.accounts import AccountError, Accounts, User
from jggateway.limits import MAX_SESSION_BYTES
from jggateway.openapi import problems, request_body
from jggateway.passwords import WeakPassword
from jggateway.publishing import PublishError, read_unit
from jggateway.reading import json_body, parse_json
from jggateway.refusals import Refusal
from jggateway.routes.parts import CurrentUser, forbidden, json_answer, now_of, read_model, storage_of
from jggateway.schemas import AuditOut, UserChangeIn, UserIn, UserOut, UsersOut

router = APIRouter()
SmallBody = Annotated[bytes, Depends(json_body(MAX_SESSION_BYTES))]
_NOT_YOURS = "没有管理该用户的权限：区域管理员管理所有用户，部门管理员管理本单位的录入员。请联系上级管理员。"


def administrator(user: CurrentUser) -> User:
    """The user, who must be an administrator.

    Raises:
        Refusal: 403, the user is none.
    """
    if user.role == "clerk":
        raise forbidden("只有管理员可以查看和管理用户。请联系本单位的部门管理员或平台管理员。")
    return user


Administrator = Annotated[User, Depends(administrator)]


@router.get("/v1/users", response_model=UsersOut, responses=problems(401, 403, 503))
def users(request: Request, user: Administrator) -> Response:
    """Users: all for the region administrator, those of the own unit for a department administrator."""
    found = _accounts(request).list()
    shown = [asdict(u) for u in found if user.role == "region" or u.unit == user.unit]
    return json_answer({"users": shown})


@router.post(
    "/v1/users",
    status_code=201,
    response_model=UserOut,
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
    openapi_extra=request_body(UserIn),
)
def add_user(request: Request, user: Administrator, body: SmallBody) -> Response:
    """Make a user below one's own role."""
    wanted = read_model(UserIn, parse_json(body))
    try:
        unit = read_unit(wanted.unit)
    except PublishError as error:
        raise Refusal(422, "unit", str(error)) from None
    if not user.may_manage(wanted.role, unit):
        raise forbidden(_NOT_YOURS)
    now, accounts = now_of(request), _accounts(request)
    try:
        accounts.add(wanted.name, wanted.password, unit=unit, role=wanted.role, now=now, actor=user.name)
    except AccountError as error:
        raise Refusal(409, "user", str(error)) from None
    except WeakPassword as error:
        raise Refusal(422, "weak-password", str(error)) from None
    made = User(wanted.name, unit, wanted.role, now.isoformat(timespec="seconds"))
    return json_answer(asdict(made), status=201)


@router.patch(
    "/v1/users/{name}",
    response_model=UserOut,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
    openapi_extra=request_body(UserChangeIn),
)
def change_user(request: Request, user: Administrator, name: str, body: SmallBody) -> Response:
    """Give a user another password, or stop or allow logging in; ends the user's sessions."""
    wanted = read_model(UserChangeIn, parse_json(body))
    accounts, now = _accounts(request), now_of(request)
    found = accounts.get(name.replace("\0", ""))
    if found is None:
        raise Refusal(404, "no-such-user", "没有这个用户。请核对用户名。")
    if not user.may_manage(found.role, found.unit):
        raise forbidden(_NOT_YOURS)
    try:
        if wanted.password is not None:
            accounts.set_password(found.name, wanted.password, now=now, actor=user.name)
    except WeakPassword as error:
        raise Refusal(422, "weak-password", str(error)) from None
    if wanted.disabled is not None:
        change = accounts.disable if wanted.disabled else accounts.enable
        change(found.name, now=now, actor=user.name)
    return json_answer(asdict(accounts.get(found.name) or found))


@router.get("/v1/audit", response_model=AuditOut, responses=problems(401, 403, 422, 503))
def audit_lines(
    request: Request,
    user: Administrator,
    since: Annotated[str, Query(description="ISO date or time; empty for all", max_length=40)] = "",
    after: Annotated[int, Query(description="Running number to go on behind", ge=0, lt=2**31)] = 0,
) -> Response:
    """Who did what: everything for the region administrator, what concerns the own unit for a department."""
    unit = None if user.role == "region" else user.unit
    with storage_of(request).reading() as connection:
        found = audit.deeds(connection, unit=unit, since=since.replace("\0", ""), after=after)
    return json_answer({"deeds": [deed.to_json() for deed in found]})


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts
