"""Many records one after another: some with each commit, told how far it is, ended when somebody says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
#: A commit costs as much as checking a record; with more of them, who types meanwhile would have to wait.
_TOGETHER = 10


def portions(
    things: Sequence[T],
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Iterator[Sequence[T]]:
    """Some of the things at a time, each portion to be kept in one transaction.

    Args:
        on_progress: Told before each portion how many of how many are kept, and at the end.
        is_cancelled: Asked before each portion; what was kept before stays.
    """
    for start in range(0, len(things), _TOGETHER):
        if is_cancelled():
            return
        on_progress(start, len(things))
        yield things[start : start + _TOGETHER]
    on_progress(len(things), len(things))
