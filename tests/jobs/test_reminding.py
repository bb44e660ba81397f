"""Reminders under every clock: nothing is lost, nothing is said twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from limits_office import CHINA, NOW, Office, basis

from jgclient.entering import EnteringError
from jgclient.reminding import digest, first_today, overdue_count, remind, snooze

TITLE = "录入上报"


def at(office: Office, moment: datetime) -> str:
    """The headline of what is said then, empty for silence."""
    office.now = moment
    return remind(office.store, basis(), now=moment).headline()


def day(number: int, month: int = 11, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=CHINA)


def due_25(office: Office) -> str:
    """A check of 11-16: to be reported by Wednesday 11-25."""
    record_id = office.draft(check_date="2026-11-16")
    office.renew()
    return record_id


def test_each_lead_time_speaks_once_and_overdue_every_day(office: Office) -> None:
    due_25(office)
    said = [
        (str(d.date()), words) for n in range(14) if (words := at(office, d := day(16) + timedelta(days=n)))
    ]
    assert said == [
        ("2026-11-20", "1 件还剩 3 个工作日"),
        ("2026-11-24", "1 件还剩 1 个工作日"),
        ("2026-11-25", "1 件今天到期"),
        ("2026-11-26", "1 件已逾期"),
        ("2026-11-27", "1 件已逾期"),
        ("2026-11-28", "1 件已逾期"),
        ("2026-11-29", "1 件已逾期"),
    ]


def test_a_month_of_minutes_says_no_more_than_a_month_of_days(office: Office) -> None:
    due_25(office)
    said = []
    moment = day(16, hour=0)
    while moment < day(28, hour=0):
        if words := at(office, moment):
            said.append(words)
        moment += timedelta(minutes=60)
    assert said == ["1 件还剩 3 个工作日", "1 件还剩 1 个工作日", "1 件今天到期", "1 件已逾期", "1 件已逾期"]


def test_a_restart_says_nothing_again(office: Office) -> None:
    due_25(office)
    assert at(office, day(24))
    office.restart()
    assert at(office, day(24, hour=10)) == ""
    assert at(office, day(25)) == "1 件今天到期"


def test_sleeping_over_steps_says_the_last_of_them(office: Office) -> None:
    due_25(office)
    assert at(office, day(25)) == "1 件今天到期"


def test_thirty_days_of_sleep_end_with_what_is_overdue(office: Office) -> None:
    due_25(office)
    assert at(office, day(20)) == "1 件还剩 3 个工作日"
    assert at(office, day(20) + timedelta(days=30)) == "1 件已逾期"


def test_a_clock_set_back_repeats_nothing(office: Office) -> None:
    due_25(office)
    assert at(office, day(20))
    assert at(office, day(24))
    assert at(office, day(20, hour=12)) == ""
    assert at(office, day(18)) == ""
    assert at(office, day(24, hour=12)) == ""
    assert at(office, day(25)) == "1 件今天到期"


def test_a_clock_that_jumped_ahead_loses_nothing(office: Office) -> None:
    due_25(office)
    assert at(office, day(20)) == "1 件还剩 3 个工作日"
    assert at(office, datetime(2027, 6, 1, 9, tzinfo=CHINA)) == "1 件已逾期"
    assert at(office, day(24)) == "1 件还剩 1 个工作日"
    assert at(office, day(25)) == "1 件今天到期"
    assert at(office, day(26)) == "1 件已逾期"


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize("first", [datetime(2026, 3, 27), datetime(2026, 10, 23)])
def test_zones_with_and_without_summer_time(office: Office, zone: str, first: datetime) -> None:
    """Every half hour over the nights on which clocks change, in UTC steps as a ticking timer sees them."""
    office.draft(check_date=(first - timedelta(days=7)).date().isoformat())
    office.renew()
    moment = first.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    said: list[tuple[date, str]] = []
    for _ in range(14 * 48):
        local = moment.astimezone(ZoneInfo(zone))
        if words := at(office, local):
            said.append((local.date(), words))
        moment += timedelta(minutes=30)
    assert len(said) == len(set(said)) == len({d for d, _ in said})
    assert "1 件今天到期" in [words for _, words in said]
    assert said[-1][1] == "1 件已逾期"


def test_travelling_to_another_zone_repeats_nothing(office: Office) -> None:
    due_25(office)
    moment = day(25, hour=9)
    assert at(office, moment) == "1 件今天到期"
    assert at(office, moment.astimezone(ZoneInfo("America/New_York"))) in ("", "1 件还剩 1 个工作日")
    assert at(office, moment.astimezone(ZoneInfo("Pacific/Auckland"))) == ""


def test_hours_speak_shortly_before_and_at_the_end(office: Office) -> None:
    office.draft(
        "force", on_spot="是", on_spot_time="2026-11-20 16:30", mandatory_decision_sev_date="2026-11-20",
        coercive_measure_type="查封", publicity_date="2026-11-21",
    )  # fmt: skip
    office.renew()
    said = []
    for minutes in range(0, 24 * 60, 10):
        found = remind(office.store, basis(), now=day(21, hour=0) + timedelta(minutes=minutes))
        said += [f"{minutes // 60:02d}:{minutes % 60:02d} {line}" for line in found.lines() if "补办" in line]
    assert said == [
        "00:00 还剩 16 小时：补办批准手续 某公司",
        "13:30 还剩 3 小时：补办批准手续 某公司",
        "16:40 逾期 10 分钟：补办批准手续 某公司",
    ]
    assert overdue_count(office.store, day(21, hour=17)) == 1
    assert overdue_count(office.store, day(21, hour=16)) == 0


def test_the_next_moment_is_known_so_that_nobody_need_look_every_minute(office: Office) -> None:
    office.draft("force", on_spot="是", on_spot_time="2026-11-20 16:30")
    office.renew()
    found = remind(office.store, basis(), now=day(21, hour=9))
    assert found.next_moment == datetime(2026, 11, 21, 13, 30)
    found = remind(office.store, basis(), now=day(21, hour=14))
    assert found.next_moment == datetime(2026, 11, 21, 16, 31)


def test_lead_times_of_a_duty_are_its_own(office: Office) -> None:
    office.draft("force", coercive_measure_type="冻结", mandatory_decision_sev_date="2026-11-03",
                 freeze_delivery_date="2026-11-04", publicity_date="2026-11-04")  # fmt: skip
    office.renew()  # ends on Thursday 12-03; five working days before is 11-26
    said = [str(d.date()) for n in range(12) if "冻结" in said_of(office, d := day(24) + timedelta(days=n))]
    assert said == ["2026-11-26", "2026-11-30", "2026-12-02", "2026-12-03"]


def said_of(office: Office, moment: datetime) -> str:
    return "\n".join(remind(office.store, basis(), now=moment).lines())


def test_a_limit_in_a_long_holiday_is_spoken_of_on_the_last_working_day(office: Office) -> None:
    office.draft("penalty", filing_date="2026-07-03")  # the 90 days end on 10-01, may move to 10-08
    office.renew()
    assert at(office, day(29, month=9)) == "1 件还剩 1 个工作日"
    assert at(office, day(30, month=9)) == "1 件还剩 1 天"
    assert at(office, day(8, month=10)) == ""  # told before; the holiday is no new limit
    assert at(office, day(9, month=10)) == "1 件已逾期"


def test_a_snoozed_duty_is_silent_until_its_day(office: Office) -> None:
    record_id = due_25(office)
    assert at(office, day(20))
    snooze(office.store, record_id, TITLE, date(2026, 11, 25), "等待鉴定结果", now=day(20))
    assert at(office, day(24)) == ""
    assert at(office, day(25)) == "1 件今天到期"


def test_a_snoozed_overdue_duty_is_left_out_of_the_daily_word(office: Office) -> None:
    record_id = due_25(office)
    office.draft(check_date="2026-11-13")
    office.renew()
    snooze(office.store, record_id, TITLE, date(2026, 12, 10), "当事人失联，已公告", now=day(26))
    assert at(office, day(27)) == "1 件已逾期"
    assert at(office, day(10, month=12)) == "2 件已逾期"


@pytest.mark.parametrize(
    ("until", "reason", "says"),
    [
        (date(2026, 11, 25), "  ", "要写明理由"),
        (date(2026, 11, 21), "等", "明天到 30 天以内"),
        (date(2027, 1, 25), "等", "明天到 30 天以内"),
    ],
)
def test_a_snooze_needs_a_reason_and_a_day_ahead(office: Office, until: date, reason: str, says: str) -> None:
    record_id = due_25(office)
    with pytest.raises(EnteringError, match=says):
        snooze(office.store, record_id, TITLE, until, reason, now=NOW)


def test_the_digest_counts_what_is_near_once_a_day(office: Office) -> None:
    for text in ("2026-11-02", "2026-11-12", "2026-11-16", "2026-12-30"):
        office.draft(check_date=text)
    office.finished(check_date="2026-11-11")
    office.renew()
    office.now = day(20)
    told = digest(office.store, basis(), now=office.now)
    assert (told.overdue, told.today, told.soon, told.waiting) == (1, 1, 2, 1)
    assert str(told) == "1 件已逾期；1 件今天到期；2 件三个工作日内到期；最迟今天 24:00 前联网，1 条待上报"
    assert first_today(office.store, office.now)
    office.restart()
    assert not first_today(office.store, office.now + timedelta(hours=5))
    assert first_today(office.store, office.now + timedelta(days=1))


def test_nothing_near_is_said_in_words(office: Office) -> None:
    assert str(digest(office.store, basis(), now=NOW)) == "没有临近的期限"
