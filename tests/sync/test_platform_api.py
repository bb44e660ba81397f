"""What the client makes of every kind of answer, and of none."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import faulty_server as faults
import pytest
from faulty_server import FaultyServer, Handler, says
from sync_model import Answer, ModelPlatform
from sync_profile import STALL

from jgclient import __version__
from jgclient.contract import Batch, TransportError
from jgclient.platform_api import HttpPlatform, Security, reachable, reaction_of, wire
from jgclient.platform_api.answers import Answer as HttpAnswer

BODY = Batch("b1", "device-1", "unit", "commit", []).to_bytes()


def failure(platform: HttpPlatform) -> TransportError:
    """The error that sending a batch ends in."""
    with pytest.raises(TransportError) as found:
        platform.send_batch("b1", BODY)
    return found.value


# -- the table -------------------------------------------------------------------------------------

TABLE = {
    "retry": [408, 425, 429, 500, 501, 502, 503, 504, 599],
    "halve": [413],
    "login": [401, 403],
    "stop": [407, 507, 511],
    "park": [400, 404, 405, 406, 409, 410, 415, 418, 422, 426, 431, 451, 499],
    "unknown": [204, 206, 299, 300, 301, 302, 303, 304, 307, 308, 600, 999],
}
CASES = [(status, reaction) for reaction, statuses in TABLE.items() for status in statuses]


@pytest.mark.parametrize(("status", "reaction"), CASES)
def test_every_status_has_the_reaction_of_the_contract(
    platform: HttpPlatform, server: FaultyServer, status: int, reaction: str
) -> None:
    server.script("/v1/batches", says(status, "平台的话"))
    error = failure(platform)
    assert (error.reaction, error.status) == (reaction, status)
    assert f"HTTP {status}" in error.message
    assert ("平台说明：平台的话" in error.message) == (status not in (204, 304))


@pytest.mark.parametrize("status", [100, 101, 102, 103, 199, 0, -1, 1000])
def test_numbers_that_are_no_final_status_tell_nothing(status: int) -> None:
    assert reaction_of(status) == "unknown"


@pytest.mark.parametrize("status", [200, 201, 202])
def test_success_needs_one_of_three_statuses(
    platform: HttpPlatform, server: FaultyServer, status: int
) -> None:
    def answers(handler: Handler) -> None:
        handler.answer(Answer(status, handler.forward().body))

    server.script("/v1/batches", answers)
    assert platform.send_batch("b1", BODY).batch_id == "b1"


@pytest.mark.parametrize(
    "name",
    [
        "reset", "reset_after_commit", "stall", "stall_after_commit", "stall_in_body", "cut_answer",
        "interim", "login_redirect", "login_page", "login_page_as_json", "empty_json", "truncated_json",
    ],
)  # fmt: skip
def test_what_proves_nothing_is_unknown(platform: HttpPlatform, server: FaultyServer, name: str) -> None:
    server.script("/v1/batches", faults.FAULTS[name])
    error = failure(platform)
    assert error.reaction == "unknown"
    assert "将先查询回执，不会重复上报" in error.message
    assert platform.send_batch("b1", BODY).batch_id == "b1"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"[" * 100_000, b'{"batch_id": NaN}', b'{"batch_id": "\xff"}',
        b'{"batch_id": "b1", "server_time": "\\ud800", "results": []}',
        b'{"batch_id": "b1", "server_time": "", "results": {}}',
        b'{"batch_id": "b1", "server_time": "", "results": [1]}',
        b'{"batch_id": "b1", "server_time": "", "results": [{"id": "a", "revision": 1e9}]}',
        b'{"batch_id": "b1", "server_time": "", "results": [{"id": "a", "revision": 1, "outcome": "rejected",'
        b' "problems": [{"fields": 5}]}]}',
        b'{"batch_id": "b1", "server_time": "", "results": [{"id": "a", "revision": ' + b"9" * 5000 + b"}]}",
    ],
)  # fmt: skip
def test_hostile_json_is_unknown(platform: HttpPlatform, server: FaultyServer, body: bytes) -> None:
    server.script("/v1/batches", lambda handler: handler.answer(Answer(200, body)))
    assert failure(platform).reaction == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        b'{"server_time": "", "max_items": "20", "max_bytes": 1}',
        b'{"server_time": "", "max_items": 20, "max_bytes": 1, "forms": {"check": [[]]}}',
        b'{"server_time": "", "max_items": 20, "max_bytes": 1, "contract_version": null}',
    ],
)
def test_odd_capabilities_are_unknown(platform: HttpPlatform, server: FaultyServer, body: bytes) -> None:
    server.script("/v1/capabilities", lambda handler: handler.answer(Answer(200, body)))
    with pytest.raises(TransportError) as found:
        platform.capabilities()
    assert found.value.reaction == "unknown"


def test_endless_answer_is_cut_off(
    platform: HttpPlatform, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_ANSWER_BYTES", 2**20)
    server.script("/v1/batches", lambda handler: handler.answer(Answer(200, b" " * 2**21)))
    error = failure(platform)
    assert error.reaction == "unknown"
    assert "超过 1 MB" in error.message


def test_answer_after_an_interim_one_is_not_taken_for_the_next_request(
    platform: HttpPlatform, server: FaultyServer
) -> None:
    """requests hands out 103 as the final answer and leaves the real one on the connection."""
    server.script("/v1/batches", faults.interim_then_late)
    assert failure(platform).reaction == "unknown"
    assert platform.capabilities().max_items == 200


def test_redirects_are_not_followed(platform: HttpPlatform, server: FaultyServer) -> None:
    there = {"Location": f"{server.url}/login", "Content-Type": "text/html"}
    server.script("/v1/batches", lambda handler: handler.answer(Answer(307, b"", there)))
    assert failure(platform).reaction == "unknown"
    assert len(server.seen) == 1


# -- Retry-After -----------------------------------------------------------------------------------

DATE = "Mon, 07 Sep 2026 01:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120), ("0", 0), (" 7 ", 7), ("9" * 400, 86_400), ("-5", 0), ("1.5", 0), ("soon", 0),
        ("１２", 0), ("", 0),
        ("Mon, 07 Sep 2026 01:00:30 GMT", 30), ("Mon, 07 Sep 2026 00:59:00 GMT", 0),
        ("Mon, 07 Sep 2099 01:00:00 GMT", 86_400), ("Mon, 99 Sep 2026 01:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_in_both_forms(text: str, seconds: float) -> None:
    answer = HttpAnswer(503, {"Retry-After": text, "Date": DATE}, b"")
    assert answer.refusal().retry_after == seconds


def test_retry_after_over_the_wire(platform: HttpPlatform, server: FaultyServer) -> None:
    server.script("/v1/batches", says(503, Retry_After="9"))
    assert failure(platform).retry_after == 9


# -- no answer at all ------------------------------------------------------------------------------


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_refused_connection_is_tried_again() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    error = failure(HttpPlatform(url))
    assert (error.reaction, error.status) == ("retry", 0)
    assert error.message == (
        f"连不上上报平台 {url}：请检查网络，或请管理员确认平台已启动。记录都在本机，网络恢复后会自动续报。"
    )


def test_name_that_does_not_resolve_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_names(*_args: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    assert failure(HttpPlatform("https://platform.invalid")).reaction == "retry"


@pytest.mark.parametrize(
    "address",
    [
        "", "platform", "127.0.0.1:8000", "ftp://platform", "http://", "https://:8443",
        "http://127.0.0.1:99999", "http://127.0.0.1:port", "https://a b", "https://[zz]", "http://[::1",
        "https://user:word@platform.example", "https://platform.example/?a=1", "https://platform.example/#a",
        "http://platform.example", "http://10.1.2.3:8000",
        "https://" + "a" * 300, "https://a..b",
    ],
)  # fmt: skip
def test_bad_address_stops_with_a_remedy(address: str) -> None:
    error = failure(HttpPlatform(address))
    assert error.reaction == "stop"
    assert address.rstrip("/") in error.message
    assert "https://" in error.message.replace(address, "")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{}/", " http://127.0.0.1:{} ", "ｈｔｔｐ：／／127.0.0.1：{}"]
)
def test_address_is_forgiving_about_what_people_type(server: FaultyServer, address: str) -> None:
    with HttpPlatform(address.format(server.server_address[1])) as platform:
        assert platform.capabilities().max_items == 200


def test_platform_below_a_path(server: FaultyServer) -> None:
    with HttpPlatform(f"{server.url}/city/api/") as platform:
        platform.capabilities()
    assert server.seen[0][1] == "/city/api/v1/capabilities"


# -- proxies ---------------------------------------------------------------------------------------


@pytest.fixture
def _no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.mark.usefixtures("_no_exceptions")
def test_loopback_never_goes_through_a_proxy(platform: HttpPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    assert platform.capabilities().max_items == 200


@pytest.mark.usefixtures("_no_exceptions")
def test_proxy_that_is_down_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed_port()}")
    error = failure(HttpPlatform("https://platform.example"))
    assert (error.reaction, "网络代理" in error.message) == ("stop", True)


@pytest.mark.usefixtures("_no_exceptions")
def test_proxy_that_demands_a_log_in_stops(server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    server.script("platform.example", says(407))
    error = failure(HttpPlatform("https://platform.example"))
    assert (error.reaction, "网络代理" in error.message) == ("stop", True)


def test_a_proxy_that_was_set_is_used_but_never_towards_this_computer(server: FaultyServer) -> None:
    through = Security(proxy=server.url)
    server.script("platform.example", says(407))
    error = failure(HttpPlatform("https://platform.example", security=through))
    assert (error.reaction, server.seen[0][0]) == ("stop", "CONNECT")
    nowhere = Security(proxy=f"http://127.0.0.1:{closed_port()}")
    with HttpPlatform(server.url, security=nowhere) as platform:
        assert platform.capabilities().max_items == 200


# -- what is sent ----------------------------------------------------------------------------------


def test_a_batch_travels_as_the_contract_says(platform: HttpPlatform, server: FaultyServer) -> None:
    platform.token = "secret"
    platform.send_batch("b1", BODY)
    method, path, headers = server.seen[0]
    assert (method, path) == ("POST", "/v1/batches")
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == '"b1"'
    assert headers["User-Agent"] == f"jgclient/{__version__}"
    assert headers["Authorization"] == "Bearer secret"


def test_a_batch_is_compressed_when_the_platform_takes_that(
    platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    body = Batch("b1", "device-1", "unit", "commit", []).to_bytes() + b" " * 5000
    platform.send_batch("b1", body)
    assert "Content-Encoding" not in server.seen[-1][2]
    model.capabilities = replace(model.capabilities, encodings=("gzip",))
    platform.capabilities()
    platform.send_batch("b1", body)
    headers = server.seen[-1][2]
    assert (headers["Content-Encoding"], int(headers["Content-Length"]) < 200) == ("gzip", True)
    platform.send_batch("b2", Batch("b2", "device-1", "unit", "commit", []).to_bytes())
    assert "Content-Encoding" not in server.seen[-1][2]  # too short to be worth it


def test_what_stands_between_and_refuses_compression_gets_plain_bytes(
    platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    model.capabilities = replace(model.capabilities, encodings=("gzip",))
    platform.capabilities()
    server.script("/v1/batches", says(415))
    body = BODY + b" " * 5000
    assert platform.send_batch("b1", body).batch_id == "b1"
    assert ["Content-Encoding" in headers for _, _, headers in server.seen[1:]] == [True, False]
    platform.send_batch("b1", body)
    assert "Content-Encoding" not in server.seen[-1][2]


def test_reachable_asks_nothing(server: FaultyServer) -> None:
    assert reachable(server.url)
    assert not reachable(f"http://127.0.0.1:{closed_port()}")
    assert not reachable("http://platform.example")  # plain HTTP is for this computer only
    assert not reachable("nonsense")
    assert reachable("https://platform.example", proxy=server.url)
    assert not reachable("https://platform.example", proxy=f"127.0.0.1:{closed_port()}")
    assert server.seen == []


def test_netrc_does_not_replace_the_token(
    platform: HttpPlatform, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    platform.token = "secret"
    platform.capabilities()
    assert server.seen[0][2]["Authorization"] == "Bearer secret"


def test_log_in_keeps_the_token_for_the_next_calls(
    platform: HttpPlatform, server: FaultyServer, model: ModelPlatform
) -> None:
    model.token = "something else"
    assert failure(platform).reaction == "login"
    assert platform.log_in("clerk", "right", "device-1") == "token-of-clerk"
    assert platform.send_batch("b1", BODY).batch_id == "b1"
    assert "Authorization" not in server.seen[1][2]


def test_wrong_password(platform: HttpPlatform) -> None:
    platform.token = "old"
    with pytest.raises(TransportError, match="用户名或密码不对") as found:
        platform.log_in("clerk", "wrong", "device-1")
    assert found.value.reaction == "login"
    assert platform.token == ""


@pytest.mark.parametrize("token", ["a\r\nX: y", "口令", "\ud800"])
def test_token_that_fits_no_header_asks_for_a_new_log_in(
    platform: HttpPlatform, server: FaultyServer, token: str
) -> None:
    platform.token = token
    assert failure(platform).reaction == "login"
    assert server.seen == []


def test_stall_is_measured_between_bytes_not_in_all(platform: HttpPlatform, server: FaultyServer) -> None:
    """An answer that drips is waited for although the whole takes longer than one stall."""

    def drips(handler: Handler) -> None:
        body = handler.forward().body
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for at in range(0, len(body), 10):
            server.closing.wait(STALL / 4)
            handler.wfile.write(body[at : at + 10])
            handler.wfile.flush()

    server.script("/v1/batches", drips)
    assert platform.send_batch("b1", BODY).batch_id == "b1"
