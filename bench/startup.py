"""Time from process start to usable window, against a bare PySide6 window with 40 line edits."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7
UNIT = ["--unit", "郑州市XX局", "--unit-code", "11410100000000019W", "--region", "410100", "--user", "李某"]


def measure() -> tuple[float, float]:
    """Median seconds of ours and of the bare window; the two take turns, so both meet the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        data = new_profile(Path(folder) / "client")
        return _medians(_ours(data), [sys.executable, "-m", "bench.bare_window"])


def against(full: Path, empty: Path) -> tuple[float, float]:
    """Median seconds of the client on two data folders, taking turns."""
    return _medians(_ours(full), _ours(empty))


def new_profile(data: Path) -> Path:
    """Set up an empty data folder; returns it."""
    command = [sys.executable, "-m", "jgclient", "init", "--data", str(data), *UNIT]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return data


def _ours(data: Path) -> list[str]:
    return [sys.executable, "-m", "bench.our_window", str(data)]


def _medians(one: list[str], other: list[str]) -> tuple[float, float]:
    ones, others = [], []
    for _ in range(ROUNDS):
        others.append(_seconds_to_usable(other))
        ones.append(_seconds_to_usable(one))
    return statistics.median(ones), statistics.median(others)


def _seconds_to_usable(command: list[str]) -> float:
    # Installed programs are byte-compiled; the first round of each compiles, the median leaves it out.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.time()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout or ():
            if line.startswith("usable "):
                seconds = float(line.split()[1]) - start
                process.wait(30)
                return seconds
    raise SystemExit(f"{command} never showed a window")
