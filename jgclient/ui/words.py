"""How dates and times are said: short, with the weekday where a limit depends on it. No Qt."""

from __future__ import annotations

from datetime import date, datetime

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")


def day_words(day: date, today: date) -> str:
    """A day as the clerk says it: “今天”, “11-23”, “2027-01-05” in another year."""
    if day == today:
        return "今天"
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def long_day(day: date) -> str:
    """A day with its weekday: “11月21日 星期六”."""
    return f"{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"


def moment_words(moment: datetime, now: datetime) -> str:
    """A time as the clerk says it: “10:42” today, “昨天 17:26”, else with its date."""
    local = moment.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return f"昨天 {local:%H:%M}"
    return f"{day_words(local.date(), now.date())} {local:%H:%M}"


def iso_day(text: str, today: date) -> str:
    """An ISO date as :func:`day_words`; any other text unchanged."""
    try:
        return day_words(date.fromisoformat(text), today)
    except ValueError:
        return text
