"""Attachments by tus 1.0 over HTTP, and records that wait for their files."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from gateway_items import NOON, OTHER_UNIT, UNIT, batch, edited, item, outcomes, until

from jgclient.contract import ATTACHMENT_MISSING, MAX_ATTACHMENT_BYTES, TUS_MEDIA_TYPE, TUS_VERSION
from jggateway.files import UNFINISHED_KEPT, Files, Mismatch, Unknown
from jggateway.locking import Locked, locked
from jggateway.storage import Storage

TUS = {"Tus-Resumable": TUS_VERSION}
DATA = bytes(range(256)) * 1000
PHOTOS = """
[[section.field]]
name = "photos"
title = "照片"
type = "attachments"
[[check]]"""
SHA = hashlib.sha256(DATA).hexdigest()


def named(data: bytes = DATA, name: str = "现场照片.jpg", **changes: Any) -> dict[str, Any]:
    """The file as an item names it."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "name": name, "size": len(data), **changes}


def tus(
    gateway: Any, method: str, sha: str = SHA, *, user: str = "clerk", data: bytes = b"", **headers: Any
) -> Any:
    """One tus request; header names have “_” for “-”."""
    told = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    more = {"data": data} if data else {}
    return gateway.call(method, f"/v1/attachments/{sha}", user=user, headers={**TUS, **told}, **more)


def announce(gateway: Any, data: bytes = DATA, **more: Any) -> Any:
    return tus(gateway, "POST", hashlib.sha256(data).hexdigest(), Upload_Length=len(data), **more)


def send(
    gateway: Any, offset: int, chunk: bytes, sha: str = SHA, *, checked: bool = True, **more: Any
) -> Any:
    digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
    headers = {"Upload_Offset": offset, "Content_Type": TUS_MEDIA_TYPE}
    headers |= {"Upload_Checksum": f"sha256 {digest}"} if checked else {}
    return tus(gateway, "PATCH", sha, data=chunk, **(headers | more))


def arrived(gateway: Any, sha: str = SHA, user: str = "clerk") -> int:
    return int(tus(gateway, "HEAD", sha, user=user).headers["Upload-Offset"])


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_file_arrives_in_pieces_and_is_confirmed(gateway: Any) -> None:
    assert tus(gateway, "HEAD").status_code == 404
    made = announce(gateway)
    assert (made.status_code, made.headers["Location"]) == (201, f"/v1/attachments/{SHA}")
    assert (made.headers["Upload-Offset"], made.headers["Tus-Resumable"]) == ("0", TUS_VERSION)
    first = send(gateway, 0, DATA[:100_000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "100000")
    asked = tus(gateway, "HEAD")
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("100000", str(len(DATA)))
    assert asked.headers["Cache-Control"] == "no-store"
    assert announce(gateway).headers["Upload-Offset"] == "100000"
    last = send(gateway, 100_000, DATA[100_000:], checked=False)
    assert last.headers["Upload-Offset"] == str(len(DATA))
    assert gateway.app.state.files.path(UNIT, SHA).read_bytes() == DATA
    assert announce(gateway).headers["Upload-Offset"] == str(len(DATA))
    assert send(gateway, len(DATA), b"").status_code == 204
    gateway.stop()
    gateway.start()
    assert arrived(gateway) == len(DATA)


def test_a_record_waits_for_its_files(gateway: Any) -> None:
    sent = item(attachments=[named()])
    first = gateway.send(batch(sent, item("r2"))).json()
    assert outcomes(first) == ["deferred", "accepted"]
    problem = first["results"][0]["problems"][0]
    assert (problem["code"], problem["value"]) == (ATTACHMENT_MISSING, SHA)
    assert "现场照片.jpg" in problem["message"]
    announce(gateway)
    send(gateway, 0, DATA[:10])
    assert outcomes(gateway.send(batch(sent, batch_id="b2")).json()) == ["deferred"]
    send(gateway, 10, DATA[10:])
    assert outcomes(gateway.send(batch(sent, batch_id="b3")).json()) == ["accepted"]
    withdrawn = edited(operation="d", attachments=[named(b"lost")])
    assert outcomes(gateway.send(batch(withdrawn, batch_id="b4")).json()) == ["accepted"]


def test_files_of_another_unit_do_not_count(gateway: Any) -> None:
    announce(gateway)
    send(gateway, 0, DATA)
    assert tus(gateway, "HEAD", user="stranger").status_code == 404
    sent = batch(item(attachments=[named()]), unit_code=OTHER_UNIT)
    assert outcomes(gateway.send(sent, user="stranger").json()) == ["deferred"]


def test_a_record_that_names_another_size_is_rejected(gateway: Any) -> None:
    announce(gateway)
    send(gateway, 0, DATA)
    answer = gateway.send(batch(item(attachments=[named(size=5)]))).json()
    assert outcomes(answer) == ["rejected"]
    assert answer["results"][0]["problems"][0]["code"] == "attachment-size"


def test_a_field_that_names_a_file_needs_the_file_with_the_record(gateway: Any, resources: Path) -> None:
    text = (resources / "forms" / "visit.toml").read_text(encoding="utf-8")
    text = text.replace("version = 1", "version = 2").replace("[[check]]", PHOTOS, 1)
    entry = {"kind": "form", "content": {"name": "f.toml", "text": text}}
    made = gateway.call("POST", "/v1/changes", user="city", json={"entries": [entry]})
    assert made.status_code == 200, made.text
    announce(gateway)
    send(gateway, 0, DATA)
    bare = item("r1", form_version=2, content={"photos": [named()]})
    backed = item("r2", form_version=2, content={"photos": [named()]}, attachments=[named()])
    answer = gateway.send(batch(bare, backed)).json()
    assert outcomes(answer) == ["rejected", "accepted"]
    problem = answer["results"][0]["problems"][0]
    assert (problem["code"], problem["pointer"]) == ("attachment-unbacked", "/photos")


def test_damage_on_the_way_is_noticed_and_dropped(gateway: Any) -> None:
    announce(gateway)
    send(gateway, 0, DATA[:10])
    wrong = "sha256 " + base64.b64encode(bytes(32)).decode()
    assert code(send(gateway, 10, DATA[10:], Upload_Checksum=wrong)) == (460, "checksum")
    assert arrived(gateway) == 10
    assert code(send(gateway, 10, b"x" * (len(DATA) - 10))) == (460, "checksum")
    assert arrived(gateway) == 0
    assert send(gateway, 0, DATA).headers["Upload-Offset"] == str(len(DATA))


@pytest.mark.parametrize(
    ("call", "status", "word"),
    [
        (lambda g: tus(g, "HEAD", Tus_Resumable="0.2"), 412, None),
        (lambda g: announce(g, Tus_Resumable="2.0.0"), 412, "tus-version"),
        (lambda g: tus(g, "POST"), 400, "invalid"),
        (lambda g: tus(g, "POST", Upload_Length="-1"), 400, "invalid"),
        (lambda g: tus(g, "POST", Upload_Length="9" * 30), 400, "invalid"),
        (lambda g: tus(g, "POST", Upload_Length=MAX_ATTACHMENT_BYTES + 1), 413, "attachment-too-large"),
        (lambda g: tus(g, "POST", "0" * 63, Upload_Length=1), 422, "invalid"),
        (lambda g: tus(g, "POST", "A" * 64, Upload_Length=1), 422, "invalid"),
        (lambda g: send(g, 5, b"x"), 409, "offset"),
        (lambda g: send(g, "x", b"x"), 400, "invalid"),
        (lambda g: send(g, 0, b"x", "1" * 64), 404, "no-such-attachment"),
        (lambda g: send(g, 0, b"x" * (len(DATA) + 1)), 413, "attachment-too-large"),
        (lambda g: send(g, 0, b"x", Content_Type="text/plain"), 415, "media-type"),
        (lambda g: send(g, 0, b"x", Upload_Checksum="md5 eA=="), 400, "invalid"),
        (lambda g: send(g, 0, b"x", Upload_Checksum="sha256 !"), 400, "invalid"),
        (lambda g: tus(g, "GET"), 405, "method"),
    ],
)
def test_odd_requests_are_refused_and_keep_nothing(
    gateway: Any, call: Any, status: int, word: str | None
) -> None:
    announce(gateway)
    answer = call(gateway)
    assert answer.status_code == status
    if word:
        assert code(answer) == (status, word)
    assert arrived(gateway) == 0


def test_size_can_be_corrected_only_before_bytes_arrive(gateway: Any) -> None:
    assert tus(gateway, "POST", Upload_Length=3).status_code == 201
    assert announce(gateway).headers["Upload-Length"] == str(len(DATA))
    send(gateway, 0, DATA[:10])
    assert code(tus(gateway, "POST", Upload_Length=3)) == (409, "attachment-size")


def test_an_empty_file_is_confirmed_at_once(gateway: Any) -> None:
    assert announce(gateway, b"").headers["Upload-Offset"] == "0"
    sent = batch(item(attachments=[named(b"", "空.txt")]))
    assert outcomes(gateway.send(sent).json()) == ["accepted"]


def test_what_is_offered_needs_no_session(gateway: Any) -> None:
    answer = gateway.call("OPTIONS", f"/v1/attachments/{SHA}", user=None)
    assert (answer.status_code, answer.headers["Tus-Max-Size"]) == (204, str(MAX_ATTACHMENT_BYTES))
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256"
    assert gateway.call("HEAD", f"/v1/attachments/{SHA}", user=None, headers=TUS).status_code == 401


@pytest.mark.parametrize("checked", [False, True])
def test_a_cut_upload_goes_on_where_it_stopped(
    gateway: Any, checked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    announce(gateway)
    digest = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    head = [
        f"PATCH /v1/attachments/{SHA} HTTP/1.1", "Host: x", f"Authorization: Bearer {gateway.token('clerk')}",
        f"Tus-Resumable: {TUS_VERSION}", "Upload-Offset: 0", f"Content-Type: {TUS_MEDIA_TYPE}",
        f"Content-Length: {len(DATA)}", *([f"Upload-Checksum: sha256 {digest}"] if checked else []), "", "",
    ]  # fmt: skip
    host, port = gateway.url.removeprefix("http://").split(":")
    with caplog.at_level("INFO", "jggateway.access"):
        with socket.create_connection((host, int(port))) as cut:
            cut.sendall("\r\n".join(head).encode() + DATA[:100_000])
            if not checked:
                until(lambda: arrived(gateway) > 0)
        until(lambda: any(getattr(record, "status", 0) == 400 for record in caplog.records))
    stopped = arrived(gateway)
    assert (stopped == 0) if checked else (0 < stopped <= 100_000)
    assert send(gateway, stopped, DATA[stopped:]).headers["Upload-Offset"] == str(len(DATA))


def test_ten_uploads_of_the_same_file_at_once_leave_one_right_file(gateway: Any) -> None:
    announce(gateway)
    token = gateway.token("clerk")
    headers = {
        **TUS,
        "Authorization": f"Bearer {token}",
        "Upload-Offset": "0",
        "Content-Type": TUS_MEDIA_TYPE,
    }
    url = f"{gateway.url}/v1/attachments/{SHA}"
    with ThreadPoolExecutor(10) as clients:
        answers = list(
            clients.map(lambda _: requests.patch(url, DATA, headers=headers, timeout=20), range(10))
        )
    assert {answer.status_code for answer in answers} <= {204, 409, 423}
    assert [answer.status_code for answer in answers].count(204) == 1
    assert arrived(gateway) == len(DATA)
    assert gateway.app.state.files.path(UNIT, SHA).read_bytes() == DATA


def test_who_writes_locks_others_out(tmp_path: Path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(tmp_path / "lock"):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    with pytest.raises(Locked), locked(tmp_path / "lock"):
        pass
    leave.set()
    thread.join()
    with locked(tmp_path / "lock"):
        pass


def test_unfinished_files_go_after_a_while_and_finished_ones_stay(storage: Storage) -> None:
    files = Files(storage)
    files.announce(UNIT, SHA, len(DATA), NOON)
    files.append(UNIT, SHA, 0, [DATA[:10]], digest=None, now=NOON)
    files.take(UNIT, hashlib.sha256(b"x").hexdigest(), 1, [b"x"], NOON)
    assert files.sweep(NOON + UNFINISHED_KEPT) == 0
    assert files.sweep(NOON + UNFINISHED_KEPT + timedelta(days=1)) == 1
    with pytest.raises(Unknown):
        files.state(UNIT, SHA)
    assert files.state(UNIT, hashlib.sha256(b"x").hexdigest()).confirmed


def test_a_file_taken_whole_must_be_the_one_it_is_named(storage: Storage) -> None:
    files = Files(storage)
    with pytest.raises(Mismatch):
        files.take(UNIT, SHA, 1, [b"x"], NOON)
    assert not files.state(UNIT, SHA).confirmed


def test_crash_between_file_and_database_is_mended_by_the_next_request(gateway: Any) -> None:
    announce(gateway)
    files = gateway.app.state.files
    target = files.path(UNIT, SHA)
    send(gateway, 0, DATA[:10])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(DATA)  # laid in its place, but the database was not told
    assert send(gateway, 10, DATA[10:]).headers["Upload-Offset"] == str(len(DATA))
    assert arrived(gateway) == len(DATA)


def test_a_full_disk_says_so(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    announce(gateway)
    monkeypatch.setattr("jggateway.files._write", full)
    assert code(send(gateway, 0, DATA)) == (507, "disk-full")
    monkeypatch.undo()
    assert send(gateway, 0, DATA).status_code == 204
