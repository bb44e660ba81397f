"""Writes a file of bytes completely or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from jgclient.exchange.errors import cannot_write


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` that takes its place, on the disk, when the block ends without error.

    Raises:
        WorkbookError: the system refuses (no such folder, disk full, USB stick pulled out …).
    """
    temporary = path.with_name(f"~{path.stem[:40]}-{secrets.token_hex(4)}.part")
    try:
        with temporary.open("wb") as target:
            yield cast("BinaryIO", target)
            target.flush()
            os.fsync(target.fileno())
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
