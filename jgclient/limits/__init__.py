"""Legal time limits of all records: kept up to date, listed, exported; calendars of coming years taken in."""

from __future__ import annotations

from jgclient.limits.basis import Basis, profile_calendar
from jgclient.limits.listing import OpenDuty, look
from jgclient.limits.renewing import Moved, Renewal, is_quick, renew

__all__ = ["Basis", "Moved", "OpenDuty", "Renewal", "is_quick", "look", "profile_calendar", "renew"]
