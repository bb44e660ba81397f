"""A coming year's calendar: taken into the data folder, then all limits are counted again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jgclient.deadlines.calendar import CalendarError
from jgclient.deadlines.calendar_file import CalendarYear, read_calendar_file
from jgclient.exchange.errors import WorkbookError, cannot_write
from jgclient.forms.library import FormLibrary
from jgclient.limits.basis import FIRST_DAY, Basis, profile_calendar
from jgclient.limits.renewing import Cancelled, Progress, Renewal, renew
from jgclient.store import Store


@dataclass(frozen=True)
class Imported:
    """What came of importing a calendar.

    Attributes:
        basis: Forms and the calendar that holds from now on.
    """

    year: CalendarYear
    basis: Basis
    renewal: Renewal

    def lines(self) -> list[str]:
        """What the clerk is told."""
        rest, work = len(self.year.rest), len(self.year.work)
        head = f"已导入 {self.year.year} 年节假日安排：放假 {rest} 天，调休上班 {work} 天。"
        return [head, *(self.renewal.lines() or ["没有期限因此变动。"])]


def import_calendar(
    store: Store,
    library: FormLibrary,
    path: Path,
    *,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
    is_cancelled: Cancelled = lambda: False,
) -> Imported:
    """Check a calendar file, keep it in the data folder, count every open limit again.

    The file of a year that is known already replaces it. Cancelled while records are still being derived, the
    calendar is kept and the next renewal goes on.

    Raises:
        WorkbookError: it is no calendar of a year, or cannot be kept; nothing was changed.
    """
    try:
        year = read_calendar_file(path)
    except CalendarError as error:
        raise WorkbookError(f"{error}。节假日安排没有改动。") from error
    _keep(store.folder / "calendars" / f"{year.year}.csv", year.text)
    basis = Basis(library, profile_calendar(store.folder, store.settings.get(FIRST_DAY)))
    renewal = renew(store, basis, now=now, on_progress=on_progress, is_cancelled=is_cancelled)
    return Imported(year, basis, renewal)


def _keep(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
