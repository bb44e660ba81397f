"""Two hundred clients at once, on SQLite with one process or PostgreSQL with four: none lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from gateway_items import DEVICE, NOON, PASSWORD
from postgres import WANTED

from jgclient.contract import Batch, Item
from jggateway.accounts import Accounts
from jggateway.reference import References
from jggateway.storage import open_storage

pytestmark = pytest.mark.heavy

CLIENTS, BATCHES, ITEMS = 200, 2, 10
UNITS = [f"1141010000000{number:04d}X" for number in range(10)]
WORKERS = 4 if WANTED else 1
TIMEOUT = 60


@contextmanager
def served(data: Path, database: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The gateway as it is installed; stopped at the end."""
    words = ["serve", "--data", str(data), "--port", "0", "--workers", str(WORKERS), "--database", database]
    process = subprocess.Popen(
        [sys.executable, "-m", "jggateway", *words], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[1]
        finally:
            process.terminate()
            assert process.wait(30) == 0


@pytest.fixture
def prepared(tmp_path: Path, database: str, resources: Path) -> Path:
    """A data folder with a user in each of ten units, and the tiny form published."""
    storage = open_storage(tmp_path / "data", database)
    for number, unit in enumerate(UNITS):
        Accounts(storage).add(f"user{number}", PASSWORD, unit=unit, role="clerk", now=NOON)
    References(storage, resources, lambda: NOON)
    storage.close()
    return tmp_path / "data"


def sent_by(client: int, number: int) -> Batch:
    """One batch of one client; every fourth record is sent by two clients of the unit."""
    names = [f"c{client}-{number}-{n}" for n in range(ITEMS)]
    twin = client - client % 20 + (client + 10) % 20 if client % 20 >= 10 else client
    names[::4] = [f"c{twin}-{number}-{n}" for n in range(0, ITEMS, 4)]
    items = [_item(name) for name in names]
    return Batch(f"b{client}-{number}", DEVICE, UNITS[client % 10], "commit", items)


def _item(name: str) -> Item:
    content = {"number": name, "object": "甲公司", "day": "2026-09-01", "people": 2}
    plain = Item(name, "visit", 1, 1, 0, "i", "李某", content, "")
    return replace(plain, sha256=plain.true_hash())


def run_client(url: str, token: str, client: int, waits: list[float]) -> list[dict[str, Any]]:
    """Send every batch until it is answered, as a patient client does; twice, as a doubtful one does."""
    results: list[dict[str, Any]] = []
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    draw = random.Random(client)
    with requests.Session() as session:
        for number in range(BATCHES):
            body = sent_by(client, number).to_bytes()
            answers = [_patiently(session, url, body, headers, waits, draw) for _ in range(2)]
            assert answers[0] == answers[1]
            results += answers[0]["results"]
    return results


def _patiently(
    session: requests.Session, url: str, body: bytes, headers: dict[str, str], waits: list[float],
    draw: random.Random,
) -> Any:  # fmt: skip
    end = time.monotonic() + TIMEOUT
    while True:
        assert time.monotonic() < end, "no answer in time"
        begun = time.monotonic()
        try:
            answer = session.post(url + "/v1/batches", data=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException:
            time.sleep(draw.uniform(0.1, 0.5))
            continue
        if answer.status_code == 200:
            waits.append(time.monotonic() - begun)
            return answer.json()
        assert answer.status_code in (429, 503), answer.text
        time.sleep(float(answer.headers["Retry-After"]) * draw.uniform(0.2, 1))


def children(pid: int) -> list[int]:
    """Worker processes of the gateway."""
    found = []
    for task in Path("/proc").glob("[0-9]*/stat"):
        words = task.read_text(encoding="utf-8").rpartition(")")[2].split()
        command = task.with_name("cmdline").read_bytes()
        if int(words[1]) == pid and b"resource_tracker" not in command:
            found.append(int(task.parent.name))
    return found


@pytest.mark.timeout(120)
def test_two_hundred_clients_lose_and_double_nothing(
    prepared: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []
    with served(prepared, database) as (process, url):
        wanted = {"password": PASSWORD, "device_id": DEVICE}
        tokens = [
            requests.post(url + "/v1/sessions", json={"user": f"user{n}", **wanted}, timeout=TIMEOUT).json()[
                "token"
            ]
            for n in range(len(UNITS))
        ]
        begun = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as clients:
            jobs = [clients.submit(run_client, url, tokens[n % 10], n, waits) for n in range(CLIENTS)]
            if WORKERS > 1:  # one of them dies in the middle of it
                time.sleep(1)
                os.kill(children(process.pid)[0], signal.SIGKILL)
            results = [result for job in jobs for result in job.result()]
        spent = time.monotonic() - begun
    names = {record.id for n in range(CLIENTS) for b in range(BATCHES) for record in sent_by(n, b).items}
    outcomes = Counter(result["outcome"] for result in results)
    receipts: dict[str, set[str]] = {}
    for result in results:
        receipts.setdefault(result["id"], set()).add(result["receipt_no"])
    assert outcomes["accepted"] == len(names)
    assert outcomes["accepted"] + outcomes["duplicate"] == CLIENTS * BATCHES * ITEMS
    assert all(len(numbers) == 1 for numbers in receipts.values())
    storage = open_storage(prepared, database)
    with storage.reading() as connection:
        kept = connection.exec_driver_sql("SELECT id, receipt_no FROM records_kept").all()
    storage.close()
    assert {(row[0], row[1]) for row in kept} == {(name, receipt) for name, (receipt,) in receipts.items()}
    assert len(kept) == len(names)
    p95 = sorted(waits)[int(len(waits) * 0.95)]
    engine = "PostgreSQL, 4 workers" if WANTED else "SQLite, 1 process"
    rate = len(waits) * ITEMS / spent
    report = f"{engine}: {CLIENTS} clients, {rate:.0f} records/s, p95 {p95 * 1000:.0f} ms a batch of {ITEMS}"
    with capsys.disabled():
        sys.stdout.write(f"\n{report}\n")
