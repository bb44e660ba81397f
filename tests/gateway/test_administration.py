"""Roles, users, audit, reconciliation, limits: what administrators may, and what keeps others out."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from datetime import date
from typing import Any

import pytest
from gateway_items import CITY, OTHER_UNIT, PASSWORD, UNIT, batch, edited, item, outcomes
from hypothesis import given
from hypothesis import strategies as st

from jgclient.contract import (
    Mark,
    Reconciliation,
    in_period,
    marks_hash,
    records_from_json,
)
from jggateway import brake, limits
from jggateway.brake import Brake
from jggateway.schemas import AuditOut, ReconciliationOut, RecordsOut, UserOut, UsersOut

JSON = {"Content-Type": "application/json"}


def make(gateway: Any, by: str, name: str = "new", unit: str = UNIT, role: str = "clerk") -> Any:
    wanted = {"name": name, "password": PASSWORD, "unit": unit, "role": role}
    return gateway.call("POST", "/v1/users", user=by, json=wanted)


@pytest.mark.parametrize(
    ("by", "unit", "role", "status"),
    [
        ("clerk", UNIT, "clerk", 403),
        ("head", UNIT, "clerk", 201),
        ("head", OTHER_UNIT, "clerk", 403),
        ("head", UNIT, "department", 403),
        ("head", UNIT, "region", 403),
        ("city", OTHER_UNIT, "department", 201),
        ("city", CITY, "region", 201),
        ("city", "1234", "clerk", 422),
        ("city", UNIT, "king", 422),
    ],
)
def test_who_may_make_whom(gateway: Any, by: str, unit: str, role: str, status: int) -> None:
    answer = make(gateway, by, unit=unit, role=role)
    assert answer.status_code == status, answer.text
    if status == 201:
        UserOut.model_validate(answer.json(), extra="forbid")
        assert gateway.log_in("new").json()["role"] == role


def test_names_are_given_once_and_passwords_are_long(gateway: Any) -> None:
    assert make(gateway, "city", "clerk").status_code == 409
    short = {"name": "x", "password": "short", "unit": UNIT, "role": "clerk"}
    assert gateway.call("POST", "/v1/users", user="city", json=short).status_code == 422


def test_a_disabled_user_is_out_at_once_and_may_be_let_in_again(gateway: Any) -> None:
    def change(by: str, **wanted: Any) -> Any:
        return gateway.call("PATCH", "/v1/users/clerk", user=by, json=wanted)

    gateway.token("clerk")
    assert change("colleague", disabled=True).status_code == 403
    answer = change("head", disabled=True)
    assert (answer.status_code, answer.json()["disabled_at"]) == (200, "2026-09-07T12:00:00+08:00")
    assert gateway.call("GET", "/v1/receipts?ids=r1").status_code == 401
    assert gateway.log_in().status_code == 401
    assert change("head", disabled=False).json()["disabled_at"] == ""
    assert gateway.log_in().status_code == 201
    assert change("city", password="another-one-2").status_code == 200
    assert gateway.log_in().status_code == 401
    assert gateway.log_in(password="another-one-2").status_code == 201
    assert change("city", password="short").status_code == 422
    assert gateway.call("PATCH", "/v1/users/nobody", user="city", json={}).status_code == 404
    assert gateway.call("PATCH", "/v1/users/city", user="head", json={"disabled": True}).status_code == 403


def test_administrators_see_whom_they_manage(gateway: Any) -> None:
    everybody = gateway.call("GET", "/v1/users", user="city")
    UsersOut.model_validate(everybody.json(), extra="forbid")
    assert len(everybody.json()["users"]) == 5
    mine = gateway.call("GET", "/v1/users", user="head").json()["users"]
    assert [user["name"] for user in mine] == ["clerk", "colleague", "head"]
    assert gateway.call("GET", "/v1/users").status_code == 403


def test_deeds_are_told_to_administrators(gateway: Any) -> None:
    gateway.send(batch(item()))
    wanted = {"record_id": "r1", "problems": [{"message": "缺附件"}]}
    gateway.call("POST", "/v1/returns", user="city", json=wanted)
    make(gateway, "city", unit=OTHER_UNIT)
    gateway.log_in(password="wrong")
    told = gateway.call("GET", "/v1/audit", user="city")
    AuditOut.model_validate(told.json(), extra="forbid")
    deeds = [(deed["actor"], deed["action"], deed["subject"]) for deed in told.json()["deeds"]]
    assert ("city", "return", "r1") in deeds
    assert ("city", "user-add", "new") in deeds
    assert ("clerk", "log-in", "device-1") in deeds
    assert "log-in-refused" in {action for _, action, _ in deeds}
    assert PASSWORD not in told.text
    assert "缺附件" not in told.text
    own = gateway.call("GET", "/v1/audit", user="head").json()["deeds"]
    assert {deed["unit"] for deed in own} == {UNIT}
    assert gateway.call("GET", "/v1/audit").status_code == 403
    last = own[-1]["id"]
    [tried] = gateway.call("GET", f"/v1/audit?after={last}", user="head").json()["deeds"]
    assert (tried["actor"], tried["action"], tried["subject"]) == ("clerk", "forbidden", "GET /v1/audit")
    assert (tried["unit"], json.loads(tried["detail"])) == (UNIT, {"code": "not-allowed"})
    assert gateway.call("GET", "/v1/audit?since=2030-01-01", user="city").json()["deeds"] == []


# -- reconciliation and records ----------------------------------------------------------------------------


def ask(gateway: Any, user: str = "clerk", **params: str) -> Any:
    answer = gateway.call("GET", "/v1/reconciliation", user=user, params=params)
    if answer.status_code == 200:
        ReconciliationOut.model_validate(answer.json(), extra="forbid")
    return answer


def day(record: str, text: str, **more: Any) -> Any:
    return item(record, content={"day": text}, **more)


def test_days_are_counted_and_hashed_as_the_contract_says(gateway: Any) -> None:
    first, second, third = day("r2", "2026-09-01"), day("r1", "2026-09-01"), day("r3", "2026-09-02")
    gateway.send(batch(first, second, third, item("r4", content={"people": 1})))
    withdrawn = edited("r3", content={"day": "2026-09-02"}, operation="d")
    gateway.send(batch(withdrawn, batch_id="b2"))
    told = Reconciliation.from_json(ask(gateway).json())
    marks = [Mark("r1", 1, second.sha256), Mark("r2", 1, first.sha256)]
    assert [(d.form, d.day, d.count, d.sha256, d.records) for d in told.days] == [
        ("visit", "2026-09-01", 2, marks_hash(marks), ()),
        ("visit", "2026-09-02", 1, marks_hash([Mark("r3", 2, withdrawn.sha256)]), ()),
    ]
    detailed = Reconciliation.from_json(ask(gateway, detail="1").json()).days
    assert [[mark.id for mark in d.records] for d in detailed] == [["r1", "r2"], ["r3"]]
    assert detailed[1].records[0].operation == "d"
    assert marks_hash(detailed[0].records) == detailed[0].sha256
    assert detailed[0].records[0].receipt_no.startswith("HN")


def test_periods_forms_and_units_are_kept_apart(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway.send(batch(day("r1", "2026-08-31"), day("r2", "2026-09-01"), day("r3", "2026-09-07")))
    for asked, days in (
        ({"from": "2026-09-01"}, ["2026-09-01", "2026-09-07"]),
        ({"from": "2026-09-01", "to": "2026-09-01"}, ["2026-09-01"]),
        ({"to": "2026-08-31"}, ["2026-08-31"]),
        ({"form": "visit", "from": "2027-01-01"}, []),
        ({"form": "check"}, []),
    ):
        assert [d["day"] for d in ask(gateway, **asked).json()["days"]] == days
    assert ask(gateway, "stranger").json()["days"] == []
    assert ask(gateway, "stranger", unit=UNIT).status_code == 403
    assert ask(gateway, "head", unit=OTHER_UNIT).status_code == 403
    assert len(ask(gateway, "city", unit=UNIT).json()["days"]) == 3
    assert ask(gateway, **{"from": "1. September"}).status_code == 422
    assert ask(gateway, detail="2").status_code == 422
    monkeypatch.setattr("jggateway.reconciling.MAX_MARKS", 2)
    assert ask(gateway, detail="1").json()["code"] == "too-many-records"
    assert ask(gateway, detail="1", to="2026-09-01").status_code == 200


@given(
    st.lists(st.dates(date(2026, 1, 1), date(2026, 1, 5)).map(str) | st.just(""), max_size=5),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
)
def test_a_period_is_its_days_and_those_without(
    days: list[str], first: date | None, last: date | None
) -> None:
    for text in days:
        inside = not text or (first or date.min) <= date.fromisoformat(text) <= (last or date.max)
        assert in_period(text, first, last) == inside


def test_records_come_back_as_they_were_sent(gateway: Any) -> None:
    newest = edited(content={"object": "乙公司"}, reasons={"X": "说明"})
    gateway.send(batch(item(), newest, item("r2")))
    answer = gateway.call("GET", "/v1/records?ids=r1,r2,r9")
    RecordsOut.model_validate(answer.json(), extra="forbid")
    kept = records_from_json(answer.json())
    assert [record.item for record in kept] == [newest, item("r2")]
    assert kept[0].receipt_no.startswith("HN")
    assert gateway.call("GET", "/v1/records?ids=r1", user="stranger").json() == {"records": []}


# -- limits ------------------------------------------------------------------------------------------------


def test_batches_may_be_compressed_and_get_the_same_answer(gateway: Any) -> None:
    sent = batch(item())
    packed = {**JSON, "Content-Encoding": "gzip"}

    def post(body: bytes) -> Any:
        return gateway.call("POST", "/v1/batches", data=body, headers=packed)

    first = post(gzip.compress(sent.to_bytes()))
    assert outcomes(first.json()) == ["accepted"]
    assert gateway.send(sent).content == first.content
    assert "gzip" in gateway.call("GET", "/v1/capabilities").json()["encodings"]
    assert post(gzip.compress(sent.to_bytes())[:-4]).json()["code"] == "not-gzip"
    assert post(b"no gzip").json()["code"] == "not-gzip"
    assert post(gzip.compress(b" " * (limits.MAX_BYTES + 1))).status_code == 413
    assert post(gzip.compress(sent.to_bytes()) + b"x").json()["code"] == "not-gzip"


def test_a_request_that_stalls_is_given_up(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("jggateway.reading.STALL", 0.2)
    host, port = gateway.url.removeprefix("http://").split(":")
    head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9"
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(f"{head}\r\n\r\n{{".encode())
        assert b" 408 " in slow.recv(1000).split(b"\r\n")[0]


async def _nothing(*_args: Any) -> None:
    """An application that answers everything."""


def test_who_asks_too_often_has_to_wait_and_others_do_not() -> None:

    seconds = [0.0]
    gate = Brake(_nothing, lambda: seconds[0])

    def ask_as(token: str = "", address: str = "10.0.0.1") -> tuple[int, str]:
        told: list[Any] = []

        async def tell(message: Any) -> None:
            told.append(message)

        headers = [(b"authorization", token.encode())] if token else []
        scope: Any = {"type": "http", "path": "/v1/receipts", "headers": headers, "client": (address, 1)}
        asyncio.run(gate(scope, _nothing, tell))
        if not told:
            return 0, ""
        retry = dict(told[0]["headers"]).get(b"retry-after", b"").decode()
        return told[0]["status"], retry

    assert [ask_as("a") for _ in range(brake.SESSION_BURST)] == [(0, "")] * brake.SESSION_BURST
    assert ask_as("a") == (429, "1")
    assert ask_as("b") == (0, "")
    assert [ask_as()[0] for _ in range(brake.ADDRESS_BURST + 1)][-1] == 429
    assert ask_as(address="10.0.0.2") == (0, "")
    seconds[0] += 1
    assert [ask_as("a")[0] for _ in range(51)] == [0] * 50 + [429]


def test_health_is_told_however_often_it_is_asked(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brake, "ADDRESS_BURST", 2)
    monkeypatch.setattr(brake, "ADDRESS_RATE", 0.01)
    asked = [gateway.call("GET", "/healthz", user=None).status_code for _ in range(5)]
    assert asked == [200] * 5
    told = [gateway.call("GET", "/v1/capabilities", user=None) for _ in range(4)]
    assert [answer.status_code for answer in told][-1] == 429
    assert told[-1].headers["Content-Type"] == "application/problem+json"
    assert json.loads(told[-1].content)["code"] == "too-many-requests"
