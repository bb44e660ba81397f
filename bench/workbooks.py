"""50 000 rows × 27 columns of 行政检查: reading, checking, keeping and writing, each beside its peer.

Every figure comes from a process of its own, in turns with its peer, so that both meet the same machine and
neither finds the other's memory. The peers are calamine's bare read, openpyxl's bare read (as it reads unless
told otherwise) and openpyxl writing.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from bench import ledger

ROUNDS = 3
#: Limit of the work order for the memory of an import, in MB.
MEMORY_LIMIT = 600.0
_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=8)))
_UNIT = {
    "unit_name": "郑州市XX局", "unit_code": "11410100000000019W", "unit_region": "410100",
    "user_name": "李某",
}  # fmt: skip
_FOLDERS = ExitStack()


def dry_run() -> tuple[float, float]:
    """Seconds of a dry run, and of calamine merely reading the same file."""
    return _in_turns("dry", "calamine")


def against_openpyxl() -> tuple[float, float]:
    """Seconds of a dry run, and of openpyxl merely reading the same file."""
    return _in_turns("dry", "openpyxl-read", rounds=1)


def commit() -> tuple[float, float]:
    """Seconds of an import, and of calamine merely reading the same file."""
    return _in_turns("commit", "calamine")


def memory() -> tuple[float, float]:
    """Peak MB of an import, and the limit."""
    return _run("commit")["megabytes"], MEMORY_LIMIT


def exported() -> tuple[float, float]:
    """Seconds to export the records, and for openpyxl to write the same cells in its write-only mode."""
    return _in_turns("export", "openpyxl-write")


@cache
def _ledger() -> Path:
    folder = Path(_FOLDERS.enter_context(tempfile.TemporaryDirectory()))
    return ledger.write(folder / "ledger.xlsx")


def _in_turns(ours: str, peer: str, *, rounds: int = ROUNDS) -> tuple[float, float]:
    times: dict[str, list[float]] = {ours: [], peer: []}
    for _ in range(rounds):
        for what, seconds in times.items():
            seconds.append(_run(what)["seconds"])
    return statistics.median(times[ours]), statistics.median(times[peer])


def _run(what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.workbooks", what, str(_ledger())]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


# -- what is measured, in a process of its own -----------------------------------------------------------


def _calamine(path: Path) -> float:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - each process loads only what it measures

    return _timed(lambda: CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def _openpyxl_read(path: Path) -> float:
    import openpyxl  # noqa: PLC0415

    def read() -> None:
        book = openpyxl.load_workbook(path)
        for _ in book.worksheets[0].iter_rows(values_only=True):
            pass

    return _timed(read)


def _openpyxl_write(path: Path) -> float:
    import openpyxl  # noqa: PLC0415
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    rows: list[list[object]] = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()

    def write() -> None:
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        for row in rows:
            page.append(row)
        book.save(path.with_name("openpyxl.xlsx"))

    return _timed(write)


def _import(path: Path, *, dry_run: bool, then_export: bool = False) -> float:
    import keyring  # noqa: PLC0415
    from keyring.backends import fail  # noqa: PLC0415

    from jgclient.exporting import export  # noqa: PLC0415
    from jgclient.forms.library import load_library, resources_folder  # noqa: PLC0415
    from jgclient.importing import import_workbook  # noqa: PLC0415
    from jgclient.store import open_store  # noqa: PLC0415

    keyring.set_keyring(fail.Keyring())
    library = load_library(resources_folder())
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder), clock=lambda: _NOW) as store:
        for name, value in _UNIT.items():
            store.settings.set(name, value)
        seconds = _timed(lambda: import_workbook(store, library, path, dry_run=dry_run, now=_NOW))
        if then_export:
            out = path.with_name("out.xlsx")
            seconds = _timed(lambda: export(store, library, "check", out, now=_NOW))
        return seconds


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _main(arguments: Sequence[str]) -> None:
    what, path = arguments[0], Path(arguments[1])
    work: dict[str, Callable[[], float]] = {
        "calamine": lambda: _calamine(path),
        "openpyxl-read": lambda: _openpyxl_read(path),
        "openpyxl-write": lambda: _openpyxl_write(path),
        "dry": lambda: _import(path, dry_run=True),
        "commit": lambda: _import(path, dry_run=False),
        "export": lambda: _import(path, dry_run=False, then_export=True),
    }
    seconds = work[what]()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    _main(sys.argv[1:])
