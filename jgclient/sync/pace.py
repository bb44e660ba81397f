"""How many records go into the next batch and how long to wait after trouble."""

from __future__ import annotations

from collections.abc import Callable

#: Items of the first batch (sync contract).
FIRST_BATCH = 20
#: A batch answered within so many seconds lets the next one be twice as large.
FAST_SECONDS = 5.0
#: First and longest wait of the backoff in seconds. Who asks for more (``Retry-After``) ends the run.
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0


class Pace:
    """Batch size: grows on fast success, shrinks on trouble.

    Attributes:
        size: Items of the next batch.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = max(1, ceiling)
        self.size = min(FIRST_BATCH, self._ceiling)

    def answered(self, seconds: float) -> None:
        """A batch was answered in ``seconds``."""
        if seconds <= FAST_SECONDS:
            self.size = min(self.size * 2, self._ceiling)

    def halve(self, items: int) -> None:
        """A batch of ``items`` was too much."""
        self.size = max(1, items // 2)


def backoff(failures: int, retry_after: float, jitter: Callable[[], float]) -> float:
    """Seconds to wait after the ``failures``-th failure in a row (1, 2, …).

    Doubles each time, between half and the whole of it by chance (``jitter`` gives 0..1), so that a
    county's clients do not come back in step; never less than the server asked for.
    """
    whole = min(FIRST_WAIT * 2.0 ** (failures - 1), LONGEST_WAIT)
    return max(retry_after, whole * (1 + jitter()) / 2)
