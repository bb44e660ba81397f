"""``python -m installer``: stage the program, check it, pack it into ``dist/``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from installer import imports, packing, staging, system, update_package
from installer.places import BUILD, DIST, VERSION

_SETUP_MOST, _INSTALLED_MOST = 45_000_000, 140_000_000


def main() -> int:
    """Build; 0 when everything is there and within its limits, else 1."""
    options = _options()
    system.require(system.BUILDING)
    signer = update_package.signer(options.update_key) if options.update_key else None
    program = staging.stage(embed=options.python_embed, update_key=str(signer.public) if signer else "")
    shortfalls = imports.shortfalls(program)
    print("\n".join(shortfalls) or "Import tables: every DLL and function is there.", flush=True)
    if shortfalls:
        return 1
    if options.stage_only:
        return report_sizes(program.parent, [])
    made = [packing.setup(program.parent), packing.portable(program.parent)]
    if signer:
        made.append(update_package.make(program, signer, options.base))
    made.append(shutil.copyfile(program / "bom.json", DIST / f"jgclient-{VERSION}-bom.json"))
    made.append(packing.checksums(made))
    return report_sizes(program.parent, made)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m installer", description=__doc__)
    parser.add_argument(
        "--python-embed", type=Path, help="embeddable ZIP of python.org (CPython 3.11, amd64)"
    )
    parser.add_argument(
        "--update-key", type=Path, help="secret key that signs update packages; made if missing"
    )
    parser.add_argument(
        "--base", type=Path, help="staged version folder that the update package may build upon"
    )
    parser.add_argument("--stage-only", action="store_true", help=f"stop after {BUILD.name}/stage")
    return parser.parse_args()


def report_sizes(stage: Path, made: list[Path]) -> int:
    """Print what takes how much room; 1 when it is too much, else 0."""
    table = packing.size_table(stage)
    print("\nInstalled, MB:")
    for part, size in table:
        print(f"{size / 1e6:8.1f}  {part}")
    for file in made:
        print(f"{file.stat().st_size / 1e6:8.1f}  {file.name}")
    too_large = table[-1][1] > _INSTALLED_MOST or any(
        file.suffix == ".exe" and file.stat().st_size > _SETUP_MOST for file in made
    )
    if too_large:
        print("Too large: at most 45 MB set-up, 140 MB installed.", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
