"""What the office does all day, done by processes that will be killed; orders come on standard input.

It loads everything once and forks a worker for each order, so that a round costs no start-up. A worker says
what it begins and what it has been promised in a file that the kill does not reach.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from datetime import datetime, timedelta
from pathlib import Path

from crash_office import CALENDAR, LIBRARY, NOW, UNIT, correct_texts

from jgclient import entering, sync
from jgclient.importing import import_workbook
from jgclient.platform_api import HttpPlatform
from jgclient.records import canonical_json
from jgclient.store import ListQuery, Store, StoreError, open_store


class Worker:
    """One process with the folder open, doing one thing after the other."""

    def __init__(self, order: dict) -> None:
        self.draw = random.Random(order["seed"])
        self.order = order
        self.ticks = 0
        self.acks = os.open(order["acks"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.store: Store = open_store(Path(order["folder"]), clock=self.now)

    def now(self) -> datetime:
        self.ticks += 1
        return NOW + timedelta(minutes=self.order["round"], milliseconds=self.ticks)

    def say(self, what: str, **more: object) -> None:
        line = (json.dumps({"what": what, **more}, ensure_ascii=False) + "\n").encode()
        # The limit that makes writes fail is for the store, not for what the test remembers.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        os.write(self.acks, line)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})

    def work(self) -> None:
        actions = [
            self.draft,
            self.draft,
            self.finish,
            self.finish,
            self.mend,
            self.load,
            self.sync,
            self.backup,
        ]
        while True:
            self.perform(self.draw.choice(actions))

    def perform(self, action) -> None:
        try:
            action()
        except StoreError as error:
            self.say("refused", kind=error.kind)
            if error.kind not in ("io", "disk_full", "no_room", "refused", "locked", "bad_copy"):
                raise

    def draft(self) -> None:
        """Type a record in three pauses."""
        opened = entering.open_new(self.store, LIBRARY, "check", now=self.now())
        texts = dict(opened.texts)
        for _ in range(3):
            texts |= {"check_action_name": f"检查 {self.draw.random()}"}
            self.keep(opened, texts)

    def keep(self, opened, texts) -> None:
        mark = _mark(texts)
        self.say("keeping", id=opened.record_id, mark=mark)
        entering.keep(self.store, LIBRARY, opened, texts, {}, now=self.now())
        self.say("kept", id=opened.record_id, mark=mark)

    def finish(self) -> None:
        opened = entering.open_new(self.store, LIBRARY, "check", now=self.now())
        texts = correct_texts(self.draw)
        self.keep(opened, texts)
        self.finish_it(opened, texts)

    def finish_it(self, opened, texts) -> None:
        self.say("finishing", id=opened.record_id)
        done = entering.finish(self.store, LIBRARY, CALENDAR, opened, texts, {}, now=self.now())
        if done.revision is None:  # soft problems, e.g. a second check of one object within the quarter
            reasons = {problem.code: "已核实" for problem in done.blocking}
            done = entering.finish(self.store, LIBRARY, CALENDAR, opened, texts, reasons, now=self.now())
        assert done.revision, [p.message for p in done.blocking]
        self.say(
            "finished", id=opened.record_id, revision=done.revision.revision, sha256=done.revision.sha256
        )

    def mend(self) -> None:
        """Open something finished, change it and finish it again."""
        rows = [
            row
            for row in self.store.records.list(ListQuery(limit=50))
            if row.revision and row.state.value != "sending"
        ]
        if rows:
            opened = entering.open_record(self.store, LIBRARY, self.draw.choice(rows).id)
            texts = opened.texts | {"check_action_name": f"改过 {self.draw.random()}"}
            self.keep(opened, texts)
            self.finish_it(opened, texts)

    def load(self) -> None:
        path = Path(self.draw.choice(self.order["books"]))
        self.say("importing", file=path.name)
        import_workbook(self.store, LIBRARY, path, form_id="check", now=self.now())
        self.say("imported", file=path.name)

    def sync(self) -> None:
        self.say("syncing")
        with HttpPlatform(self.order["url"], timeout=(2, 5)) as platform:
            report = sync.run(
                self.store, platform, device_id="device-1", unit_code=UNIT, now=self.now, library=LIBRARY,
                pause=lambda _seconds: None,
            )  # fmt: skip
        self.say("synced", receipts=self.store.outbox.receipt_count(), stopped=report.stopped)

    def backup(self) -> None:
        self.say("backing up")
        made = self.store.backups.make("hand")
        self.say("backed up", file=made.backup.path.name)


def _mark(texts: dict[str, str]) -> str:
    full = {name: text for name, text in texts.items() if text}
    return hashlib.sha256(canonical_json(full).encode()).hexdigest()[:16]


def _unreliable(draw: random.Random) -> None:
    """Let writes fail now and then: no file may grow past a limit that comes and goes (EFBIG)."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def change(_signal: int, _frame: object) -> None:
        limit = draw.choice([resource.RLIM_INFINITY, draw.randrange(1_000_000)])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        signal.setitimer(signal.ITIMER_REAL, draw.uniform(0.002, 0.05))

    signal.signal(signal.SIGALRM, change)
    signal.setitimer(signal.ITIMER_REAL, 0.02)


def _life(order: dict) -> None:
    try:
        if order["kind"] == "errors":
            _unreliable(random.Random(order["seed"]))
        Worker(order).work()
    except StoreError as error:
        os.write(2, f"{error.kind} {error}\n".encode())
        os._exit(3)
    except BaseException:
        traceback.print_exc()
        os._exit(4)


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _life(order)
        time.sleep(order["after"])
        os.kill(pid, signal.SIGKILL)  # our own child, not yet waited for
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
