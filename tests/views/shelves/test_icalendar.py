from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.views.shelves.icalendar import MAX_LINE_BYTES, CalendarEvent, make_calendar

EVENT = CalendarEvent(
    uid="one",
    day=date(2026, 12, 31),
    title="Faster; better, \\cite\nand more",
    description="Ü" * 100,
    address="https://papers.example/shelf/ann/guide/readings/1",
    changed_at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC),
)


def unfold(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_lasts_one_day() -> None:
    lines = unfold(make_calendar("Guide", "papers.example", [EVENT]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "VERSION:2.0",
        "UID:one@papers.example",
        "DTSTAMP:20261201T093000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        r"SUMMARY:Faster\; better\, \\cite\nand more",
        f"DESCRIPTION:{'Ü' * 100}",
        "URL:https://papers.example/shelf/ann/guide/readings/1",
    ):
        assert lines.count(line) == 1, line


@pytest.mark.parametrize("title", ["a" * 200, "Ü" * 90, "日本" * 60, "x" + "𝔸" * 50])
def test_lines_are_folded_between_characters(title: str) -> None:
    text = make_calendar(title, "papers.example", [])
    lines = text.encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= MAX_LINE_BYTES
    assert all(line.decode() is not None for line in lines)
    assert f"X-WR-CALNAME:{title}" in unfold(text)


def test_a_title_ends_no_line() -> None:
    text = make_calendar("A\r\nBEGIN:VALARM\x07", "papers.example", [])
    assert "X-WR-CALNAME:A\\nBEGIN:VALARM" in unfold(text)
