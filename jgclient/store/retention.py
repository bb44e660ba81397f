"""Which backups are worth keeping: many of today, fewer of the days before, one of each week before that."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

_NEWEST = 3
#: (what makes two backups stand for the same stretch of time, how many stretches are kept).
_STRETCHES: tuple[tuple[Callable[[datetime], Hashable], int], ...] = (
    (lambda at: (at.date(), at.hour), 8),
    (lambda at: at.date(), 7),
    (lambda at: at.isocalendar()[:2], 5),
)


def kept(times: Iterable[datetime]) -> set[datetime]:
    """The times of the backups to keep: the newest three, and the newest of each of the last 8 hours, 7 days
    and 5 weeks that have any.

    Counted are hours, days and weeks with backups, never the present: a clock that jumps, or a long leave,
    makes no backup superfluous.
    """  # noqa: D205 - one sentence
    newest_first = sorted(times, reverse=True)
    wanted = set(newest_first[:_NEWEST])
    for stretch_of, count in _STRETCHES:
        newest_of: dict[Hashable, datetime] = {}
        for at in newest_first:
            newest_of.setdefault(stretch_of(at), at)
        wanted.update(list(newest_of.values())[:count])
    return wanted
