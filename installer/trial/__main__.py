"""``python -m installer.trial``: build, install under wine, use, upgrade, update, uninstall."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from installer import imports, packing, staging, system
from installer.__main__ import report_sizes
from installer.places import ROOT
from installer.trial import versions, wine
from installer.trial.checks import TrialError, expect
from installer.trial.story import Made, Story
from jgclient.packages import Keys

PICTURES = ROOT / ".run" / "windows-tour"


def main() -> int:
    """Make the trial; 0 when every step did what it must, else 1."""
    start = time.monotonic()
    system.require({**system.BUILDING, **system.TRYING})
    with tempfile.TemporaryDirectory(prefix="jgclient-windows-", ignore_cleanup_errors=True) as scratch:
        work = Path(scratch)
        work.chmod(0o755)
        try:
            made = build(work)
            with wine.fresh(work / "computer") as computer:
                Story(computer, made, work).tell(PICTURES)
        except TrialError as error:
            print(f"Not passed: {error}", file=sys.stderr)
            return 1
    too_large = report_sizes(made.stage, [made.setup, made.portable])
    print(f"Pictures: {PICTURES}\nwindows-test passed in {(time.monotonic() - start) / 60:.1f} minutes")
    return too_large


def build(work: Path) -> Made:
    """The staged program, its set-up, and the set-up of a version before.

    Raises:
        SystemExit: a staged binary asks for what neither the program nor Windows 10 1809 has.
    """
    keys = Keys.generate()
    program = staging.stage(embed=None, update_key=str(keys.public))
    if shortfalls := imports.shortfalls(program):
        raise SystemExit("\n".join(shortfalls))
    stage, old = program.parent, work / "earlier"
    old.mkdir()
    versions.renumbered(stage, versions.EARLIER, old)
    again = work / "again"
    setup, earlier, portable, _ = _together(
        lambda: packing.setup(stage),
        lambda: packing.setup(old, versions.EARLIER, work, quick=True),
        lambda: packing.portable(stage),
        lambda: staging.stage(
            embed=None, folder=again, update_key=str(keys.public), scratch=work / "scratch"
        ),
    )
    expect("two builds give the same files", holds=checksums(stage) == checksums(again))
    return Made(stage, setup, earlier, portable, keys)


def checksums(folder: Path) -> dict[str, str]:
    """Every file of a folder with its checksum."""
    return {p.relative_to(folder).as_posix(): packing.sha256(p) for p in packing.files_below(folder)}


def _together(*tasks: Callable[[], Path]) -> list[Path]:
    """Run tasks side by side; each mostly waits for a program of its own."""
    made: dict[int, Path] = {}

    def run(number: int, task: Callable[[], Path]) -> None:
        made[number] = task()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(made) < len(tasks):
        raise SystemExit("the set-up could not be made; see above")
    return [made[number] for number in range(len(tasks))]


if __name__ == "__main__":
    sys.exit(main())
