"""Run every benchmark and print one table: what, ours, peer, ratio, limit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench import checking, frames, limits, smaller, startup, syncing, workbooks


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes:
        ours: Median of ours, in ``unit``.
        peer: Median of what it is compared with, in the same unit and the same run.
        limit: Largest ratio allowed.
    """

    what: str
    unit: str
    ours: float
    peer: float
    limit: float

    @property
    def ratio(self) -> float:
        """Ours against the peer."""
        return self.ours / self.peer


#: No limit: the figure is told beside the one before it.
TOLD = float("inf")
BENCHMARKS: list[Callable[[], Measure]] = [
    lambda: Measure("start to usable window / bare window", "s", *startup.measure(), limit=2.0),
    lambda: Measure("save a record / SQLite alone, same rows, p95", "ms", *smaller.saving(), limit=2.5),
    lambda: Measure("the same / its content as one text", "ms", *smaller.saving_of_content(), limit=TOLD),
    lambda: Measure("slowest kind of list of 20 000, p95 / limit", "ms", *smaller.slowest_list(), limit=1.0),
    lambda: Measure("full 处罚 record, all rules / limit", "ms", *checking.record(), limit=1.0),
    lambda: Measure("full 处罚 record from JSON / limit", "ms", *checking.content(), limit=1.0),
    lambda: Measure("key to shown verdict, p99 / limit", "ms", *checking.keystroke(), limit=1.0),
    lambda: Measure("workbench, 100 000 with limits, p95 / limit", "ms", *limits.board(), limit=1.0),
    lambda: Measure("count 100 000 again, new calendar / limit", "s", *limits.recount(), limit=1.0),
    lambda: Measure("memory grown by 100 000 records / limit", "MB", *checking.memory(), limit=1.0),
    lambda: Measure("memory grown by 200 records typed / limit", "MB", *frames.memory(), limit=1.0),
    lambda: Measure("dry run of 50 000 rows / calamine's bare read", "s", *workbooks.dry_run(), limit=4.0),
    lambda: Measure("the same / openpyxl's bare read", "s", *workbooks.against_openpyxl(), limit=0.2),
    lambda: Measure("import of 50 000 rows / calamine's bare read", "s", *workbooks.commit(), limit=6.0),
    lambda: Measure("memory of that import / limit", "MB", *workbooks.memory(), limit=1.0),
    lambda: Measure("export of 50 000 / openpyxl write-only", "s", *workbooks.exported(), limit=0.25),
    lambda: Measure("longest frame, 50 000 rows import / limit", "ms", *frames.importing(), limit=1.0),
    lambda: Measure("longest frame, 10 000 records sent / limit", "ms", *frames.sending(), limit=1.0),
    lambda: Measure("longest frame, 100 000 waiting / limit", "ms", *frames.waiting(), limit=1.0),
    lambda: Measure("10 000 checks sent / verdicts and commits", "s", *syncing.rate(), limit=syncing.LIMIT),
    lambda: Measure("bytes on the wire / records' JSON", "MB", *syncing.wire(), limit=1.0),
    lambda: Measure("requests with nothing to do / limit", "", *syncing.nothing_to_do(), limit=1.0),
]


def main() -> int:
    """Print the table; 1 when a ratio is over its limit."""
    print(f"{'what':44} {'ours':>10} {'peer':>10} {'ratio':>7} {'limit':>7}")
    over = False
    for benchmark in BENCHMARKS:
        m = benchmark()
        over = over or m.ratio > m.limit
        figures = f"{m.ours:8.3f} {m.unit} {m.peer:8.3f} {m.unit} {m.ratio:7.2f} {m.limit:7.2f}"
        print(f"{m.what:44} {figures}", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
