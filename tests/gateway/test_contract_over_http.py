"""The sync contract against a served gateway: sessions, batches, receipts, and every way to be refused."""

from __future__ import annotations

import json
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import requests
from gateway_items import DEVICE, OTHER_UNIT, PASSWORD, batch, edited, item, outcomes, until

from jgclient.contract import BatchAnswer as Answer
from jgclient.contract import Capabilities, proven, receipts_from_json, token_from_json
from jggateway import accounts
from jggateway.limits import MAX_BYTES, MAX_ITEMS, MAX_SESSION_BYTES
from jggateway.schemas import AnswerOut, CapabilitiesOut, HealthOut, ProblemDetails, ReceiptsOut, SessionOut
from jggateway.storage import DATABASE_FILE

JSON = {"Content-Type": "application/json"}


def refusal(answer: requests.Response, status: int, code: str) -> ProblemDetails:
    """The problem document of a refused request, checked for its shape."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = ProblemDetails.model_validate(answer.json(), extra="forbid")
    assert (problem.status, problem.code) == (status, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem.detail)
    return problem


def test_capabilities_need_no_session(gateway: Any) -> None:
    answer = gateway.call("GET", "/v1/capabilities", user=None)
    CapabilitiesOut.model_validate(answer.json(), extra="forbid")
    told = Capabilities.from_json(answer.json())
    assert told.forms == {"visit": [1]}
    assert (told.max_items, told.max_bytes) == (MAX_ITEMS, MAX_BYTES)
    assert told.server_time == "2026-09-07T12:00:00+08:00"


def test_healthz(gateway: Any) -> None:
    HealthOut.model_validate(gateway.call("GET", "/healthz", user=None).json(), extra="forbid")


def test_session_names_unit_and_role(gateway: Any) -> None:
    answer = gateway.log_in()
    assert answer.status_code == 201
    told = SessionOut.model_validate(answer.json(), extra="forbid")
    assert (told.user, told.role) == ("clerk", "clerk")
    assert token_from_json(answer.json()) == told.token


def test_batch_becomes_receipts(gateway: Any) -> None:
    sent = batch(item("r1"), item("r2", content={"people": 1}), item("r3"))
    answer = gateway.send(sent)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    AnswerOut.model_validate(answer.json(), extra="forbid")
    read = Answer.from_json(answer.json())
    assert proven(read, "b1", [("r1", 1), ("r2", 1), ("r3", 1)])
    assert [r.outcome for r in read.results] == ["accepted", "rejected", "accepted"]
    assert gateway.call("GET", "/v1/batches/b1").json() == answer.json()
    asked = gateway.call("GET", "/v1/receipts", params={"ids": "r3,r2,r1,r9"}).json()
    ReceiptsOut.model_validate(asked, extra="forbid")
    assert receipts_from_json(asked) == [read.results[0], read.results[2]]


def test_receipts_cover_every_revision(gateway: Any) -> None:
    gateway.send(batch(item(), edited()))
    asked = gateway.call("GET", "/v1/receipts", params={"ids": "r1"}).json()
    assert [(r["id"], r["revision"], r["outcome"]) for r in asked["results"]] == [
        ("r1", 1, "accepted"), ("r1", 2, "accepted"),
    ]  # fmt: skip


def test_sending_again_changes_nothing(gateway: Any) -> None:
    sent = batch(item("r1"), item("r2"))
    first = gateway.send(sent)
    assert gateway.send(sent).content == first.content
    assert gateway.send(sent, **{"Idempotency-Key": '"b1"'}).content == first.content
    again = gateway.send(batch(item("r2"), item("r3"), batch_id="b2"))
    assert outcomes(again.json()) == ["duplicate", "accepted"]
    assert again.json()["results"][0]["receipt_no"] == first.json()["results"][1]["receipt_no"]
    assert gateway.kept() == [("r1", 1), ("r2", 1), ("r3", 1)]


def test_colleague_of_the_unit_sees_the_same_receipts(gateway: Any) -> None:
    gateway.send(batch(item()))
    answer = gateway.send(batch(item(), batch_id="b2"), user="colleague")
    assert outcomes(answer.json()) == ["duplicate"]


def test_other_bytes_under_a_used_key_are_refused(gateway: Any) -> None:
    gateway.send(batch(item("r1")), **{"Idempotency-Key": '"k1"'})
    refusal(gateway.send(batch(item("r2"))), 422, "key-reused")
    other = batch(item("r2"), batch_id="b2")
    refusal(gateway.send(other, **{"Idempotency-Key": '"k1"'}), 422, "key-reused")
    assert gateway.kept() == [("r1", 1)]
    assert outcomes(gateway.send(other, **{"Idempotency-Key": '"k2"'}).json()) == ["accepted"]


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "caf\u00e9"])
def test_odd_idempotency_key_is_refused(gateway: Any, key: str) -> None:
    answer = gateway.send(batch(item()), **{"Idempotency-Key": key.encode("latin-1")})
    refusal(answer, 400, "idempotency-key")
    assert gateway.kept() == []


def test_validate_keeps_nothing(gateway: Any) -> None:
    answer = gateway.send(batch(item(), mode="validate"))
    assert outcomes(answer.json()) == ["accepted"]
    assert gateway.kept() == []
    refusal(gateway.call("GET", "/v1/batches/b1"), 404, "no-such-batch")


def test_a_unit_sees_and_sends_only_its_own(gateway: Any) -> None:
    gateway.send(batch(item()))
    refusal(gateway.send(batch(item("r2")), user="stranger"), 403, "other-unit")
    refusal(gateway.call("GET", "/v1/batches/b1", user="stranger"), 404, "no-such-batch")
    asked = gateway.call("GET", "/v1/receipts", params={"ids": "r1"}, user="stranger")
    assert asked.json() == {"results": []}
    foreign = gateway.send(batch(edited(), unit_code=OTHER_UNIT), user="stranger").json()
    assert outcomes(foreign) == ["rejected"]
    assert gateway.kept() == [("r1", 1)]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic Y2xlcms6eA==", "Bearer caf\u00e9"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/batches"), ("GET", "/v1/batches/b1"), ("GET", "/v1/receipts?ids=r1")],
)
def test_without_a_right_token_nothing_is_told(
    gateway: Any, header: str | None, method: str, path: str
) -> None:
    headers = {**JSON, **({"Authorization": header.encode("latin-1")} if header else {})}
    answer = gateway.call(method, path, user=None, headers=headers, data=batch(item()).to_bytes())
    refusal(answer, 401, "not-logged-in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert gateway.kept() == []


def test_session_ends_after_its_lifetime_and_with_a_new_password(gateway: Any, clock: Any) -> None:
    gateway.token("clerk")
    clock.now += accounts.SESSION_LIFETIME - timedelta(seconds=1)
    assert gateway.call("GET", "/v1/receipts?ids=r1").status_code == 200
    gateway.token("colleague")
    clock.now += timedelta(seconds=1)
    refusal(gateway.call("GET", "/v1/receipts?ids=r1"), 401, "not-logged-in")
    assert gateway.call("GET", "/v1/receipts?ids=r1", user="colleague").status_code == 200
    gateway.app.state.accounts.set_password("colleague", "another-one-2", now=clock.now)
    refusal(gateway.call("GET", "/v1/receipts?ids=r1", user="colleague"), 401, "not-logged-in")
    refusal(gateway.log_in("colleague"), 401, "wrong-password")
    assert gateway.log_in("colleague", "another-one-2").status_code == 201


def test_repeated_wrong_passwords_close_the_name_for_a_while(gateway: Any, clock: Any) -> None:
    for _ in range(accounts.MAX_FAILURES):
        refusal(gateway.log_in(password="guess"), 401, "wrong-password")
        clock.now += timedelta(seconds=10)
    closed = gateway.log_in()
    refusal(closed, 429, "too-many-failures")
    wait = int(closed.headers["Retry-After"])
    assert wait == accounts.FAILURE_WINDOW.total_seconds() - 10 * accounts.MAX_FAILURES
    assert gateway.log_in("colleague").status_code == 201
    clock.now += timedelta(seconds=wait)
    assert gateway.log_in().status_code == 201


def test_right_password_clears_earlier_slips(gateway: Any) -> None:
    for password in ["guess"] * (accounts.MAX_FAILURES - 1) + [PASSWORD]:
        gateway.log_in(password=password)
    refusal(gateway.log_in(password="guess"), 401, "wrong-password")
    assert gateway.log_in().status_code == 201


def test_unknown_user_is_answered_like_a_wrong_password(gateway: Any) -> None:
    unknown, wrong = gateway.log_in("nobody"), gateway.log_in(password="guess")
    refusal(unknown, 401, "wrong-password")
    assert unknown.json() == wrong.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not-json"),
        (b"{", 400, "not-json"),
        (b"\xff\xfe{}", 400, "not-json"),
        (b"[" * 100_000, 400, "not-json"),
        (b'{"n": NaN}', 400, "not-json"),
        (b'{"n": ' + b"9" * 5000 + b"}", 400, "not-json"),
        (b"[]", 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b'"\\ud800"', 422, "invalid"),
        (batch(item()).to_bytes()[:-20], 400, "not-json"),
        (b" " * (MAX_BYTES + 1), 413, "too-many-bytes"),
        (b" " * (20 * MAX_BYTES), 413, "too-many-bytes"),
        (batch(*[item(f"r{n}") for n in range(MAX_ITEMS + 1)]).to_bytes(), 413, "too-many-items"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_unusable_batch_is_refused_and_nothing_kept(
    gateway: Any, body: bytes, status: int, code: str
) -> None:
    refusal(gateway.call("POST", "/v1/batches", data=body, headers=JSON), status, code)
    assert gateway.kept() == []


def test_largest_allowed_batch_is_taken(gateway: Any) -> None:
    answer = gateway.send(batch(*[item(f"r{n}") for n in range(MAX_ITEMS)]))
    assert outcomes(answer.json()) == ["accepted"] * MAX_ITEMS
    receipts = {r["receipt_no"] for r in answer.json()["results"]}
    assert len(receipts) == len(gateway.kept()) == MAX_ITEMS


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Type": ""}, {**JSON, "Content-Encoding": "br"}],
)
def test_other_media_types_are_refused(gateway: Any, headers: dict[str, str]) -> None:
    answer = gateway.call("POST", "/v1/batches", data=batch(item()).to_bytes(), headers=headers)
    assert refusal(answer, 415, "encoding" if "Content-Encoding" in headers else "media-type")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"user": "clerk", "password": PASSWORD}, 422, "invalid"),
        ({"user": "", "password": PASSWORD, "device_id": DEVICE}, 422, "invalid"),
        ({"user": 1, "password": None, "device_id": []}, 422, "invalid"),
        ([], 422, "invalid"),
        ({"user": "\ud800", "password": "\ud800", "device_id": "\ud800"}, 422, "invalid"),
        ({"user": "用户", "password": "密码", "device_id": "设备"}, 401, "wrong-password"),
        ({"user": "x" * MAX_SESSION_BYTES}, 413, "too-many-bytes"),
    ],
)
def test_odd_log_in_is_refused(gateway: Any, body: Any, status: int, code: str) -> None:
    answer = gateway.call("POST", "/v1/sessions", user=None, data=json.dumps(body), headers=JSON)
    refusal(answer, status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/v1/capabilities/", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("GET", "/v1/batches", 405, "method"),
        ("DELETE", "/v1/batches/b1", 405, "method"),
        ("GET", "/v1/receipts", 422, "invalid"),
        ("GET", "/v1/receipts?ids=" + ",".join("r" for _ in range(MAX_ITEMS + 1)), 422, "too-many-ids"),
        ("GET", "/v1/batches/%00", 404, "no-such-batch"),
    ],
)
def test_odd_requests_get_problem_documents(
    gateway: Any, method: str, path: str, status: int, code: str
) -> None:
    refusal(gateway.call(method, path), status, code)


def test_failure_inside_tells_nothing_and_is_logged(
    gateway: Any, monkeypatch: pytest.MonkeyPatch, logfail: list[Any]
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("甲公司")

    gateway.token("clerk")
    monkeypatch.setattr("jggateway.kept.receipts_of", fail)
    answer = gateway.call("GET", "/v1/receipts?ids=r1")
    assert "甲公司" not in refusal(answer, 500, "failure").detail
    until(lambda: any(record.exc_info for record in logfail))
    logfail.clear()


def test_database_held_by_another_program_means_try_again(
    sqlite_only: None, gateway: Any, monkeypatch: pytest.MonkeyPatch, logfail: list[Any]
) -> None:
    gateway.token("clerk")
    monkeypatch.setattr("jggateway.engines.BUSY_TIMEOUT_MS", 50)
    gateway.app.state.storage.close()  # connections made from now on wait 50 ms only
    holder = sqlite3.connect(gateway.data / DATABASE_FILE, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        answer = gateway.send(batch(item()))
        refusal(answer, 503, "database")
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        holder.close()
    assert [record.getMessage() for record in logfail] == ["database"]
    logfail.clear()
    assert outcomes(gateway.send(batch(item())).json()) == ["accepted"]


def test_request_cut_off_keeps_nothing(gateway: Any, caplog: pytest.LogCaptureFixture) -> None:
    token = gateway.token("clerk")
    body = batch(item()).to_bytes()
    head = (
        f"POST /v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    host, port = gateway.url.removeprefix("http://").split(":")
    with caplog.at_level("INFO", "jggateway.access"):
        with socket.create_connection((host, int(port))) as cut:
            cut.sendall(head.encode() + body[:-5])
        until(lambda: any(getattr(r, "status", 0) == 400 for r in caplog.records))
    assert gateway.kept() == []


def test_five_clients_with_the_same_batch_leave_one_copy(gateway: Any) -> None:
    sent = batch(*[item(f"r{n}") for n in range(10)])
    headers = {**JSON, "Authorization": f"Bearer {gateway.token('clerk')}"}

    def send(_number: int) -> requests.Response:
        return requests.post(gateway.url + "/v1/batches", data=sent.to_bytes(), headers=headers, timeout=20)

    with ThreadPoolExecutor(5) as clients:
        answers = list(clients.map(send, range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(gateway.kept()) == 10


def test_clients_with_the_same_records_in_other_batches_leave_one_copy(gateway: Any) -> None:
    headers = {**JSON, "Authorization": f"Bearer {gateway.token('clerk')}"}

    def send(number: int) -> list[dict[str, Any]]:
        mine = batch(*[item(f"r{n}") for n in range(10)], batch_id=f"b{number}", device_id=f"d{number}")
        answer = requests.post(gateway.url + "/v1/batches", data=mine.to_bytes(), headers=headers, timeout=20)
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    with ThreadPoolExecutor(5) as clients:
        answers = list(clients.map(send, range(5)))
    for results in zip(*answers, strict=True):
        assert sorted(r["outcome"] for r in results) == ["accepted"] + ["duplicate"] * 4
        assert len({r["receipt_no"] for r in results}) == 1
    assert len(gateway.kept()) == 10


def test_restart_keeps_users_sessions_batches_and_receipts(gateway: Any) -> None:
    sent = batch(item())
    first = gateway.send(sent)
    gateway.stop()
    gateway.start()
    assert gateway.send(sent).content == first.content
    assert gateway.call("GET", "/v1/batches/b1").content == first.content
    assert outcomes(gateway.send(batch(item("r2"), batch_id="b2")).json()) == ["accepted"]
    numbers = [r["receipt_no"] for r in gateway.call("GET", "/v1/receipts?ids=r1,r2").json()["results"]]
    assert numbers == ["HN2026090700000001", "HN2026090700000002"]


def test_published_contract_names_bodies_and_problems(gateway: Any) -> None:
    told = gateway.call("GET", "/openapi.json", user=None).json()
    assert set(told["paths"]) == {
        "/healthz", "/v1/capabilities", "/v1/sessions", "/v1/devices", "/v1/batches",
        "/v1/batches/{batch_id}", "/v1/receipts", "/v1/records", "/v1/changes", "/v1/returns",
        "/v1/reconciliation", "/v1/attachments/{sha256}", "/v1/users", "/v1/users/{name}", "/v1/audit",
    }  # fmt: skip
    post = told["paths"]["/v1/batches"]["post"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/BatchIn")
    assert post["security"] == [{"HTTPBearer": []}]
    for path in told["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if "headers" in answer:  # tus answers by headers
                    continue
                media = "application/json" if status in ("200", "201") else "application/problem+json"
                assert list(answer["content"]) == [media]
    text = json.dumps(told)
    referred = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert referred <= set(told["components"]["schemas"])


def test_item_with_unknown_members_is_read_by_what_it_has(gateway: Any) -> None:
    sent = asdict(batch(item()))
    sent["items"][0]["colour"] = "blue"
    answer = gateway.call("POST", "/v1/batches", json={**sent, "later": True})
    assert outcomes(answer.json()) == ["accepted"]
