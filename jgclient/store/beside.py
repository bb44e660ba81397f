"""A second store in a thread of its own, for what is written while something else is computed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jgclient.store.opening import Store

if TYPE_CHECKING:
    from concurrent.futures import Future

#: Between two tasks: who waits for the file tries again every 0.1 s at the longest, and so comes in.
_GAP_SECONDS = 0.12
#: How soon a thread that wants the interpreter gets it meanwhile; after every statement it would wait for
#: Python's usual 5 ms.
_TURN_SECONDS = 0.000_5


class Beside:
    """Runs tasks one after another in its thread, which begins with the first of them.

    Args:
        store: The store whose file the tasks write.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own: Store | None = None
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a client that starts needs none

        self._line = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._closed = False
        self._turn_before: float | None = None

    def run(self, task: Callable[[Store], None]) -> Future[None]:
        """Begin a task; its outcome, or the :class:`StoreError` that it ended with, comes later."""
        if self._turn_before is None:
            self._turn_before = sys.getswitchinterval()
            sys.setswitchinterval(_TURN_SECONDS)
        return self._line.submit(self._run, task)

    def close(self) -> None:
        """Close the second store when all tasks are done; again does no harm."""
        if not self._closed:
            self._closed = True
            self._line.submit(self._close).result()
            self._line.shutdown()
            if self._turn_before is not None:
                sys.setswitchinterval(self._turn_before)

    def _run(self, task: Callable[[Store], None]) -> None:
        if self._own is None:
            self._own = self._store.twin()
        else:
            time.sleep(_GAP_SECONDS)
        task(self._own)

    def _close(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None
