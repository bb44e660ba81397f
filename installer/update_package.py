"""Makes update packages (``.jgu``, layout in jgclient/updating.py) and keeps the publisher's key."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from installer.packing import build_time, files_below, sha256
from installer.places import DIST
from jgclient import updating
from jgclient.packages import Keys


def signer(secret: Path) -> Keys:
    """The publisher's keys from a file of 64 hexadecimal digits; made when the file is missing."""
    if not secret.exists():
        handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(Keys.generate().seed.hex() + "\n")
    return Keys(bytes.fromhex(secret.read_text("ascii")))


def make(program: Path, keys: Keys, base: Path | None = None, folder: Path = DIST) -> Path:
    """Make the package of a staged version folder; returns it.

    Args:
        program: The version folder, named ``app-<version>``.
        keys: The publisher's.
        base: An earlier version folder: files it has under the same name are left out.
        folder: Where to.
    """
    version = program.name.removeprefix("app-")
    listed = {file.relative_to(program).as_posix(): file for file in files_below(program)}
    entries = [{"path": path, "sha256": sha256(f), "size": f.stat().st_size} for path, f in listed.items()]
    manifest = {"product": "jgclient", "format": updating.FORMAT, "version": version, "files": entries}
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()
    bodies = {str(e["sha256"]): listed[str(e["path"])] for e in entries if not _has(base, e)}
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"jgclient-{version}.jgu"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, updating.MANIFEST, text)
        _add(archive, updating.SIGNATURE, keys.sign(updating.SIGNED_AS + text))
        for checksum, file in sorted(bodies.items()):
            _add(archive, updating.FILES + checksum, file.read_bytes())
    return out


def _has(base: Path | None, entry: Mapping[str, object]) -> bool:
    if base is None:
        return False
    file = base / str(entry["path"])
    return file.is_file() and file.stat().st_size == entry["size"] and sha256(file) == entry["sha256"]


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, datetime.fromtimestamp(build_time(), UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)
