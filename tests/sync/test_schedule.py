"""When runs begin by themselves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sync_profile import NOW, Profile

from jgclient.sync.schedule import AUTOMATIC, HOURS, Cause, Schedule, Situation, reconciliation_due

MINUTE = timedelta(minutes=1)


def at(clock: str, day: int = 7) -> datetime:
    return NOW.replace(day=day, hour=int(clock[:2]), minute=int(clock[3:]))


def tick(schedule: Schedule, now: datetime, **changes: object) -> Cause | None:
    return schedule.tick(Situation(**{"now": now, "online": True, "waiting": 3, **changes}))


def test_the_network_that_appears_starts_a_run_once() -> None:
    schedule = Schedule()
    assert tick(schedule, at("09:00"), online=False) is None
    assert tick(schedule, at("09:01")) == "network"
    assert tick(schedule, at("09:02")) is None
    assert tick(schedule, at("09:03"), online=False) is None
    assert tick(schedule, at("09:04"), waiting=0) is None
    assert tick(schedule, at("09:05")) is None


def test_a_program_that_starts_online_with_work_begins_at_once() -> None:
    assert tick(Schedule(), at("09:00")) == "network"


def test_what_could_not_be_finished_goes_on_after_some_patience() -> None:
    schedule = Schedule()
    tick(schedule, at("09:00"))
    schedule.ended(at("09:01"), stopped=True)
    assert [tick(schedule, at(f"09:{m:02d}")) for m in (2, 5, 6)] == [None, None, "again"]
    schedule.ended(at("09:07"), stopped=False)
    assert [tick(schedule, at(f"09:{m:02d}")) for m in (8, 30)] == [None, None]


def test_what_is_urgent_does_not_wait_for_an_hour() -> None:
    schedule = Schedule(hours=(time(16),))
    tick(schedule, at("09:00"))
    schedule.ended(at("09:00"), stopped=False)
    later = at("09:10")
    assert tick(schedule, later, urgent_by=date(2026, 9, 9)) is None
    assert tick(schedule, later, urgent_by=date(2026, 9, 8)) == "urgent"
    assert tick(schedule, later, urgent_by=date(2026, 9, 1)) == "urgent"


def test_set_hours_come_once_a_day_even_when_nothing_waits() -> None:
    schedule = Schedule(automatic=False, hours=(time(9), time(16, 30)))
    moments = [at("08:59"), at("09:00"), at("09:01"), at("16:29"), at("16:31"), at("16:32")]
    moments += [at("08:59", 8), at("09:00", 8)]
    causes = [tick(schedule, moment, waiting=0) for moment in moments]
    assert causes == [None, "hour", None, None, "hour", None, None, "hour"]


def test_an_hour_that_passed_in_sleep_or_without_network_is_caught_up() -> None:
    schedule = Schedule(automatic=False, hours=(time(9),))
    assert tick(schedule, at("08:00")) is None
    assert tick(schedule, at("11:00"), online=False) is None
    assert tick(schedule, at("11:30")) == "hour"
    assert tick(schedule, at("07:00", 9)) is None
    asleep = tick(schedule, at("10:00", 9))
    assert asleep == "hour"


def test_nothing_begins_by_itself_when_it_is_switched_off() -> None:
    schedule = Schedule(automatic=False)
    assert [tick(schedule, at("09:00") + n * MINUTE) for n in range(3)] == [None] * 3


def test_settings_make_the_schedule(profile: Profile) -> None:
    profile.store.settings.set(HOURS, ["16:30", "nonsense", "09:00"])
    schedule = Schedule.of(profile.store)
    assert tick(schedule, at("08:59")) == "network"
    assert tick(schedule, at("16:31"), waiting=0) == "hour"
    profile.store.settings.set(AUTOMATIC, False)
    assert tick(Schedule.of(profile.store), at("08:59")) is None


@pytest.mark.parametrize(
    ("today", "last", "due"),
    [
        ("2026-09-23", None, False), ("2026-09-24", None, True), ("2026-09-30", "2026-09-23", True),
        ("2026-09-30", "2026-09-24", False), ("2026-12-31", "2026-09-30", True), ("2026-10-01", None, False),
        ("2026-12-25", None, True),
    ],
)  # fmt: skip
def test_both_sides_are_compared_before_a_quarter_closes(today: str, last: str | None, due: bool) -> None:
    since = date.fromisoformat(last) if last else None
    assert reconciliation_due(date.fromisoformat(today), since) is due
