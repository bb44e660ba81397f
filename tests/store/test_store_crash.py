"""A process is killed while it works: everything it had acknowledged is there, once, and all of it agrees."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from jgclient.store import ListQuery, open_store

WORKER = """
    import itertools, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from store_parts import Clock, made_revision, result_for
    from jgclient.store import Summary, open_store

    clock = Clock()
    store = open_store(Path(sys.argv[1]), clock=clock)
    print("open", flush=True)
    for n in itertools.count():
        record_id = f"record-{n}"
        store.records.save_draft(record_id, form="check", form_version=1, texts={"n": str(n)}, author="甲")
        print("draft", n, flush=True)
        revision = made_revision(store, record_id, clock(), {"n": str(n)})
        store.records.add_revision(revision, Summary(title=str(n)))
        print("finished", n, flush=True)
        if n % 3 == 2:
            sent = store.outbox.waiting(3)
            store.outbox.store_batch(f"b{n}", b"x", [(r.record_id, r.revision) for r in sent])
            print("sent", n, flush=True)
            if n % 2:
                store.outbox.apply_answer(f"b{n}", [result_for(r, "accepted") for r in sent], "")
                print("answered", n, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 2, 5, 9, 14, 23])
def test_what_was_acknowledged_before_a_kill_is_there(folder, clock, tmp_path, acknowledged):
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER), "utf-8")
    worker = subprocess.Popen(
        [sys.executable, script, folder, Path(__file__).parent],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    )
    assert worker.stdout is not None
    lines = [worker.stdout.readline().split() for _ in range(acknowledged)]
    worker.kill()
    lines += [line.split() for line in worker.stdout.read().splitlines()]
    worker.wait()
    worker.stdout.close()
    done = {what: [int(n) for kind, *rest in lines for n in rest if kind == what]
            for what in ("draft", "finished", "sent", "answered")}  # fmt: skip

    with open_store(folder, clock=clock) as store:
        for n in done["draft"]:
            record_id = f"record-{n}"
            draft, last = store.records.draft(record_id), store.records.last_revision(record_id)
            assert (draft.texts if draft else last.content) == {"n": str(n)}
        for n in done["finished"]:
            assert len(store.records.revisions(f"record-{n}")) == 1
        answered = {f"b{n}" for n in done["answered"]}
        unanswered = {batch.batch_id for batch in store.outbox.unanswered_batches()}
        assert unanswered >= {f"b{n}" for n in done["sent"]} - answered - unanswered_slack(done)
        assert not unanswered & answered
        assert store.outbox.receipt_count() >= 3 * len(answered)
        assert store.records.verify_chain() == []
        assert store.contradictions() == []
        assert store.stale_rows() == []
        assert store.damages() == []
        found = [row.id for row in store.records.list(ListQuery(limit=1000))]
        assert len(found) == len(set(found))


def unanswered_slack(done: dict[str, list[int]]) -> set[str]:
    """The batch whose answer may have been kept although nobody heard of it any more."""
    return {f"b{n}" for n in done["sent"][-1:]}


LIMITED = """
    import resource, signal, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from store_parts import Clock
    from jgclient.store import StoreError, open_store

    store = open_store(Path(sys.argv[1]), clock=Clock())
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    for n in range(1000):
        try:
            texts = {"n": "字" * 500}
            store.records.save_draft(f"r{n}", form="check", form_version=1, texts=texts, author="甲")
        except StoreError as error:
            print(error.kind, n)
            break
    print(len(store.records.draft("r0").texts["n"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a matter of Unix")
def test_a_disk_that_takes_no_more_is_told_and_everything_before_is_there(folder, clock, tmp_path):
    script = tmp_path / "limited.py"
    script.write_text(textwrap.dedent(LIMITED), "utf-8")
    done = subprocess.run(
        [sys.executable, script, folder, Path(__file__).parent], capture_output=True, text=True, check=True
    )
    (kind, failed), (length,) = (line.split() for line in done.stdout.splitlines())
    assert kind in ("io", "disk_full")
    assert length == "500", "reading goes on"
    with open_store(folder, clock=clock) as store:
        assert store.records.count(ListQuery()) == int(failed) > 10
        assert store.damages() == []
        assert store.stale_rows() == []
