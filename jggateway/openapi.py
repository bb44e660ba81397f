"""The published contract: what FastAPI cannot derive, bodies read as bytes and errors as problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from jggateway.refusals import PROBLEM_JSON
from jggateway.schemas import (
    BatchIn,
    ChangesIn,
    DeviceIn,
    ProblemDetails,
    ReturnIn,
    SessionIn,
    UserChangeIn,
    UserIn,
)

#: Models of bodies that are read as bytes, and of errors; FastAPI does not see them by itself.
INPUTS = (BatchIn, ChangesIn, DeviceIn, ProblemDetails, ReturnIn, SessionIn, UserChangeIn, UserIn)
#: Statuses that only tus knows.
_PHRASES = {460: "Checksum Mismatch"}
_REF = "#/components/schemas/{model}"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, as ``responses=`` of a route; 405 and 500 go without saying."""
    schema = {"$ref": _REF.format(model=ProblemDetails.__name__)}
    content = {PROBLEM_JSON: {"schema": schema}}
    named: dict[int | str, dict[str, Any]] = {
        status: {"description": _PHRASES.get(status) or HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }
    return {**named, "default": {"description": "Any other error", "content": content}}


def request_body(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON body of an operation that reads its bytes itself, as ``openapi_extra=`` of a route."""
    schema = {"$ref": _REF.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def tus_answer(status: int, words: str, *refused: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a tus operation: headers without a body, or a problem."""
    headers = {
        name: {"schema": {"type": "string"}} for name in ("Tus-Resumable", "Upload-Offset", "Upload-Length")
    }
    return {**problems(*refused), status: {"description": words, "headers": headers}}


def publish(app: FastAPI) -> None:
    """Serve the whole contract at ``/openapi.json``."""

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            inputs: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in INPUTS]
            _, definitions = models_json_schema(inputs, ref_template=_REF)
            made["components"]["schemas"].update(definitions["$defs"])
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it
