"""When a run begins by itself: the network is back, a set hour has come, or something becomes urgent.

The window asks once a minute; the clock and the state of the network are told, never looked up. Times are
compared, not counted down: a computer that slept through an hour catches up when it wakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from jgclient.store import Store

Cause = Literal["network", "hour", "urgent", "again"]
#: What started a run, in words.
CAUSES: dict[Cause, str] = {
    "network": "网络恢复", "hour": "定时上报", "urgent": "临近期限", "again": "继续上报",
}  # fmt: skip

#: Settings: whether runs begin by themselves; at which hours of the day, as ``["09:00", "16:30"]``.
AUTOMATIC, HOURS = "sync_automatic", "sync_hours"
#: After a run that could not finish, the next one begins by itself so much later at the earliest.
PATIENCE = timedelta(minutes=5)
#: What has so many days left, or fewer, is urgent; it does not wait for an hour.
URGENT_DAYS = 1
#: Days before the end of a quarter in which both sides should be compared (郑法政办〔2020〕2号: quarterly).
CLOSING_DAYS = 7


@dataclass(frozen=True, slots=True)
class Situation:
    """What a tick is told.

    Attributes:
        now: Aware.
        online: The platform can be reached (:func:`jgclient.platform_api.reachable`).
        waiting: Number of revisions waiting.
        urgent_by: Earliest last day among them, None without one.
    """

    now: datetime
    online: bool
    waiting: int
    urgent_by: date | None = None


class Schedule:
    """Decides; starts nothing itself.

    Args:
        automatic: Runs begin by themselves when the network is back or something is urgent.
        hours: Times of the day at which a run begins although nothing waits (changes are fetched as well).
    """

    def __init__(self, *, automatic: bool = True, hours: tuple[time, ...] = ()) -> None:
        self._automatic = automatic
        self._hours = hours
        self._was_online = False
        self._seen: datetime | None = None
        self._not_before: datetime | None = None
        self._unfinished = False
        self._hour_came = False

    @classmethod
    def of(cls, store: Store) -> Schedule:
        """The schedule of a profile's settings; hours that are none are passed over."""
        hours = []
        for text in store.settings.get(HOURS) or []:
            try:
                hours.append(time.fromisoformat(str(text)))
            except ValueError:
                continue
        return cls(automatic=bool(store.settings.get(AUTOMATIC, True)), hours=tuple(sorted(hours)))

    def tick(self, situation: Situation) -> Cause | None:
        """Whether a run should begin now, and why; to be asked once a minute and after the computer woke."""
        before, self._seen = self._seen, situation.now
        appeared = situation.online and not self._was_online
        self._was_online = situation.online
        self._hour_came |= before is not None and self._hour_between(before, situation.now)
        if not situation.online:
            return None
        if self._hour_came:
            self._hour_came = False
            return "hour"
        if not self._automatic or not situation.waiting:
            return None
        return self._cause(situation, appeared=appeared)

    def _cause(self, situation: Situation, *, appeared: bool) -> Cause | None:
        if appeared:
            return "network"
        if self._not_before is not None and situation.now < self._not_before:
            return None
        if self._unfinished:
            return "again"
        return "urgent" if _is_urgent(situation) else None

    def ended(self, now: datetime, *, stopped: bool) -> None:
        """A run ended, whoever began it.

        Args:
            now: When.
            stopped: It could not do all it wanted.
        """
        self._unfinished = stopped
        self._not_before = now + PATIENCE

    def _hour_between(self, before: datetime, now: datetime) -> bool:
        """Whether a set hour lies between two ticks, also when the computer slept meanwhile."""
        days = (before.date(), now.date())
        moments = [datetime.combine(day, hour, now.tzinfo) for day in days for hour in self._hours]
        return any(before < moment <= now for moment in moments)


def _is_urgent(situation: Situation) -> bool:
    last = situation.urgent_by
    return last is not None and last <= situation.now.date() + timedelta(days=URGENT_DAYS)


def reconciliation_due(today: date, last: date | None) -> bool:
    """Whether both sides should be compared before the quarter closes.

    Args:
        today: Today.
        last: Day of the last complete comparison, None when there was none.
    """
    month = (today.month - 1) // 3 * 3 + 3
    following = date(today.year + month // 12, month % 12 + 1, 1)
    closing = following - timedelta(days=CLOSING_DAYS)
    return closing <= today and (last is None or last < closing)
