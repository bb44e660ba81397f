"""Progress and cancellation of one import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_ROWS_PER_TICK = 20


class CancelledError(Exception):
    """The user stopped the import; on its way out it undoes the transaction."""


@dataclass
class Steps:
    """Counts the rows done of one import.

    Attributes:
        total: Rows to do: all of them once to check, and once more to keep.
        on_progress: Told now and then how many of how many are done.
        is_cancelled: Whether the user wants to stop.
    """

    total: int
    on_progress: Progress
    is_cancelled: Cancelled
    done: int = 0

    def step(self) -> None:
        """One row more.

        Raises:
            CancelledError: the user wants to stop.
        """
        if self.is_cancelled():
            raise CancelledError
        if self.done % _ROWS_PER_TICK == 0:
            self.on_progress(self.done, self.total)
        self.done += 1
