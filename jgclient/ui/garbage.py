"""Python's cyclic garbage, collected in the GUI thread and nowhere else."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 1_000


class GarbageKeeper(QObject):
    """Takes over from Python's automatic collection while the window is up.

    Python collects in whatever thread happens to pass a threshold. A closed page that waits in a cycle would
    be destroyed by the worker thread then, and Qt forbids that: its timers cannot be stopped there, and now
    and then the program dies of it.

    Args:
        is_busy: Whether long work is under way. Its objects may be millions, which takes long to look
            through, and are freed without; so what the window leaves behind waits for its end.
    """

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        super().__init__()
        self._is_busy = is_busy
        self._automatic = gc.isenabled()
        gc.disable()
        self._settled = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)

    @Slot()
    def look(self) -> None:
        """Collect what Python would have collected by now."""
        if self._is_busy():
            return
        if not self._settled:  # modules, forms and pages stay; looking through them costs 30 ms and more
            self._settled = True
            gc.collect(1)
            gc.freeze()
            return
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [age for age in range(3) if counts[age] > limits[age] > 0]
        if due:
            gc.collect(max(due))

    def close(self) -> None:
        """Collect what the window has left behind, then give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()
        if self._automatic:
            gc.enable()
