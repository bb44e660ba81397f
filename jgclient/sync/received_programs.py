"""Update packages that came from the platform, piece by piece; the signature is checked at use."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from jgclient import __version__
from jgclient.contract import ProgramPiece
from jgclient.installation import PACKAGE, UPDATES, newer
from jgclient.store.errors import file_fault
from jgclient.sync.received_files import UnusableFile


class ReceivedPrograms:
    """The update packages of one profile: ``updates/<version>.jgu`` in its data folder, once they are whole.

    Args:
        folder: The data folder.
        running: The version that runs; older packages are let pass.
    """

    def __init__(self, folder: Path, running: str = __version__) -> None:
        self._folder = folder / UPDATES
        self._running = running

    def put(self, piece: ProgramPiece) -> None:
        """Keep a piece; with the last one missing the package is put together.

        Raises:
            UnusableFile: the pieces do not make the package they should.
            StoreError: it cannot be written.
        """
        if not newer(piece.version, self._running):
            return
        pieces = self._folder / f"{piece.version}-{piece.sha256[:16]}"
        try:
            pieces.mkdir(parents=True, exist_ok=True)
            _write(pieces / str(piece.number), piece.data)
            files = [pieces / str(number) for number in range(1, piece.count + 1)]
            if all(file.exists() for file in files):
                self._join(files, piece)
                shutil.rmtree(pieces)
        except OSError as error:
            raise file_fault(error, pieces) from error

    def drop(self, entry_id: str) -> None:
        """The platform has withdrawn a package: what there is of it goes."""
        version = entry_id.partition("/")[0]
        for found in self._folder.glob("*"):
            if found.name == f"{version}{PACKAGE}":
                found.unlink(missing_ok=True)
            elif found.is_dir() and found.name.partition("-")[0] == version:
                shutil.rmtree(found, ignore_errors=True)

    def _join(self, files: list[Path], piece: ProgramPiece) -> None:
        whole, digest = self._folder / f"{piece.version}.part", hashlib.sha256()
        with whole.open("wb") as out:
            for file in files:
                data = file.read_bytes()
                digest.update(data)
                out.write(data)
        if digest.hexdigest() != piece.sha256:
            whole.unlink()
            raise UnusableFile(f"{piece.version} 版更新包的各部分拼起来与校验值不符")
        whole.replace(self._folder / f"{piece.version}{PACKAGE}")


def _write(file: Path, data: bytes) -> None:
    scratch = file.with_suffix(".new")
    scratch.write_bytes(data)
    scratch.replace(file)
