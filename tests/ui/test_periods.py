"""Spans of days by name."""

from __future__ import annotations

from datetime import date

import pytest

from jgclient.ui.periods import PERIODS, days_of


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21", "2026-11-21"),
        ("week", "2026-11-21", "2026-11-16", "2026-11-22"),
        ("week", "2026-11-16", "2026-11-16", "2026-11-22"),
        ("month", "2026-02-03", "2026-02-01", "2026-02-28"),
        ("month", "2028-02-29", "2028-02-01", "2028-02-29"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
        ("quarter", "2026-11-21", "2026-10-01", "2026-12-31"),
        ("quarter", "2026-06-30", "2026-04-01", "2026-06-30"),
        ("last_quarter", "2026-01-01", "2025-10-01", "2025-12-31"),
        ("last_quarter", "2026-05-31", "2026-01-01", "2026-03-31"),
        ("year", "2026-11-21", "2026-01-01", "2026-12-31"),
        ("last_year", "2026-11-21", "2025-01-01", "2025-12-31"),
        ("", "2026-11-21", "", ""),
        ("no such span", "2026-11-21", "", ""),
    ],
)
def test_spans(period: str, today: str, first: str, last: str) -> None:
    assert days_of(period, date.fromisoformat(today)) == (first, last)


def test_every_span_but_all_has_two_days() -> None:
    assert all(all(days_of(key, date(2026, 11, 21))) for key in PERIODS if key)
