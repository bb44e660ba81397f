"""Writes a file completely or not at all."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jgclient.exchange.errors import WorkbookError, cannot_write


@contextmanager
def saved_whole(path: Path, suffix: str = ".xlsx") -> Iterator[Path]:
    """Gives a temporary file beside ``path`` that takes its place when the block ends without error.

    Raises:
        WorkbookError: the name does not end in ``suffix``, or the system refuses (file open, disk full …).
    """
    if path.suffix.lower() != suffix:
        raise WorkbookError(f"“{path.name}”应以 {suffix} 结尾，请改一下文件名。")
    temporary = path.with_name(f"~{path.stem[:40]}-{secrets.token_hex(4)}{suffix}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        temporary.touch()  # a folder that refuses us does so now, not after minutes of work
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)
