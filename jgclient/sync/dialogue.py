"""The conversation with the platform: requests counted, waits kept, the report told, the end declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from jgclient.contract import TransportError
from jgclient.sync.pace import LONGEST_WAIT, backoff
from jgclient.sync.report import SyncReport

#: Tries in a row that may fail before a run ends.
TRIES = 3
#: Record ids of one question: keeps its address under the 2 000 characters that every proxy takes.
IDS_AT_ONCE = 40
#: Longest single wait in seconds; between two of them a cancel is noticed.
SLICE = 0.25

T = TypeVar("T")


#: Note of an end for which the platform's own trouble is the reason; other requests may still work.
PLATFORM_TROUBLE = "等待平台"


class Ended(Exception):  # noqa: N818 - the regular end of a run that cannot go on
    """The run is over: ``note`` says it in two words, the text in a sentence with the remedy."""

    def __init__(self, note: str, sentence: str) -> None:
        super().__init__(sentence)
        self.note = note


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run is given by whoever starts it; see :func:`jgclient.sync.run`."""

    now: Callable[[], datetime]
    pause: Callable[[float], None]
    jitter: Callable[[], float]
    on_progress: Callable[[int, int, SyncReport], None]
    is_cancelled: Callable[[], bool]


class Dialogue:
    """Asks, waits and reports; knows nothing of batches.

    Attributes:
        report: The run so far.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.report = SyncReport()

    def now(self) -> datetime:
        """What the clock says."""
        return self._around.now()

    def once(self, call: Callable[[], T]) -> T:
        """Make one request.

        Raises:
            TransportError: as the transport says.
        """
        self.report = replace(self.report, requests=self.report.requests + 1)
        return call()

    def ask(self, question: Callable[[], T]) -> T:
        """Ask something that changes nothing; ask again after passing trouble.

        Raises:
            Ended: no answer, or an answer that ends the run.
        """
        try:
            return self.ask_for(question)
        except TransportError as error:
            raise end_of(error) from error

    def ask_for(self, question: Callable[[], T]) -> T:
        """Like :meth:`ask`, for what the platform may refuse without ending the run.

        Raises:
            TransportError: it refuses (*park*, *halve*).
            Ended: no answer, or an answer that ends the run.
        """
        failures = 0
        while True:
            try:
                return self.once(question)
            except TransportError as error:
                if error.reaction in ("park", "halve"):
                    raise
                if error.reaction not in ("retry", "unknown"):
                    raise end_of(error) from error
                failures += 1
                self.wait_after(error, failures)

    def wait_after(self, error: TransportError, failures: int) -> None:
        """Wait before the next try.

        Raises:
            Ended: too many failures in a row, the platform wants too long a wait, or cancelled meanwhile.
        """
        seconds = backoff(failures, error.retry_after, self._around.jitter)
        if failures >= TRIES or seconds > LONGEST_WAIT:
            raise end_of(error) from error
        self._tell(replace(self.report, note=_note(error)))
        while seconds > 0:
            self.stop_if_cancelled()
            self._around.pause(min(seconds, SLICE))
            seconds -= SLICE
        self.stop_if_cancelled()
        self._tell(replace(self.report, note=""))

    def stop_if_cancelled(self) -> None:
        """Go on, unless the user wants to stop.

        Raises:
            Ended: cancelled.
        """
        if self._around.is_cancelled():
            raise Ended("已取消", "上报已取消：没有报完的记录都在队列里，可随时再报。")

    def expect(self, waiting: int) -> None:
        """Say how many items still have to go, as counted just now."""
        self._tell(replace(self.report, waiting=waiting))

    def count(self, **more: int) -> None:
        """Add to counts of the report; what got its final answer or was parked waits no longer."""
        added = {name: getattr(self.report, name) + count for name, count in more.items()}
        report = replace(self.report, **added)
        gone = report.done + report.parked - self.report.done - self.report.parked
        self._tell(replace(report, waiting=max(0, report.waiting - gone)))

    def note(self, note: str) -> None:
        """Say in a few words what is being done besides."""
        self._tell(replace(self.report, note=note))

    def needs_reload(self) -> None:
        """Say that forms, code lists or calendars changed."""
        self._tell(replace(self.report, reload=True))

    def end(self, end: Ended) -> None:
        """Say how the run ended."""
        self._tell(replace(self.report, note=end.note, stopped=str(end)))

    def _tell(self, report: SyncReport) -> None:
        self.report = report
        self._around.on_progress(report.done, report.total, report)


def end_of(error: TransportError) -> Ended:
    """The end of a run for the reason of ``error``."""
    sentence = error.message
    if error.retry_after > 0:
        sentence += f"平台要求 {_span(error.retry_after)}后再报。"
    return Ended(_note(error), sentence)


def _note(error: TransportError) -> str:
    if error.reaction == "retry" and not error.status:
        return "等待网络"
    return {"login": "等待登录", "stop": "已停止", "park": "已停止"}.get(error.reaction, PLATFORM_TROUBLE)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} 秒" if seconds < 120 else f"{seconds / 60:.0f} 分钟"
