"""What limits are derived from besides the records: forms, terms, calendar, the unit's way of counting."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jgclient.deadlines.calendar import Calendar, FirstDay, load_calendar
from jgclient.deadlines.term_rules import shipped_rules
from jgclient.forms.library import FormLibrary, resources_folder

#: Setting: where the law leaves it open, whether the day of the event counts (``next`` or ``same``).
FIRST_DAY = "limit_first_day"


@dataclass(frozen=True)
class Basis:
    """Forms and calendar together, with what tells two of them apart."""

    library: FormLibrary
    calendar: Calendar

    @cached_property
    def duties_hash(self) -> str:
        """Changes when a form's duties or a term changes: every record has to be looked at again."""
        forms = sorted((form.id, form.version, repr(form.duties)) for form in self.library.forms)
        return _hash(forms, sorted(map(repr, shipped_rules().terms.values())))

    @cached_property
    def calendar_hash(self) -> str:
        """Changes when a day or the way of counting changes: known facts have to be counted again."""
        days = [sorted(days) for days in (self.calendar.rest, self.calendar.work, self.calendar.years)]
        return _hash(days, self.calendar.first_day)


def profile_calendar(folder: Path, first_day: object = "next") -> Calendar:
    """The shipped calendar with the years that were imported or received into a data folder.

    Args:
        folder: The data folder; its ``calendars`` need not exist.
        first_day: The setting :data:`FIRST_DAY`; anything but ``same`` is the default.

    Raises:
        CalendarError: a file is broken.
    """
    chosen: FirstDay = "same" if first_day == "same" else "next"
    return load_calendar(resources_folder() / "calendars", folder / "calendars", first_day=chosen)


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
