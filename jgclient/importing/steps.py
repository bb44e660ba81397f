"""Progress and cancellation of one import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class CancelledError(Exception):
    """The user stopped the import; what was kept so far must be taken out again."""


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

    def step(self, rows: int) -> None:
        """Some rows more.

        Raises:
            CancelledError: the user wants to stop.
        """
        if self.is_cancelled():
            raise CancelledError
        self.done += rows
        self.on_progress(self.done, self.total)
