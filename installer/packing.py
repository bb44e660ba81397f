"""From the staged folder to what is handed out: set-up, portable ZIP, list of checksums, table of sizes."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from installer.places import BUILD, DIST, HERE, ROOT, VERSION

#: Beside the data of a portable copy; jgclient looks for it (jgclient/updating.py, store/credentials.py).
PORTABLE_NOTE = HERE / "portable.txt"


def build_time() -> int:
    """Seconds since 1970 that all is dated with: ``SOURCE_DATE_EPOCH``, else the time of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(asked.stdout)


def files_below(folder: Path) -> list[Path]:
    """All files in an order independent of the file system; alike ones together, which packs better."""
    return sorted(
        (p for p in folder.rglob("*") if p.is_file()),
        key=lambda p: (p.suffix, p.relative_to(folder).as_posix()),
    )


def setup(stage: Path, version: str = VERSION, folder: Path = DIST, *, quick: bool = False) -> Path:
    """Make the set-up of a staged folder; returns it.

    Args:
        stage: The staged folder.
        version: Its version.
        folder: Where to.
        quick: Pack for speed, not size; for the trial.
    """
    folder.mkdir(exist_ok=True)
    out = folder / f"jgclient-{version}-setup.exe"
    listed = BUILD / "work" / f"files-{version}.nsh"
    listed.write_text("\n".join(_file_lines(stage)) + "\n", "utf-8-sig")
    numbers = ".".join(([*re.findall(r"\d+", version), "0", "0", "0"])[:4])
    size = sum(p.stat().st_size for p in files_below(stage)) // 1024
    given = {
        "VERSION": version, "NUMBERS": numbers, "FILES": listed, "SIZE_KB": size,
        "ICON": BUILD / "work" / "jgclient.ico", "OUT": out,
    }  # fmt: skip
    marks = {"-DQUICK": quick, "-DAMD64": sys.platform != "win32"}
    definitions = [f"-D{name}={value}" for name, value in given.items()]
    definitions += [mark for mark, holds in marks.items() if holds]
    subprocess.run(
        ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *definitions, str(HERE / "setup.nsi")], check=True
    )
    return out


def _file_lines(stage: Path) -> Iterator[str]:
    folder = None
    for file in files_below(stage):
        relative = file.relative_to(stage)
        if relative.parent != folder:
            folder = relative.parent
            inside = str(folder).replace("/", "\\")
            yield 'SetOutPath "$INSTDIR"' if inside == "." else f'SetOutPath "$INSTDIR\\{inside}"'
        yield f'File "{file}"'


def portable(stage: Path) -> Path:
    """Make the ZIP for a USB stick: the staged folder and a data folder beside it."""
    DIST.mkdir(exist_ok=True)
    out = DIST / f"jgclient-{VERSION}-portable.zip"
    top = f"jgclient-{VERSION}"
    when = datetime.fromtimestamp(build_time(), UTC).timetuple()[:6]
    entries = [(f"{top}/{p.relative_to(stage).as_posix()}", p) for p in files_below(stage)]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in [*entries, (f"{top}/data/portable.txt", PORTABLE_NOTE)]:
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes())
    return out


def checksums(made: list[Path]) -> Path:
    """Write ``SHA256SUMS.txt`` over what was made, as ``sha256sum -c`` reads it."""
    out = DIST / "SHA256SUMS.txt"
    out.write_text("".join(f"{sha256(file)}  {file.name}\n" for file in made), "utf-8")
    return out


def sha256(file: Path) -> str:
    """The checksum of a file in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def size_table(stage: Path) -> list[tuple[str, int]]:
    """Bytes installed, by part, largest first; the last line is the sum."""
    sizes: dict[str, int] = {}
    for file in files_below(stage):
        part = "/".join(file.relative_to(stage).parts[1:3]) if file.parent != stage else "launchers"
        if not part.startswith("lib/"):
            part = part.split("/")[0]
        sizes[part] = sizes.get(part, 0) + file.stat().st_size
    ranked = sorted(sizes.items(), key=lambda pair: -pair[1])
    small = sum(size for _, size in ranked[12:])
    return [*ranked[:12], ("others", small), ("sum", sum(sizes.values()))]
