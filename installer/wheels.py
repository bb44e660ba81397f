"""The locked wheels for Windows: which, fetched with their hashes, unpacked."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import Marker, default_environment

from installer.places import ROOT

CLIENT_LOCK = ROOT / "requirements" / "client.lock"
RUNTIME_LOCK = ROOT / "requirements" / "windows-runtime.lock"
#: In the lock, but not in the program: sqlite-utils names pip for its own command line only.
LEFT_OUT = frozenset({"pip"})
_WINDOWS = {
    "sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64",
    "python_version": "3.11", "python_full_version": "3.11.9", "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}  # fmt: skip
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: *; *(?P<marker>[^\\]+))?")


def requirements(lock: Path) -> Iterator[str]:
    """The entries of a lock that hold on Windows x64, markers taken off, hashes kept."""
    environment = {**{k: str(v) for k, v in default_environment().items()}, **_WINDOWS}
    for entry in re.split(r"\n(?=\S)", lock.read_text("utf-8").replace("\\\n", " ")):
        found = _ENTRY.match(entry)
        if found is None or found["name"] in LEFT_OUT:
            continue
        if found["marker"] and not Marker(found["marker"].split(" --hash")[0].strip()).evaluate(environment):
            continue
        hashes = " ".join(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry))
        yield f"{found['name']}=={found['version']} {hashes}"


def fetch(lock: Path, folder: Path) -> list[Path]:
    """Download a lock's wheels for Windows x64 into a folder, checked against their hashes.

    What is there already is checked and kept, so that a second build needs no network.

    Returns:
        The wheels, sorted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if lines := missing(lock, folder):
        _download(lines, folder)
    hashes = {h for line in requirements(lock) for h in re.findall(r"sha256:([0-9a-f]{64})", line)}
    return [wheel for wheel in sorted(folder.glob("*.whl")) if _sha256(wheel) in hashes]


def missing(lock: Path, folder: Path) -> list[str]:
    """The entries of a lock whose wheel is not in the folder yet, or not with the right content."""
    return [line for line in requirements(lock) if not any(_sha256(w) in line for w in _named(folder, line))]


def _download(lines: list[str], folder: Path) -> None:
    listed = folder / "wanted.txt"
    listed.write_text("\n".join(lines) + "\n", "utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
        "--only-binary=:all:", "--platform", "win_amd64", "--python-version", "3.11",
        "--implementation", "cp",
        "--require-hashes", "-d", str(folder), "-r", str(listed),
    ]  # fmt: skip
    subprocess.run(command, check=True)


def _named(folder: Path, line: str) -> Iterator[Path]:
    name, _, version = line.split(" ", maxsplit=1)[0].partition("==")
    start = re.sub(r"[-_.]+", "_", name).lower()
    for wheel in folder.glob("*.whl"):
        if re.sub(r"[-_.]+", "_", wheel.name.split("-")[0]).lower() == start and version in wheel.name:
            yield wheel


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack a wheel as an installer would: what belongs into site-packages directly into ``folder``."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            top, _, rest = info.filename.partition("/")
            if top.endswith(".data"):
                kind, _, rest = rest.partition("/")
                if kind not in ("purelib", "platlib"):
                    continue
                info.filename = rest
            archive.extract(info, folder)
