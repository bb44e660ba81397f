"""Nothing that was typed lies anywhere in plain text: not in the file, its log, backups, temporary files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

WORKER = """
    import logging, sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from store_parts import Clock, made_revision, send, answer
    from jgclient import selfcheck
    from jgclient.store import ListQuery, RegisterRow, StoreError, Summary, open_store
    from jgclient.store.restoring import restore

    folder, place = Path(sys.argv[1]), Path(sys.argv[2])
    logging.basicConfig(filename=folder.parent / "log.txt", level=logging.DEBUG)
    secret = "秘密物业Secretum41010219800101"
    clock = Clock()
    store = open_store(folder, clock=clock)
    store.backups.set_place(place)
    store.settings.set("token", secret)
    store.attachments.add([secret.encode()])
    store.registers.upsert("item", [RegisterRow(("1",), {"name": secret})], secret)
    for n in range(40):
        texts = {"n": secret * 20, "m": str(n)}
        store.records.save_draft(f"d{n}", form="check", form_version=1, texts=texts, author=secret,
                                 summary=Summary(title=secret))
        revision = made_revision(store, f"r{n}", clock(), {"n": secret})
        store.records.add_revision(revision, Summary(title=secret))
    send(store, "b1", 5)
    answer(store, "b1", "accepted")
    store.records.drop_draft("d1")
    store.records.list(ListQuery(text="秘密", sort="title"))
    store.records.rebuild_index()
    made = store.backups.make("hand")
    logging.info("%s", selfcheck.run(store, now=clock()).lines())
    try:
        store.records.drop_draft("none")
    except StoreError as error:
        logging.exception("refused")
    store.close()
    restore(folder, made.backup.path, clock=clock)
    store = open_store(folder, clock=clock)
    with store.atomic():
        store.records.save_draft("last", form="check", form_version=1, texts={"n": secret}, author=secret)
        print("ready", flush=True)
        time.sleep(60)
"""
PARTS = [
    word.encode(code) for word in ("秘密", "Secretum", "41010219800101") for code in ("utf-8", "utf-16-le")
]
PARTS += [b"CREATE TABLE", "秘密".encode("gb18030")]


@pytest.mark.skipif(sys.platform == "win32", reason="kills as only Unix does")
def test_after_a_day_of_work_and_a_kill_no_word_lies_open(tmp_path):
    folder, place, temp = (tmp_path / name for name in ("data", "stick", "temp"))
    for made in (place, temp):
        made.mkdir()
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER), "utf-8")
    here = str(Path(__file__).parent)
    environment = os.environ | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TMPDIR": str(temp), "SQLITE_TMPDIR": str(temp), "PYTHONPATH": here,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, script, folder, place, here],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=temp,
    ) as worker:  # fmt: skip
        assert worker.stdout is not None
        ready = worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
        assert ready == b"ready\n", worker.stderr.read() if worker.stderr else ""
    script.unlink()
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in found}
    assert {"jgclient.db", "jgclient.db-wal", "attachments.db", "log.txt"} <= names
    assert sum(path.suffix == ".db" for path in found) >= 6, "backups here and in the second place"
    open_lying = [(path.name, part) for path in found for part in PARTS if part in path.read_bytes()]
    assert open_lying == []
