"""Whether a record with a work's identifier is about that work."""

from __future__ import annotations

import pytest

from app.sources import identity
from app.sources.identity import has_same_title, may_be_renamed
from app.sources.record import PaperRecord
from app.sources.same_work import title_words

TITLE = "A theory of small things"


def test_a_subtitle_is_no_other_title() -> None:
    for subtitle in (": what we know", " - what we know", " (extended abstract)", "? A survey"):
        assert has_same_title(TITLE, TITLE + subtitle)
        assert has_same_title(f"A: {TITLE[2:]}{subtitle}", TITLE)
    for other in (" that we know", ": part II", "-like ones", ": volume 2"):
        assert not has_same_title(TITLE, TITLE + other)


def test_a_part_is_not_a_former_title_of_another() -> None:
    names = ("Ann Lee", "Ben Binary")
    for one, other in (
        ("I", "II"),
        ("A", "B"),
        ("One", "Two"),
        ("the first", "the second"),
        ("2a", "2b"),
    ):
        record = PaperRecord(title=f"{TITLE}: Part {other}", authors=names)
        assert not may_be_renamed(f"{TITLE}: Part {one}", names, record)
    record = PaperRecord(title="The theory of small things", authors=names)
    assert may_be_renamed(TITLE, names, record)


def test_many_marks_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def count_and_read(title: str) -> tuple[str, ...]:
        read.append(len(title))
        return title_words(title)

    monkeypatch.setattr(identity, "title_words", count_and_read)
    title = ":" * 3000 + f"{TITLE} and others"
    assert not has_same_title(title, TITLE)
    assert sum(read) < 10 * len(title)
