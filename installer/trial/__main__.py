"""``python -m installer.trial``: build, install under wine, use, upgrade, update, uninstall."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from installer import imports, packing, staging, system
from installer.__main__ import report_sizes
from installer.places import ROOT
from installer.trial import versions, wine
from installer.trial.checks import TrialError, expect, step
from installer.trial.story import Made, Story
from jgclient.packages import Keys

PICTURES = ROOT / ".run" / "windows-tour"


def main() -> int:
    """Make the trial; 0 when every step did what it must, else 1."""
    start = time.monotonic()
    system.require({**system.BUILDING, **system.TRYING})
    background = ThreadPoolExecutor(1)
    with tempfile.TemporaryDirectory(prefix="jgclient-windows-", ignore_cleanup_errors=True) as scratch:
        work = Path(scratch)
        work.chmod(0o755)
        try:
            made = build(work, background)
            with wine.fresh(work / "computer") as computer:
                Story(computer, made, work).tell(PICTURES)
        except TrialError as error:
            print(f"Not passed: {error}", file=sys.stderr)
            return 1
        finally:
            background.shutdown(cancel_futures=True)
    too_large = report_sizes(made.stage, [made.setup.result(), made.portable.result()])
    print(f"Pictures: {PICTURES}\nwindows-test passed in {(time.monotonic() - start) / 60:.1f} minutes")
    return too_large


def build(work: Path, background: ThreadPoolExecutor) -> Made:
    """The staged program and the set-up of a version before; the rest is made beside the story.

    Raises:
        TrialError: a staged binary asks for what neither the program nor Windows 10 1809 has.
    """
    keys = Keys.generate()
    with step("the program is staged"):
        program = staging.stage(embed=None, update_key=str(keys.public))
        shortfalls = imports.shortfalls(program)
        expect("the import tables find everything", holds=not shortfalls, found="\n".join(shortfalls))
    stage, old = program.parent, work / "earlier"

    def beside(name: str, make: Callable[[], Path]) -> Future[Path]:
        return background.submit(_timed, name, make)

    def staged_again() -> Path:
        again = staging.stage(
            embed=None, folder=work / "again", update_key=str(keys.public), scratch=work / "scratch"
        ).parent
        first, second = checksums(stage), checksums(again)
        differing = sorted(
            name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
        )
        expect("two builds give the same files", holds=not differing, found=differing)
        return again

    with step("the version before is packed"):
        old.mkdir()
        versions.renumbered(stage, versions.EARLIER, old)
        earlier = packing.setup(old, versions.EARLIER, work, quick=True)
    return Made(
        stage=stage,
        earlier=earlier,
        keys=keys,
        setup=beside("the set-up is packed", lambda: packing.setup(stage)),
        again=beside("it is staged again, all files alike", staged_again),
        portable=beside("the portable ZIP is packed", lambda: packing.portable(stage)),
    )


def _timed(name: str, make: Callable[[], Path]) -> Path:
    with step(f"(beside) {name}"):
        return make()


def checksums(folder: Path) -> dict[str, str]:
    """Every file of a folder with its checksum."""
    return {p.relative_to(folder).as_posix(): packing.sha256(p) for p in packing.files_below(folder)}


if __name__ == "__main__":
    sys.exit(main())
