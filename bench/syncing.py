"""10 000 checks from a client's store through a real gateway process, receipts on both sides, over loopback.

The peer is the work that nothing can save: the gateway's own verdict on the same records, once, and their
bytes committed once in a database on each side, without network and without anything that makes a record
findable.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlcipher3 import dbapi2

from bench import ledger
from jgclient import sync
from jgclient.contract import Batch, Item
from jgclient.entering import summarise
from jgclient.forms.checker import Context
from jgclient.forms.library import load_library, resources_folder
from jgclient.forms.problems import blocking
from jgclient.forms.registers import NoRegisters
from jgclient.records import Revision, canonical_json, chain_hash, new_record_id, payload_hash
from jgclient.store import Store, open_store
from jgclient.store.connection import connect, prepare
from jggateway.app import create_app
from jggateway.judging import Judging

RECORDS = 10_000
#: Ours may take twice the time of the unavoidable work.
LIMIT, REQUESTS = 2.0, 3
_BATCH = 200
_UNIT = "11410100000000019W"
_PASSWORD = "loopback-only-1"  # noqa: S105 - of a gateway that lives for a minute


def rate(count: int = RECORDS) -> tuple[float, float]:
    """Seconds to bring ``count`` waiting records to the gateway and their receipts home; and of the peer."""
    revisions = _revisions(count)
    with (
        tempfile.TemporaryDirectory() as name,
        _gateway(Path(name)) as url,
        _client(Path(name), url) as store,
    ):
        _run(store)  # what the platform has to tell, once
        before = _unavoidable(Path(name) / "peer1", revisions)
        _fill(store, revisions)
        ours = _timed_run(store, count)
        after = _unavoidable(Path(name) / "peer2", revisions)
    return ours, (before + after) / 2


def wire(count: int = 1_000) -> tuple[float, float]:
    """Megabytes on the wire, both ways and with all headers; megabytes of the same records as JSON."""
    revisions = _revisions(count)
    with tempfile.TemporaryDirectory() as name, _gateway(Path(name)) as url:
        counter = _Counter(int(url.rpartition(":")[2]))
        with _client(Path(name), counter.url) as store:
            _run(store)
            _fill(store, revisions)
            counter.bytes = 0
            _timed_run(store, count)
        counter.close()
    return counter.bytes / 1e6, len(canonical_json([r.content for r in revisions]).encode()) / 1e6


def nothing_to_do() -> tuple[float, float]:
    """Requests of a run when nothing waits and nothing is new; and the most there may be."""
    with (
        tempfile.TemporaryDirectory() as name,
        _gateway(Path(name)) as url,
        _client(Path(name), url) as store,
    ):
        _run(store)
        return float(_run(store).requests), float(REQUESTS)


# -- ours --------------------------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now().astimezone()


@contextmanager
def _gateway(folder: Path) -> Iterator[str]:
    """The address of a gateway process with one user."""
    words = [sys.executable, "-m", "jggateway"]
    data = ["--data", str(folder / "gateway")]
    environment = {**os.environ, "JGGATEWAY_PASSWORD": _PASSWORD}
    adding = [*words, "users", "add", "bench", "--unit", _UNIT, *data]
    subprocess.run(adding, env=environment, check=True, stdout=subprocess.DEVNULL)
    serving = [*words, "serve", *data, "--port", "0"]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            found = (word for line in process.stdout or () for word in line.split())
            yield next(word for word in found if word.startswith("http://"))
        finally:
            process.terminate()


@contextmanager
def _client(folder: Path, url: str) -> Iterator[Store]:
    """A store that is logged in."""
    with open_store(folder / "client", clock=_now) as store:
        store.settings.set("gateway_url", url)
        store.settings.set("gateway_user", "bench")
        with sync.connect(store) as platform:
            sync.log_in(store, platform, _PASSWORD)
        yield store


def _run(store: Store) -> sync.SyncReport:
    with sync.connect(store) as platform:
        report = sync.run(store, platform, device_id=sync.device_id(store), unit_code=_UNIT, now=_now)
    if report.stopped:
        raise SystemExit(report.stopped)
    return report


def _timed_run(store: Store, count: int) -> float:
    start = time.perf_counter()
    report = _run(store)
    seconds = time.perf_counter() - start
    if (report.accepted, store.outbox.count()) != (count, 0):
        raise SystemExit(f"not everything arrived: {report.line()}")
    return seconds


@cache
def _revisions(count: int) -> list[Revision]:
    """Right records of form ``check``, every one another party and number."""
    library = load_library(resources_folder())
    form = library.get("check")
    names = [field.name for field in form if field.exchanged]
    context = Context(NoRegisters(), _now().date(), {"code": _UNIT})
    made: list[Revision] = []
    for row in ledger.rows(form, count + count // 10 + 10):
        texts = {name: text for name, text in zip(names, row, strict=True) if text}
        reading = library.checker(form).read(texts, context)
        if len(made) < count and not blocking(reading.problems, {}):
            made.append(_revision(reading.content, form.version))
    if len(made) < count:
        raise SystemExit(f"only {len(made)} of the ledger's rows are right")
    return made


def _revision(content: dict[str, object], version: int) -> Revision:
    now = _now()
    payload: dict[str, Any] = {
        "form": "check", "form_version": version, "operation": "i", "content": content, "reasons": {},
        "attachments": [],
    }  # fmt: skip
    link: dict[str, Any] = {"record_id": new_record_id(now), "revision": 1, "author": "李某", "made_at": now}
    sha256 = payload_hash(**payload)
    chain = chain_hash("", sha256=sha256, **link)
    return Revision(**payload, **link, base_revision=0, sha256=sha256, previous="", chain=chain)


def _fill(store: Store, revisions: Sequence[Revision]) -> None:
    library = load_library(resources_folder())
    form = library.get("check")
    for start in range(0, len(revisions), 1000):
        with store.atomic():
            for revision in revisions[start : start + 1000]:
                texts = library.checker(form).to_texts(revision.content)
                store.records.add_revision(revision, summarise(form, texts))


# -- the unavoidable work ----------------------------------------------------------------------------------


def _unavoidable(folder: Path, revisions: Sequence[Revision]) -> float:
    """Seconds for the verdicts alone and two commits of the bytes a batch."""
    app = create_app(folder / "gateway", resources=resources_folder(), clock=_now)
    batches = [
        Batch("b", "d", _UNIT, "commit", [Item.of(r) for r in revisions[start : start + _BATCH]]).items
        for start in range(0, len(revisions), _BATCH)
    ]
    bodies = [[(i.id, canonical_json(i.content)) for i in items] for items in batches]
    _judge(app, batches[:2])  # rules and code lists are loaded at the first record
    start = time.perf_counter()
    _judge(app, batches)
    for side in ("here", "there"):
        _commit(folder / f"{side}.db", bodies, encrypted=side == "here")
    seconds = time.perf_counter() - start
    app.state.storage.close()
    return seconds


def _judge(app: FastAPI, batches: Sequence[Sequence[Item]]) -> None:
    state = app.state
    for items in batches:
        with state.storage.reading() as connection:
            judging = Judging(
                connection, state.references.current(connection), items, unit=_UNIT,
                received_at=_now().isoformat(), today=_now().date(),
            )  # fmt: skip
            outcomes = {judging.judge(item).outcome for item in items}
        if outcomes != {"accepted"}:
            raise SystemExit(f"the gateway would not take them: {outcomes}")


def _commit(path: Path, bodies: Sequence[Sequence[tuple[str, str]]], *, encrypted: bool) -> None:
    if encrypted:
        raw = connect(path, b"k" * 32)
        prepare(raw)
    else:
        raw = dbapi2.connect(str(path), isolation_level=None)
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE record (id TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT")
    for rows in bodies:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany("INSERT INTO record VALUES (?, ?)", rows)
        raw.execute("COMMIT")
    raw.close()


# -- bytes on the wire -------------------------------------------------------------------------------------


class _Counter:
    """Passes bytes on to a port of this computer and counts them."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.bytes = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), source:
            while data := source.recv(65_536):
                self.bytes += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    for measure in (rate, wire, nothing_to_do):
        ours, peer = measure()
        print(json.dumps({"what": measure.__name__, "ours": ours, "peer": peer, "ratio": ours / peer}))
