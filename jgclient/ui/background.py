"""Long work off the GUI thread: one worker thread with its own store, jobs one after another."""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Signal, Slot

from jgclient.store import Store, StoreError

log = logging.getLogger(__name__)
T = TypeVar("T")
#: Seconds between two progress messages; more often than the eye can follow only slows the window.
_BEAT = 0.05
#: Seconds until the worker lets the window have the interpreter. The window asks for it dozens of times to
#: paint one frame; Python's usual 5 ms each would add up to a frame that is seen to stick.
_TURN = 0.0005


class Progress:
    """What a running task is given: a place to report to and a question to ask."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last = 0.0

    def report(self, done: int, total: int, detail: object = None) -> None:
        """Tell how far the task is, with more about it if there is more; called as often as convenient."""
        now = time.monotonic()
        if done >= total or now - self._last >= _BEAT:
            self._last = now
            self._job.progressed.emit(done, total, detail)

    def is_cancelled(self) -> bool:
        """Whether the user wants the task to stop at the next safe point."""
        return self._job.cancelled.is_set()


Task = Callable[[Store, Progress], T]


class Job(QObject):
    """One task under way; lives in the GUI thread, its signals arrive there."""

    done = Signal(object)
    failed = Signal(str)
    progressed = Signal(int, int, object)
    ended = Signal()

    def __init__(self, task: Task[Any]) -> None:
        super().__init__()
        self.task = task
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the task to stop; it does so at its next safe point."""
        self.cancelled.set()


class _Worker(QThread):
    """Takes jobs from a queue until it meets None."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        super().__init__()
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open_store = open_store
        self._store: Store | None = None

    def run(self) -> None:
        """Work through the queue; the store belongs to this thread alone."""
        while (job := self.jobs.get()) is not None:
            self._perform(job)
        if self._store is not None:
            self._store.close()
            self._store = None

    def _perform(self, job: Job) -> None:
        try:
            if job.cancelled.is_set():
                job.failed.emit("已取消，还没有开始做。")
                return
            self._store = self._store or self._open_store()
            job.done.emit(job.task(self._store, Progress(job)))
        except Exception as error:  # the thread must outlive any task
            job.failed.emit(sentence(error))
        finally:
            job.ended.emit()


class Background(QObject):
    """The queue of long work, owned by the application.

    Args:
        open_store: Opens the worker's own store; called in the worker thread at its first job.
    """

    busy_changed = Signal(bool)

    def __init__(self, open_store: Callable[[], Store], parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_TURN)
        self._worker = _Worker(open_store)
        self._jobs: list[Job] = []
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether any job is under way or waits."""
        return bool(self._jobs)

    @property
    def closed(self) -> bool:
        """Whether nothing is begun any more, because the store is about to be closed."""
        return self._closed

    def run(
        self,
        task: Task[T],
        *,
        done: Callable[[T], None],
        failed: Callable[[str], None],
        progressed: Callable[..., None] | None = None,
    ) -> Job:
        """Queue a task; its outcome reaches the slots in the GUI thread.

        Args:
            task: Called in the worker thread with its store and a :class:`Progress`.
            done: Bound slot for what the task returned.
            failed: Bound slot for a Chinese sentence that says what went wrong and what to do.
            progressed: Bound slot for ``(done, total)`` or ``(done, total, detail)``.

        Raises:
            TypeError: a slot is not a bound method of a QObject; Qt would run it in the worker thread.
        """
        job = Job(task)
        for signal, slot in ((job.done, done), (job.failed, failed), (job.progressed, progressed)):
            if slot is not None:
                signal.connect(_bound(slot))
        job.ended.connect(self._ended)
        self._jobs.append(job)
        self._worker.jobs.put(job)
        if not self._worker.isRunning() and not self._closed:
            self._worker.start()
        self.busy_changed.emit(True)
        return job

    def close(self) -> None:
        """Cancel what runs and waits, wait for the thread to end, then hand over what came of it.

        Otherwise the outcomes would arrive at the loop's next turn, when the store is closed.
        """
        self._closed = True
        for job in self._jobs:
            job.cancel()
        self._worker.jobs.put(None)
        self._worker.wait()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall.value)

    @Slot()
    def _ended(self) -> None:
        ended = self.sender()
        self._jobs = [job for job in self._jobs if job is not ended]
        ended.deleteLater()  # here, because the worker may be the last to let go of it
        self.busy_changed.emit(self.busy)


def sentence(error: Exception) -> str:
    """What to tell the user about an error: its own sentence, or where its traceback was logged."""
    from jgclient.contract import TransportError  # noqa: PLC0415 - only known when something failed
    from jgclient.entering import EnteringError  # noqa: PLC0415 - see above
    from jgclient.exchange.errors import WorkbookError  # noqa: PLC0415 - see above

    if isinstance(error, (StoreError, TransportError, EnteringError, WorkbookError)):
        log.info("refused: %s", error)
        return str(error)
    log.error("unexpected error", exc_info=error)
    return f"程序内部出错，已记入日志 {log_file()}。数据没有丢失；请把日志交给系统管理员。"


def log_file() -> str:
    """The file the log is written to, or a word for the console."""
    files = [h.baseFilename for h in logging.getLogger().handlers if isinstance(h, logging.FileHandler)]
    return files[0] if files else "（控制台）"


def _bound(slot: Callable[..., None]) -> Callable[..., None]:
    if not isinstance(getattr(slot, "__self__", None), QObject):
        raise TypeError(f"{slot!r} is not a bound method of a QObject")
    return slot
