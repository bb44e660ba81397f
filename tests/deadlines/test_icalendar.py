"""RFC 5545: folding by octets, escaping, dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from jgclient.deadlines.icalendar import Event, escaped, folded, to_ics

STAMP = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_file_has_its_frame_and_its_event() -> None:
    event = Event("r-0@jgclient", date(2026, 11, 23), "录入上报：甲，乙; 丙", "第一行\n第二行")
    assert unfolded(to_ics([event], STAMP)) == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//jgclient//limits//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "BEGIN:VEVENT", "UID:r-0@jgclient", "DTSTAMP:20261121T020000Z",
        "DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261124", "SUMMARY:录入上报：甲，乙\\; 丙",
        "DESCRIPTION:第一行\\n第二行", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip


def test_an_exact_end_is_local_time_and_a_guess_is_tentative() -> None:
    event = Event("x", date(2026, 11, 21), "补办", "", datetime(2026, 11, 21, 16, 30), certain=False)
    lines = unfolded(to_ics([event], STAMP))
    assert "DTSTART:20261121T163000" in lines
    assert "STATUS:TENTATIVE" in lines
    assert not any(line.startswith("DTEND") for line in lines)


def test_text_is_escaped() -> None:
    assert escaped("a\\b,c;d\ne\r\nf\rg\x07\x7f") == "a\\\\b\\,c\\;d\\ne\\nf\\ng"


@given(st.text(max_size=200))
def test_folding_tears_no_character_and_comes_back(text: str) -> None:
    line = "SUMMARY:" + escaped(text).encode("utf-8", "replace").decode()
    data = folded(line)
    assert data.endswith(b"\r\n")
    parts = data.split(b"\r\n")[:-1]
    assert all(len(part) <= 75 for part in parts)
    for part in parts:
        part.decode()
    assert data.replace(b"\r\n ", b"")[:-2].decode() == line
