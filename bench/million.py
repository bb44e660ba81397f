"""The promises about very many records: ``make bench-million`` (``COUNT`` records, a million if not said).

The store is made once, which takes a quarter of an hour, and kept in ``.run``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import lists, memory, saving, startup
from bench.full_store import clock, fill
from jgclient.store import open_store

#: Start with all records / start of an empty store; memory grown, in MB; save of a record / bare commit.
START, GROWN, SAVE = 1.3, 100.0, 2.5


def main() -> int:
    """Print the figures; 1 when one is over its limit."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(".run") / f"store-{count}"
    fill(folder, count)
    size = (folder / "jgclient.db").stat().st_size
    print(f"{count:,} records, {size / count / 1024:.2f} KB each on the disk", flush=True)
    over = _lists(folder)
    with tempfile.TemporaryDirectory() as place:
        empty = startup.new_profile(Path(place) / "empty")
        over |= _line("memory of all lists, grown", memory.peak(folder) - memory.peak(empty), 0, GROWN, "MB")
        full, bare = startup.against(folder, empty)
        over |= _line("start to usable window / empty store", full / bare, bare, START, "×")
        with open_store(folder, clock=clock) as store:
            saved = saving.measure(store, Path(place))
        ratio = saved.ours / saved.same_rows
        over |= _line("finished record saved / SQLite alone, same rows", ratio, saved.same_rows, SAVE, "×")
    return int(over)


def _lists(folder: Path) -> bool:
    over = False
    with open_store(folder, clock=clock) as store:
        for timing in lists.measure(store):
            over |= _line(f"{timing.what}, p95", timing.ours, timing.bare, timing.limit, "ms")
    return over


def _line(what: str, ours: float, peer: float, limit: float, unit: str) -> bool:
    over = ours > limit
    print(f"{what:44} {ours:9.2f} {unit:2} {peer:9.2f} {limit:8.1f} {'OVER' if over else ''}", flush=True)
    return over


if __name__ == "__main__":
    sys.exit(main())
