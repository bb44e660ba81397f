"""Kill a working process again and again: ``python tests/crash/crash_rounds.py --rounds 300``.

Three kinds of rounds: ``kill`` (SIGKILL at a random moment), ``full`` (the same on a file system that runs
full; a small tmpfs, so it needs the right to mount) and ``errors`` (the same while writes fail now and then:
RLIMIT_FSIZE comes and goes). Platform and network are real loopback HTTP. Prints one line with the figures.
"""

# ruff: noqa: T201 - a command
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "crash"), str(ROOT / "tests" / "sync")]
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

from crash_office import BOOK_ROWS, LIBRARY, NOW, SETTINGS, UNIT, books  # noqa: E402
from crash_truth import Truth, read  # noqa: E402
from faulty_server import FaultyServer  # noqa: E402
from sync_model import ModelPlatform  # noqa: E402

from jgclient import sync  # noqa: E402
from jgclient.contract import Capabilities  # noqa: E402
from jgclient.platform_api import HttpPlatform  # noqa: E402
from jgclient.store import Store, open_store  # noqa: E402

#: Rounds one folder lives; then everything is delivered undisturbed and a new one begins.
LIFE = 20
KINDS = ("kill", "kill", "kill", "full", "errors")
_SIZES = ("4m", "6m", "8m")


@dataclass
class Tally:
    """What the rounds have shown."""

    rounds: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.rounds += other.rounds
        self.acknowledged += other.acknowledged
        self.in_flight += other.in_flight
        self.kinds += other.kinds
        self.wrong += other.wrong


class Life:
    """One data folder from its making to its last, undisturbed report."""

    def __init__(self, place: Path, kind: str, seed: int) -> None:
        self.place, self.kind, self.draw, self.tally = place, kind, random.Random(seed), Tally()
        self.folder, self.acks = place / "disk" / "data", place / "acks"
        self.platform = ModelPlatform(lambda: NOW)
        self.platform.capabilities = Capabilities(
            NOW.isoformat(), 200, 1_000_000, {"check": [LIBRARY.get("check").version]}
        )

    def run(self, rounds: int) -> Tally:
        (self.place / "disk").mkdir(parents=True)
        mounted = self.kind == "full" and self._mount(self.draw.choice(_SIZES))
        if self.kind == "full" and not mounted:
            self.kind = "errors"
        server = FaultyServer(self.platform)
        try:
            with self._open() as store:
                for name, value in SETTINGS.items():
                    store.settings.set(name, value)
            self._rounds(rounds, server.url)
            self._deliver(server.url, mounted=mounted)
        finally:
            server.stop()
            if mounted:
                subprocess.run(["umount", self.place / "disk"], check=True)
        self.tally.kinds[self.kind] += rounds
        return self.tally

    def _rounds(self, rounds: int, url: str) -> None:
        workbooks = [str(path) for path in books(self.place, 4)]
        command = [sys.executable, str(Path(__file__).with_name("crash_worker.py"))]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path[:3])},
        ) as workers:  # fmt: skip
            assert workers.stdin is not None
            assert workers.stdout is not None
            for number in range(rounds):
                order = {
                    "folder": str(self.folder), "acks": str(self.acks), "url": url, "books": workbooks,
                    "kind": self.kind, "seed": self.draw.random(), "round": number + 1,
                    "after": self.draw.uniform(0.02, 0.6),
                }  # fmt: skip
                print(json.dumps(order), file=workers.stdin, flush=True)
                status = int(workers.stdout.readline())
                self._look(number, status)
            workers.stdin.close()

    def _look(self, number: int, status: int) -> None:
        acks = read(self.acks)
        if status not in (-signal.SIGKILL, 3):
            self.tally.wrong.append(f"{self.kind} {number}: the worker ended with {status}")
        if acks:
            self.tally.in_flight[acks[-1]["what"]] += 1
        if self.kind == "full" and _free(self.folder) < 1_500_000:
            self._make_room()
            acks = read(self.acks)  # without the backups that had to go
        with self._open() as store:
            wrong = Truth(store, acks, self.platform, BOOK_ROWS).check(every_page=number % 5 == 4)
        self.tally.rounds += 1
        self.tally.wrong += [f"{self.kind} {number}: {words}" for words in wrong]

    def _make_room(self) -> None:
        """A person clears the full disk: backups are the largest thing to go, then the disk is exchanged."""
        for backup in (self.folder / "backups").glob("*.db*"):
            backup.unlink()
        acks = [ack for ack in read(self.acks) if ack["what"] != "backed up"]
        self.acks.write_text("".join(json.dumps(ack) + "\n" for ack in acks), "utf-8")
        if _free(self.folder) < 1_500_000:
            used = shutil.disk_usage(self.folder).used
            subprocess.run(
                ["mount", "-o", f"remount,size={used + 3_000_000}", self.place / "disk"], check=True
            )

    def _deliver(self, url: str, *, mounted: bool) -> None:
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64m", self.place / "disk"], check=True)
        acks = read(self.acks)
        self.tally.acknowledged += Counter(ack["what"] for ack in acks if not ack["what"].endswith("ing"))
        with self._open() as store, HttpPlatform(url) as platform:
            sync.run(store, platform, device_id="device-1", unit_code=UNIT, now=lambda: NOW, library=LIBRARY)
            wrong = Truth(store, acks, self.platform, BOOK_ROWS).delivered()
        self.tally.wrong += [f"{self.kind} at the end: {words}" for words in wrong]

    def _open(self) -> Store:
        return open_store(self.folder, clock=lambda: NOW)

    def _mount(self, size: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", self.place / "disk"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def run(rounds: int, *, lanes: int = 1, seed: int | None = None) -> Tally:
    """So many rounds, each kind in its turn, on ``lanes`` folders at a time."""
    seed = random.randrange(10**9) if seed is None else seed
    total = Tally()
    lives = [min(LIFE, rounds - begun) for begun in range(0, rounds, LIFE)]
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(lanes) as pool:

        def live(number: int) -> Tally:
            kind = KINDS[number % len(KINDS)]
            return Life(Path(place) / str(number), kind, seed + number).run(lives[number])

        for tally in pool.map(live, range(len(lives))):
            total.add(tally)
            if sys.stderr.isatty():
                print(f"{total.rounds} rounds, {len(total.wrong)} wrong", file=sys.stderr)
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    begun = time.monotonic()
    found = run(options.rounds, lanes=options.lanes, seed=options.seed)
    print(f"{found.rounds} rounds in {time.monotonic() - begun:.0f} s: {dict(found.kinds)}")
    print(f"acknowledged: {dict(found.acknowledged)}")
    print(f"interrupted at: {dict(found.in_flight)}")
    print("\n".join(found.wrong[:40]) or "every promise was kept")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
