"""The programs of the building machine: installed by apt on Debian as root, else named in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_PREFIX = "" if sys.platform == "win32" else "x86_64-w64-mingw32-"
COMPILER, RESOURCES = f"{_PREFIX}gcc", f"{_PREFIX}windres"
#: Program → Debian package.
BUILDING = {
    COMPILER: "gcc-mingw-w64-x86-64-win32",
    RESOURCES: "binutils-mingw-w64-x86-64",
    "makensis": "nsis",
}
TRYING = {"/usr/lib/wine/wine64": "wine64", "setpriv": "util-linux", "Xvfb": "xvfb"}


def require(programs: dict[str, str]) -> None:
    """See to it that the programs are there.

    Raises:
        SystemExit: some are missing and cannot be installed; the text is the line that installs them.
    """
    missing = sorted({package for program, package in programs.items() if not shutil.which(program)})
    if not missing:
        return
    if sys.platform == "win32":
        raise SystemExit(
            "Missing programs. Please install mingw-w64 and NSIS, e.g.: choco install -y mingw nsis"
        )
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SystemExit(f"Missing programs. Please run: sudo {line}")
    print(f"Installing system packages: {' '.join(missing)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run([*line.split(), "-qq"], check=True, env=quiet, stdout=subprocess.DEVNULL)
