from __future__ import annotations

from pathlib import Path

import pytest

from jgclient.deadlines.calendar import Calendar, load_calendar

FOLDER = Path(__file__).parents[2] / "resources" / "calendars"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return load_calendar(FOLDER)
