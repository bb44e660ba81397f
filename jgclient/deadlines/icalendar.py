"""Limits as an iCalendar file (RFC 5545) for Outlook, WPS and phones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: Octets of a line, without its end (RFC 5545 3.1).
_LINE = 75


@dataclass(frozen=True, slots=True)
class Event:
    """One limit in a calendar.

    Attributes:
        uid: Never changes, so that importing again moves the event instead of doubling it.
        day: The day to work towards.
        moment: The exact end, local time without zone; None for whole days.
        certain: False while the day is only provisional.
    """

    uid: str
    day: date
    summary: str
    description: str
    moment: datetime | None = None
    certain: bool = True


def to_ics(events: Iterable[Event], stamp: datetime) -> bytes:
    """The file; ``stamp`` is the aware time of writing."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//jgclient//limits//ZH", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH"]  # fmt: skip
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(event: Event, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if event.moment is None:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    else:  # local time of whoever reads it: limits run by the clock on the wall
        yield f"DTSTART:{event.moment:%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"DESCRIPTION:{escaped(event.description)}"
    yield f"STATUS:{'CONFIRMED' if event.certain else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text value: backslash, comma, semicolon and line breaks escaped, other control characters gone."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def folded(line: str) -> bytes:
    """A line in octets, folded so that no part is longer than 75 of them and no character is torn apart."""
    parts: list[bytes] = []
    part = b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(part) + len(octets) > _LINE - bool(parts):  # what follows begins with a space
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
