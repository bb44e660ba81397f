"""A short ``make crash-test`` with every test run, and proof that it would notice a broken promise."""

# ruff: noqa: PLC0415 - the parts are importable only inside the test

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks workers")


@pytest.fixture
def parts(monkeypatch):
    """The modules of the crash test, which live outside the packages."""
    root = HERE.parents[1]
    for path in (root / "tests" / "sync", HERE, root):
        monkeypatch.syspath_prepend(str(path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def test_killed_processes_keep_their_promises():
    done = subprocess.run(
        [sys.executable, HERE / "crash_rounds.py", "--rounds", "8", "--lanes", "1", "--seed", "7"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "every promise was kept" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("DELETE FROM draft WHERE record = 1", "nothing instead of"),
        ("UPDATE draft SET texts = '{}' WHERE record = 1", "instead of"),
        ("DELETE FROM outbox", "待报队列"),
        ("UPDATE record SET title = 'other'", "list lines differ"),
        ("UPDATE record_count SET records = 9 WHERE records > 0", "counts are wrong"),
        ("DELETE FROM imported WHERE rowid = (SELECT max(rowid) FROM imported)", "11 rows"),
        ("DELETE FROM imported", "imported and gone"),
        ("UPDATE revision SET sha256 = 'x'", "the chain is broken"),
    ],
)
def test_a_broken_promise_is_noticed(parts, tmp_path, change, what):
    import crash_office
    import crash_truth
    from crash_worker import Worker
    from sync_model import ModelPlatform

    books = crash_office.books(tmp_path, 1)
    order = {
        "seed": 1, "folder": str(tmp_path / "data"), "acks": str(tmp_path / "acks"), "round": 1,
        "books": [str(path) for path in books], "url": "http://127.0.0.1:9",
    }  # fmt: skip
    worker = Worker(order)
    for name, value in crash_office.SETTINGS.items():
        worker.store.settings.set(name, value)
    for action in (worker.draft, worker.finish, worker.load, worker.backup):
        action()

    def wrong() -> str:
        acks = crash_truth.read(tmp_path / "acks")
        platform = ModelPlatform(lambda: crash_office.NOW)
        truth = crash_truth.Truth(worker.store, acks, platform, crash_office.BOOK_ROWS)
        return "\n".join(truth.check(every_page=True))

    assert wrong() == ""
    worker.store._db.run("DROP TRIGGER revision_no_update")
    worker.store._db.run(change)
    assert what in wrong()
    worker.store.close()
    assert json.loads((tmp_path / "acks").read_text("utf-8").splitlines()[0])["what"] == "keeping"
