"""Spans of days a clerk names: today, this week, this quarter. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

#: Key → word, in the order offered.
PERIODS: Mapping[str, str] = {
    "": "全部日期", "today": "今天", "week": "本周", "month": "本月", "quarter": "本季度", "year": "本年",
    "last_quarter": "上季度", "last_year": "去年",
}  # fmt: skip


def days_of(period: str, today: date) -> tuple[str, str]:
    """First and last day as ISO texts; both empty for no limit."""
    if period not in PERIODS or not period:
        return "", ""
    first, last = _span(period, today)
    return first.isoformat(), last.isoformat()


def _span(period: str, today: date) -> tuple[date, date]:
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    before = quarter - timedelta(days=1)
    if period == "today":
        return today, today
    if period == "week":
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=6)
    if period == "month":
        return today.replace(day=1), _month_end(today)
    if period == "quarter":
        return quarter, _month_end(quarter.replace(month=quarter.month + 2))
    if period == "last_quarter":
        return before.replace(day=1, month=before.month - 2), before
    year = today.year - (period == "last_year")
    return date(year, 1, 1), date(year, 12, 31)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
