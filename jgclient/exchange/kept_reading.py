"""A workbook is read once, though several jobs in a row look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jgclient.exchange.errors import WorkbookError
from jgclient.exchange.reader import Sheet, read_workbook

#: Gives the sheets of a workbook, or says in a :class:`WorkbookError` why it cannot.
Read = Callable[[Path], list[Sheet]]
#: Cells; what has more is read anew each time (50 000 rows of 27 columns are 1.35 million, about 150 MB).
MOST_CELLS = 1_500_000


class KeptReading:
    """Reads workbooks and keeps the last one until another one is read, the file changes, or it is dropped.

    Call it like :func:`~jgclient.exchange.reader.read_workbook`. A refusal is kept as well. One thread calls
    it; only :meth:`drop` may come from another one.
    """

    def __init__(self) -> None:
        self._kept: tuple[object, list[Sheet] | WorkbookError] | None = None

    def __call__(self, path: Path) -> list[Sheet]:
        """All sheets that hold anything.

        Raises:
            WorkbookError: as :func:`~jgclient.exchange.reader.read_workbook`.
        """
        state, kept = _state(path), self._kept
        if state is not None and kept is not None and kept[0] == state:
            found = kept[1]
        else:
            kept = self._kept = None  # two large workbooks at a time would be too many
            found = _read(path)
            if isinstance(found, WorkbookError) or _cells(found) <= MOST_CELLS:
                self._kept = (state, found)
        if isinstance(found, WorkbookError):
            raise WorkbookError(str(found))
        return found

    def drop(self) -> None:
        """Forget what was read."""
        self._kept = None


def _state(path: Path) -> object:
    """What differs once the file was saved anew."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (path, status.st_size, status.st_mtime_ns)


def _read(path: Path) -> list[Sheet] | WorkbookError:
    try:
        return read_workbook(path)
    except WorkbookError as error:
        return error


def _cells(sheets: list[Sheet]) -> int:
    return sum(len(sheet.rows) * max(map(len, sheet.rows), default=0) for sheet in sheets)
