"""Shelves as notes of a vault, which link to the papers in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.sources.formats import front_matter
from app.sources.formats.front_matter import BadFile
from app.text.lines import visible_line

FOLDER = "shelves"  # in which these notes are
MAX_ITEMS = 5000  # of a note
_FIELD = "shelf"
_HEADING = "## Papers"  # behind the description, which may have lists of its own
_ITEM = re.compile(r"- \[((?:[^\[\]\\]|\\.)*)\]\(([^()\s]+)\)(?:: (.*))?")


@dataclass(frozen=True)
class ShelfItem:
    """A paper on a shelf.

    Attributes:
        target: its address, or the path of its note.
        note: what the owner says of it.
    """

    title: str
    target: str
    note: str = ""


@dataclass(frozen=True)
class ShelfFile:
    """A shelf with its description in Markdown, and its papers in order."""

    title: str
    description: str
    items: tuple[ShelfItem, ...]


def write_shelf_note(title: str, description: str, items: Iterable[ShelfItem]) -> str:
    """A shelf as a file of Markdown."""
    lines = [_write_item(each) for each in items]
    parts = [description, _HEADING, "\n".join(lines)]
    return front_matter.join({_FIELD: title}, "\n\n".join(filter(None, parts)))


def is_in_shelves(path: str) -> bool:
    """Whether a file is where notes of shelves are."""
    return f"/{path}".split("/")[-2] == FOLDER


def read_shelf_note(path: str, data: bytes) -> ShelfFile | None:
    """The shelf of a file, or `None` for a file that is none.

    Args:
        path: of the file, which is in a folder of such notes.
    """
    if not is_in_shelves(path):
        return None
    try:
        note = front_matter.parse(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, BadFile):
        return None
    title = visible_line(front_matter.text(note.fields, _FIELD))
    if not title:
        return None
    # With the end of a last line: that of a shelf without papers is the heading.
    description, _, listed = f"\n{note.body}\n".rpartition(f"\n{_HEADING}\n")
    found = (_ITEM.fullmatch(line.strip()) for line in listed.split("\n"))
    items = [
        ShelfItem(re.sub(r"\\(.)", r"\1", match[1]), match[2], match[3] or "")
        for match in found
        if match is not None
    ]
    return ShelfFile(title, description.strip("\n"), tuple(items[:MAX_ITEMS]))


def _write_item(item: ShelfItem) -> str:
    title = re.sub(r"([\\\[\]])", r"\\\1", visible_line(item.title))
    target = item.target.replace("(", "%28").replace(")", "%29")
    note = visible_line(item.note)
    return f"- [{title}]({target})" + (f": {note}" if note else "")
