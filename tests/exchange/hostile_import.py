"""Looks at one workbook as the import page does, in a process of its own; says what came of it and took."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import keyring
from keyring.backends import fail

from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.kept_reading import KeptReading
from jgclient.forms.library import load_library, resources_folder
from jgclient.store import Store, open_store
from jgclient.ui.background import Job, Progress
from jgclient.ui.import_work import Decided, look

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def _nothing(_store: Store, _progress: Progress) -> None:
    """The task of a job that only carries progress."""


def main(path: Path) -> dict[str, object]:
    keyring.set_keyring(fail.Keyring())
    library = load_library(resources_folder())
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "d", clock=lambda: NOW) as store:
        try:
            seen = look(store, library, Decided(path), Progress(Job(_nothing)), now=NOW, read=KeptReading())
        except WorkbookError as error:
            return {"refused": str(error)}
        report = seen.shown.report if seen.shown else None
        assert report is not None, seen
        return {
            "rows": [[row.row, row.outcome, row.reason] for row in report.rows],
            "problems": [
                [r.row, p.field, p.code, p.value, p.message] for r in report.rows for p in r.problems
            ],
        }


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    answer = main(Path(sys.argv[1]))
    # getrusage would also count what the process that began this one had taken.
    status = Path("/proc/self/status").read_text("ascii")
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    answer["megabytes"] = int(peak.split()[1]) / 1024
    sys.stdout.write(json.dumps(answer))
