"""The published contract: current, and kept by the gateway whatever is sent to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from gateway_server import Clock, Gateway
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from jgclient.contract import TUS_MEDIA_TYPE
from jggateway import brake
from jggateway.cli import main

PUBLISHED = Path(__file__).parents[2] / "docs" / "openapi.json"
CASES = [
    pytest.param(method, path, mode, id=f"{method.upper()} {path} {mode.value}")
    for path, operations in json.loads(PUBLISHED.read_text(encoding="utf-8"))["paths"].items()
    for method, told in operations.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or told.keys() & {"parameters", "requestBody"}  # else nothing to spoil
]
EXAMPLES = 10
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, ignored_auth, missing_required_header, unsupported_method,
]  # fmt: skip


@pytest.mark.usefixtures("sqlite_only")
def test_the_published_contract_is_current(tmp_path: Path) -> None:
    assert main(["openapi", "--out", str(tmp_path / "openapi.json")]) == 0
    assert (tmp_path / "openapi.json").read_text(encoding="utf-8") == PUBLISHED.read_text(encoding="utf-8"), (
        "docs/openapi.json is stale: run make openapi"
    )


@schemathesis.serializer(TUS_MEDIA_TYPE)
def _as_bytes(_context: Any, value: Any) -> bytes:
    """Schemathesis knows no media type of tus; its bytes travel as they are."""
    return getattr(value, "data", None) or str(value).encode(errors="surrogatepass")


@pytest.fixture(scope="module")
def gateway(
    fresh: Any, postgres: Any, resources: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """One gateway for all operations: what one of them leaves behind is met by the next."""
    data = shutil.copytree(fresh.folder, tmp_path_factory.mktemp("openapi") / "gateway")
    database = postgres.address(postgres.new(fresh.database)) if postgres else ""
    running = Gateway(data, resources, Clock(), database)
    yield running
    running.stop()


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_whatever_is_sent_the_contract_is_kept(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, method: str, path: str, mode: GenerationMode
) -> None:
    monkeypatch.setattr(brake, "SESSION_BURST", 1_000_000)
    monkeypatch.setattr(brake, "ADDRESS_BURST", 1_000_000)
    schema = schemathesis.openapi.from_dict(json.loads(PUBLISHED.read_text(encoding="utf-8")))
    headers = {"Authorization": f"Bearer {gateway.token('city')}"}

    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def try_one(case: Any) -> None:
        case.call_and_validate(base_url=gateway.url, headers=headers, checks=CHECKS, timeout=20)

    try_one()
    assert gateway.call("GET", "/healthz", user=None).status_code == 200
