"""How long the installed program takes to a usable window, against a bare PySide6 window there."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from pathlib import Path

from installer.trial import own
from installer.trial.wine import Wine, wait_for

_RUNS = 4
_MOST = 2.0
_BARE = """
import sys
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QLabel("监管数据录入"))
window.show()

def note():
    global shown
    shown = time.time()
    app.quit()

QTimer.singleShot(0, note)
app.exec()
print(shown)
"""


def ratio(wine: Wine, installed: Path, version: str) -> tuple[float, float, float]:
    """Median seconds of the program, of the bare window, and the program's over the bare window's.

    Both start from the same folder through the same launcher and note the time when their event loop turns
    with the window shown; they take turns, after one run each that warms the disk.
    """
    bare = own.program(installed, version, "bare", _BARE, window=True)
    pairs = [(_program(wine, installed), _alone(wine, bare)) for _ in range(_RUNS + 1)]
    program, alone = (statistics.median(times[1:]) for times in zip(*pairs, strict=True))
    return program, alone, program / alone


def _program(wine: Wine, installed: Path) -> float:
    log = wine.local / "jgclient" / "log" / "jgclient.log"
    before, start = _times_up(log), datetime.now().astimezone()
    with wine.running(installed / "jgclient.exe"):
        wait_for("the window", lambda: len(_times_up(log)) > len(before))
        return (_times_up(log)[-1] - start).total_seconds()


def _times_up(log: Path) -> list[datetime]:
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [_stamp(line) for line in lines if line.endswith("window up")]


def _stamp(line: str) -> datetime:
    return datetime.fromisoformat(line[:23].replace(",", ".")).astimezone()


def _alone(wine: Wine, bare: Path) -> float:
    start = time.time()
    return float(wine.run(bare).stdout) - start


def tell(wine: Wine, installed: Path, version: str) -> None:
    """Print the figures; once more when they are over the limit, for something else may have been at work.

    A figure, not a verdict: what a machine is doing beside it must not turn a sound program away.
    """
    for _ in range(2):
        program, alone, times = ratio(wine, installed, version)
        over = f", over the limit of {_MOST}" if times > _MOST else ""
        print(
            f"Start to window: {program:.2f} s, bare PySide6 window {alone:.2f} s, ratio {times:.2f}{over}",
            flush=True,
        )
        if not over:
            return
