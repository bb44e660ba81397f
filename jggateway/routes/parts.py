"""What every resource needs: the user, the time, JSON answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError

from jgclient.records import Json, canonical_json
from jggateway.accounts import User
from jggateway.reading import current_user
from jggateway.refusals import Refusal
from jggateway.storage import Storage

CurrentUser = Annotated[User, Depends(current_user)]
_Model = TypeVar("_Model", bound=BaseModel)


def storage_of(request: Request) -> Storage:
    """The gateway's database."""
    storage: Storage = request.app.state.storage
    return storage


def now_of(request: Request) -> datetime:
    """The platform's time."""
    moment: datetime = request.app.state.clock()
    return moment


def now_text(request: Request) -> str:
    """The platform's time as it is answered."""
    return now_of(request).isoformat(timespec="seconds")


def json_answer(value: Json, status: int = 200) -> Response:
    """A JSON answer."""
    return json_text(canonical_json(value), status)


def json_text(text: str, status: int = 200) -> Response:
    """A JSON answer that is text already."""
    return Response(text.encode(), status, media_type="application/json")


def read_model(model: type[_Model], data: Json) -> _Model:
    """The body of a request in the shape ``model``.

    Raises:
        Refusal: 422, it has another shape.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        places = "、".join(sorted({".".join(map(str, e["loc"])) or "全部" for e in error.errors()}))
        raise Refusal(422, "invalid", f"请求的内容不完整或格式不对：{places}。请升级客户端。") from None


def read_day(text: str, name: str) -> date | None:
    """A day in a query; None when it is empty.

    Raises:
        Refusal: 422, it is none.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(422, "invalid", f"{name} 应是日期，如 2026-09-01。请升级客户端。") from None


def read_names(text: str, limit: int) -> list[str]:
    """Names joined by commas.

    Raises:
        Refusal: 422, there are more than ``limit``.
    """
    names = [name for name in text.split(",") if name]
    if len(names) > limit:
        raise Refusal(422, "too-many-ids", f"一次最多查询 {limit} 条。请分次查询。")
    return names


def forbidden(detail: str) -> Refusal:
    """403: somebody else may do this."""
    return Refusal(403, "not-allowed", detail)
