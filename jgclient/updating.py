"""A newer program without internet: a signed package, checked and put beside the running version.

It is tried out on an empty folder at once, used from the next start, and given up again by the launcher when
it does not come up then (jgclient/installation.py). A package (``.jgu``) is a ZIP of ``manifest.json``, its
Ed25519 signature ``manifest.sig`` and, for each file that the version beneath lacks, ``files/<sha256>``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from jgclient import installation

MANIFEST, SIGNATURE, FILES = "manifest.json", "manifest.sig", "files/"
PUBLIC_KEY = "update.pub"
FORMAT = 1
#: Says what is signed, so that a signature made for something else never fits.
SIGNED_AS = b"jgclient update 1\n"
_LARGEST_MANIFEST = 8 * 1024 * 1024
_PIECE = 1024 * 1024
_SPARE_ROOM = 100 * 1024 * 1024
_TRY_SECONDS = 180
_SHA256 = re.compile(r"[0-9a-f]{64}")


class UpdateError(Exception):
    """An update package cannot be used; the text is a Chinese sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the new version: where it goes, what it holds."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package says of itself."""

    version: str
    files: tuple[FileEntry, ...]


def receive(package: Path, folder: Path, running: str, *, try_out: Callable[[str], str] | None = None) -> str:
    """Check a package and put its version beside the running one; it is used from the next start.

    Args:
        package: The ``.jgu`` file.
        folder: The program's folder.
        running: The version that runs now.
        try_out: Starts the new version on an empty folder; why it does not come up, else empty.

    Returns:
        The new version.

    Raises:
        UpdateError: not signed by the publisher, damaged, not newer, no room, does not come up. Nothing
            has changed then.
    """
    part = None
    try:
        with zipfile.ZipFile(package) as archive:
            manifest = _checked_manifest(archive, _publisher(folder, running), running)
            part = folder / f"app-{manifest.version}.part"
            _check_room(folder, manifest)
            _lay_out(archive, manifest, folder / f"app-{running}", _emptied(part))
        _take_in(part, manifest.version, try_out or (lambda version: tried_out(folder, version)))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise UpdateError(
            f"更新包已损坏（{error}）。请从原件重新拷贝；仍不行请向发布单位重新索取。"
        ) from error
    except OSError as error:
        reason = error.strerror or error
        raise UpdateError(
            f"更新没有装上：{reason}。请检查磁盘空间和文件夹权限，现有程序不受影响。"
        ) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
    return manifest.version


def _publisher(folder: Path, running: str) -> bytes:
    """The public key that came with the running version."""
    try:
        return (folder / f"app-{running}" / PUBLIC_KEY).read_bytes()
    except FileNotFoundError:
        raise UpdateError("这个版本没有登记发布单位的公钥，不能用更新包。请改用新版安装程序升级。") from None


def _checked_manifest(archive: zipfile.ZipFile, key: bytes, running: str) -> Manifest:
    from jgclient.packages import PackageError, PublicKey  # noqa: PLC0415 - seldom needed, never at the start

    text, signature = _read_small(archive, MANIFEST), _read_small(archive, SIGNATURE)
    try:
        signed = PublicKey.from_text(key.decode("ascii", "replace")).verifies(signature, SIGNED_AS + text)
    except PackageError as error:
        raise UpdateError(f"登记的发布单位公钥不能用：{error}请改用新版安装程序升级。") from error
    if not signed:
        raise UpdateError("更新包不是由发布单位签发的，或被改动过，没有使用。请向发布单位重新索取。")
    manifest = _read_manifest(text)
    if not installation.newer(manifest.version, running):
        raise UpdateError(f"更新包是 {manifest.version} 版，现在用的是 {running} 版，不用更新。")
    return manifest


def _read_small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST_MANIFEST:
        raise UpdateError("更新包已损坏（目录过大）。请向发布单位重新索取。")
    return archive.read(name)


def _read_manifest(text: bytes) -> Manifest:
    """A manifest whose signature was right; still nothing in it may lead out of its folder."""
    data = json.loads(text)
    if data.get("product") != "jgclient" or data.get("format") != FORMAT:
        raise UpdateError("更新包的格式这个版本不认识。请改用新版安装程序升级。")
    files = tuple(FileEntry(str(f["path"]), str(f["sha256"]), int(f["size"])) for f in data["files"])
    version = str(data["version"])
    if not installation.VERSION.fullmatch(version) or not all(map(_is_sound, files)):
        raise UpdateError("更新包的目录有误。请向发布单位重新索取。")
    return Manifest(version, files)


def _is_sound(entry: FileEntry) -> bool:
    path = PurePosixPath(entry.path)
    return (
        not path.is_absolute()
        and ".." not in path.parts
        and not set(entry.path) & set('\\:*?"<>|')
        and entry.size >= 0
        and _SHA256.fullmatch(entry.sha256) is not None
    )


def _check_room(folder: Path, manifest: Manifest) -> None:
    needed = sum(entry.size for entry in manifest.files) + _SPARE_ROOM
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise UpdateError(
            f"磁盘空间不够：更新需要 {needed // 2**20} MB，只剩 {free // 2**20} MB。请清理磁盘后再试。"
        )


def _lay_out(archive: zipfile.ZipFile, manifest: Manifest, base: Path, part: Path) -> None:
    """Write all files of the new version: from the package, or from the running version where it has them."""
    packed = set(archive.namelist())
    for entry in manifest.files:
        target = part / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if FILES + entry.sha256 in packed:
            with archive.open(FILES + entry.sha256) as source:
                _copy_checked(source, target, entry)
        else:
            with _open_base(base / entry.path, entry) as source:
                _copy_checked(source, target, entry)


def _open_base(file: Path, entry: FileEntry) -> IO[bytes]:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise UpdateError(
            f"更新包以另一个版本为基础，缺少 {entry.path}。请索取完整的更新包，或改用新版安装程序升级。"
        ) from None


def _copy_checked(source: IO[bytes], target: Path, entry: FileEntry) -> None:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as out:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > entry.size:
                break
            digest.update(piece)
            out.write(piece)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise UpdateError(f"更新包与签名不符：{entry.path}。请向发布单位重新索取，或改用新版安装程序升级。")


def _take_in(part: Path, version: str, try_out: Callable[[str], str]) -> None:
    """Give the laid-out folder its name; the launcher is told only when the version came up on trial."""
    folder = part.parent
    place = folder / f"app-{version}"
    shutil.rmtree(place, ignore_errors=True)
    part.rename(place)
    reason = try_out(version)
    if reason:
        shutil.rmtree(place, ignore_errors=True)
        raise UpdateError(f"新版本 {version} 在这台电脑上试运行没有成功，继续使用现在的版本。原因：{reason}")
    installation.use_next(folder, version)


def tried_out(folder: Path, version: str) -> str:
    """Start a version without a screen on an empty folder; why it did not come up, else an empty text."""
    with tempfile.TemporaryDirectory(prefix="jgclient-", ignore_cleanup_errors=True) as scratch:
        said = (
            Path(scratch) / "said.txt"
        )  # a file, since a pipe may be held open by what outlives the program
        try:
            code = _run_on_trial(folder, version, Path(scratch) / "data", said)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        lines = said.read_text("utf-8", "replace").strip().splitlines()
    return "" if code == 0 else "".join(lines[-1:]) or f"退出码 {code}"


def _run_on_trial(folder: Path, version: str, data: Path, said: Path) -> int:
    environment = {**os.environ, "JGCLIENT_TRY": version, "QT_QPA_PLATFORM": "offscreen"}
    command = [str(folder / "jgclient-cli.exe"), "gui", "--try", "--data", str(data)]
    with said.open("wb") as out:
        return subprocess.run(  # noqa: S603 - our own launcher
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=out,
            timeout=_TRY_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).returncode


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
