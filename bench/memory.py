"""How much memory lists and searches of a store take: ``python -m bench.memory FOLDER`` prints megabytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench import lists
from bench.full_store import clock
from jgclient.store import open_store


def peak(folder: Path) -> float:
    """Largest resident size, in MB, of a process that shows every kind of list of a store once."""
    command = [sys.executable, "-m", "bench.memory", str(folder)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Show every list of the folder on the command line, then say how large the process became."""
    with open_store(Path(sys.argv[1]), clock=clock) as store:
        for case in lists.cases():
            for query in case.queries:
                store.records.list(query)
                store.records.count(query)
    status = Path("/proc/self/status").read_text("ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    print(int(line.split()[1]) / 1024)


if __name__ == "__main__":
    main()
