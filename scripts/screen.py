"""Run a command on a virtual screen of its own: ``python scripts/screen.py COMMAND…``.

``Xvfb -displayfd`` picks a free display by itself, so runs side by side never meet.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

SIZE = "1366x768x24"


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Start a screen, run the command on it, stop the screen; returns the command's exit code."""
    screen = ["Xvfb", "-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp"]
    with subprocess.Popen(screen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            number = server.stdout.readline().strip() if server.stdout else ""
            if not number:
                raise SystemExit("Xvfb did not start. Please run: sudo apt-get install -y xvfb")
            display = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
            return subprocess.run(command, env={**environment, **display}, check=False).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
