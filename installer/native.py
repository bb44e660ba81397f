"""The few binaries of our own, by mingw-w64: the launchers and the forwarder ``python3.dll``."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

from installer import pe, system
from installer.places import HERE, PYTHON_TAG, VERSION

NATIVE = HERE / "native"
#: No time of building and no symbols in the file: the same source gives the same bytes.
_LINK = ("-s", "-Wl,--no-insert-timestamp")
_ICON_SIZES = (16, 24, 32, 48, 64, 256)


def forwarder(python_dll: Path, work: Path, out: Path) -> None:
    """Make ``python3.dll``, which hands every function of the stable interface on to ``python311.dll``."""
    names = [name for name in pe.read(python_dll).exports if re.match(r"_?Py", name)]
    lines = ["LIBRARY python3", "EXPORTS", *(f"{name}={PYTHON_TAG}.{name}" for name in names)]
    definition = work / "python3.def"
    definition.write_text("\n".join(lines) + "\n", "ascii")
    # Its address in memory would else be made from the name of the folder it is built in.
    options = ("-shared", "-nostdlib", "-Wl,-e,0", "-Wl,--disable-auto-image-base")
    _run(system.COMPILER, *options, *_LINK, "-o", out, definition)


def launchers(work: Path, folder: Path) -> None:
    """Make ``jgclient.exe`` (no console) and ``jgclient-cli.exe``."""
    icon(work / "jgclient.ico")
    _launcher(work, folder / "jgclient.exe", "监管数据录入", "-DWINDOW", "-mwindows")
    _launcher(work, folder / "jgclient-cli.exe", "监管数据录入（命令行）")


def _launcher(work: Path, out: Path, description: str, *options: str) -> None:
    numbers = ",".join(([*re.findall(r"\d+", VERSION), "0", "0", "0"])[:4])
    resource = work / f"{out.stem}.o"
    _run(
        system.RESOURCES, "-c", "65001", "-I", work, "-I", NATIVE, f"-DNUMBERS={numbers}",
        f'-DTEXT_VERSION=\\"{VERSION}\\"', f'-DFILE_NAME=\\"{out.name}\\"',
        f'-DDESCRIPTION=\\"{description}\\"', NATIVE / "launcher.rc", resource,
    )  # fmt: skip
    _run(
        system.COMPILER, "-municode", "-Os", "-Wall", "-Wextra", "-Werror", f'-DPYTHON_TAG=L"{PYTHON_TAG}"',
        *options, *_LINK, "-o", out, NATIVE / "launcher.c", resource,
    )  # fmt: skip


def icon(out: Path) -> None:
    """Draw the program's icon in all sizes that Windows shows (ICO with PNG images)."""
    pictures = [_drawn(size) for size in _ICON_SIZES]
    offset = 6 + 16 * len(pictures)
    entries = b""
    for size, png in zip(_ICON_SIZES, pictures, strict=True):
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    out.write_bytes(struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures))


def _drawn(size: int) -> bytes:
    from PySide6.QtCore import QBuffer, QIODevice  # noqa: PLC0415 - only who draws needs Qt
    from PySide6.QtGui import QImage, QPainter  # noqa: PLC0415
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(HERE.parent / "resources" / "icons" / "jgclient.svg")).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # it takes a str, the stub knows bytes
    return bytes(buffer.data().data())


def _run(*command: object) -> None:
    subprocess.run([str(word) for word in command], check=True)
