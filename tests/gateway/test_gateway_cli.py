"""The gateway's command line: accounts, counts, and a served process from start to stop."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from gateway_items import DEVICE, PASSWORD, UNIT, batch, item

from jggateway.cli import main
from jggateway.logs import LOG_FILE
from jggateway.storage import DATABASE_FILE, open_storage
from jggateway.tables import about

JSON = {"Content-Type": "application/json"}
pytestmark = pytest.mark.usefixtures("sqlite_only")


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run one command; returns (exit code, standard output, standard error)."""
    monkeypatch.setenv("JGGATEWAY_PASSWORD", PASSWORD)

    def run(*words: str, data: Path = tmp_path / "data") -> tuple[int, str, str]:
        code = main([*words, "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def one_sentence(said: str) -> bool:
    """Whether standard error holds one Chinese line with a remedy and no traceback."""
    return said.count("\n") == 1 and "请" in said and "Traceback" not in said


@contextmanager
def served(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A gateway process and its address; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "jggateway", "serve", "--data", str(data), "--port", "0", *options],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", env=dict(os.environ, PYTHONUTF8="1"),
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("网关已启动 http://127.0.0.1:")
            assert str(data) in line
            yield process, line.split()[1]
        finally:
            process.kill()


def send(url: str, sent: Any) -> Any:
    """Log in and send one batch."""
    wanted = {"user": "clerk", "password": PASSWORD, "device_id": DEVICE}
    token = requests.post(url + "/v1/sessions", json=wanted, timeout=20).json()["token"]
    headers = {**JSON, "Authorization": f"Bearer {token}"}
    return requests.post(url + "/v1/batches", data=sent.to_bytes(), headers=headers, timeout=20).json()


def test_users_are_added_and_listed(call: Any) -> None:
    assert call("users", "add", "clerk", "--unit", UNIT)[0] == 0
    assert call("users", "add", "boss", "--unit", UNIT, "--role", "department")[0] == 0
    users = json.loads(call("users", "list", "--json")[1])["users"]
    assert [(u["name"], u["unit"], u["role"]) for u in users] == [
        ("boss", UNIT, "department"), ("clerk", UNIT, "clerk"),
    ]  # fmt: skip
    assert "录入员" in call("users", "list")[1]
    assert json.loads(call("stats", "--json")[1]) == {
        "records": 0, "accepted": 0, "receipts": 0, "batches": 0, "users": 2,
    }  # fmt: skip
    assert "用户\t2" in call("stats")[1]


def test_password_comes_from_standard_input_or_file(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JGGATEWAY_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("from-stdin-1\nrest\n"))
    assert call("users", "add", "a", "--unit", UNIT, "--password-stdin")[0] == 0
    secret = tmp_path / "secret"
    secret.write_bytes("\ufefffrom-file-1\r\n".encode())
    assert call("users", "add", "b", "--unit", UNIT, "--password-file", str(secret))[0] == 0
    with served(tmp_path / "data") as (_, url):
        for user, password in {"a": "from-stdin-1", "b": "from-file-1"}.items():
            wanted = {"user": user, "password": password, "device_id": DEVICE}
            assert requests.post(url + "/v1/sessions", json=wanted, timeout=20).status_code == 201


def test_without_a_password_and_a_terminal_the_ways_are_named(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JGGATEWAY_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, said = call("users", "add", "a", "--unit", UNIT)
    assert (code, one_sentence(said)) == (1, True)
    assert "--password-stdin" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["users", "add", "clerk", "--unit", UNIT], "已经存在"),
        (["users", "add", "new", "--unit", UNIT[:-1] + "X"], "统一社会信用代码"),
        (["users", "add", " ", "--unit", UNIT], "用户名"),
        (["users", "add", "a\udcff", "--unit", UNIT], "用户名"),
        (["users", "password", "nobody"], "没有用户"),
        (["users", "add", "new", "--unit", UNIT, "--password-file", "no-such-file"], "密码文件"),
    ],
)
def test_account_errors_are_one_sentence(call: Any, words: list[str], told: str) -> None:
    assert call("users", "add", "clerk", "--unit", UNIT)[0] == 0
    code, _, said = call(*words)
    assert (code, one_sentence(said)) == (1, True)
    assert told in said


def test_short_password_is_refused(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JGGATEWAY_PASSWORD", "short")
    code, _, said = call("users", "add", "clerk", "--unit", UNIT)
    assert (code, one_sentence(said)) == (1, True)


def test_wrong_use_is_exit_2() -> None:
    serve = ["serve", "--data", "x", "--port"]
    for words in (
        [], ["users"], ["serve"], [*serve, "99999"], [*serve, "-1"], [*serve, "a"],
        ["users", "add", "a", "--data", "x", "--role", "king"],
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2


def test_counting_an_empty_folder_makes_nothing(call: Any, tmp_path: Path) -> None:
    code, _, said = call("stats")
    assert (code, one_sentence(said)) == (1, True)
    assert not (tmp_path / "data").exists()


def test_port_in_use(call: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, said = call("serve", "--port", str(taken.getsockname()[1]))
    assert (code, one_sentence(said)) == (1, True)
    assert "占用" in said


def test_address_of_another_machine(call: Any) -> None:
    code, _, said = call("serve", "--port", "0", "--host", "192.0.2.1")
    assert (code, one_sentence(said)) == (1, True)
    assert "--host" in said


def test_data_folder_that_is_a_file(call: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    code, _, said = call("serve", "--port", "0")
    assert (code, one_sentence(said)) == (1, True)


def test_file_that_is_no_database(call: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DATABASE_FILE).write_bytes(b"no database at all" * 1000)
    code, _, said = call("serve", "--port", "0")
    assert (code, one_sentence(said)) == (1, True)
    assert "备份" in said


def test_log_that_cannot_be_written(call: Any, tmp_path: Path) -> None:
    (tmp_path / "data" / LOG_FILE).mkdir(parents=True)
    code, _, said = call("serve", "--port", "0")
    assert (code, one_sentence(said)) == (1, True)


def test_database_held_by_another_program(call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_storage(tmp_path / "data").close()
    monkeypatch.setattr("jggateway.engines.BUSY_TIMEOUT_MS", 50)
    holder = sqlite3.connect(tmp_path / "data" / DATABASE_FILE, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        code, _, said = call("users", "add", "clerk", "--unit", UNIT)
    finally:
        holder.close()
    assert (code, one_sentence(said)) == (1, True)
    assert "占用" in said


def test_data_of_a_newer_gateway_is_left_alone(call: Any, tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "data")
    with storage.writing() as connection:
        connection.execute(about.update().values(value="99"))
    storage.close()
    code, _, said = call("users", "add", "clerk", "--unit", UNIT)
    assert (code, one_sentence(said)) == (1, True)
    assert "99" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
def test_sigterm_stops_in_good_order_and_everything_stays(call: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    call("users", "add", "clerk", "--unit", UNIT)
    with served(data) as (process, url):
        assert send(url, batch(item("r1", form="unheard-of")))["results"][0]["outcome"] == "rejected"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert json.loads(call("stats", "--json")[1])["batches"] == 1
    assert not (data / f"{DATABASE_FILE}-wal").exists()


def test_killed_process_keeps_what_it_answered(call: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    call("users", "add", "clerk", "--unit", UNIT)
    sent = batch(item("r1", form="unheard-of"))
    with served(data) as (process, url):
        first = send(url, sent)
        process.kill()
    with served(data) as (_, url):
        assert send(url, sent) == first


def test_log_tells_requests_but_no_contents(call: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    call("users", "add", "clerk", "--unit", UNIT)
    with served(data) as (process, url):
        send(url, batch(item("r1", form="unheard-of", content={"object": "机密公司"})))
        requests.get(url + "/v1/receipts?ids=secret-id", timeout=20)
        process.terminate()
        process.wait(20)
    text = (data / LOG_FILE).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    told = [(line["path"], line["status"]) for line in lines if line["event"] == "request"]
    assert told == [("/v1/sessions", 201), ("/v1/batches", 200), ("/v1/receipts", 401)]
    assert [line["outcomes"] for line in lines if line["event"] == "batch"] == [{"rejected": 1}]
    for secret in ("机密公司", "李某", PASSWORD, "secret-id", "Bearer"):
        assert secret not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup"], "缺少 --data, --to"),
        (
            ["serve", "--data", "x", "--port", "1", "--workers", "0"],
            "--workers：工作进程数应是 1 到 64 之间的整数。\n",
        ),
        ([], "缺少 命令"),
    ],
)
def test_wrong_use_is_explained_in_chinese(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(f"命令写得不对：{said}")
    assert "用法：jggateway" in told
