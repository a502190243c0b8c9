"""Calendars of all-day events in the iCalendar format (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.config import PROGRAM_NAME

MIMETYPE = "text/calendar"
MAX_LINE_BYTES = 75  # without the line break (RFC 5545, section 3.1)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class CalendarEvent:
    """What happens on one day.

    Attributes:
        uid: names it for good, on this site.
        changed_at: when it was last changed.
    """

    uid: str
    day: date
    title: str
    description: str
    address: str
    changed_at: datetime


def make_calendar(name: str, host: str, events: Iterable[CalendarEvent]) -> str:
    """A calendar as a file; lines end in CRLF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{PROGRAM_NAME}//Readings//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escape_text(name)}",
    ]
    for event in events:
        lines += _make_event(event, host)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in fold_line(line))


def escape_text(text: str) -> str:
    """A value of the type TEXT (RFC 5545, section 3.3.11)."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\\;,]", r"\\\g<0>", text).replace("\n", "\\n")


def fold_line(line: str) -> Iterator[str]:
    """The lines of a content line, none longer than `MAX_LINE_BYTES`; no character is divided."""
    part, size = "", 0
    for character in line:
        length = len(character.encode())
        if size + length > MAX_LINE_BYTES:
            yield part
            part, size = " ", 1
        part, size = part + character, size + length
    yield part


def _make_event(event: CalendarEvent, host: str) -> list[str]:
    changed = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}@{host}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape_text(event.title)}",
        f"DESCRIPTION:{escape_text(event.description)}",
        f"URL:{event.address}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
