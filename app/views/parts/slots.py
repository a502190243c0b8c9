"""Places of a kept text that are filled in already, and may be anew.

Most of what differs by reader is the same for most of them: no vote, no entry of a list. So a page
is kept as those read it, with where its places are; what is said to one reader alone replaces it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Slot(NamedTuple):
    """A place in a text: from its first character to the one behind its last."""

    name: str
    start: int
    end: int


def fill_marks(
    html: str, fill: Callable[[str], str | None], start: int = 0
) -> tuple[str, list[Slot]]:
    """A text with its marks (`app.views.parts.kept.make_mark`) filled in, and where these are.

    Args:
        fill: gives what stands at a mark, by its name; `None` leaves the mark.
        start: where the text stands in a longer one.
    """
    pieces = html.split("\0")  # a mark stands between two, and nothing else has one
    slots = []
    for number, piece in enumerate(pieces):
        if number % 2:
            filled = fill(piece)
            if filled is None:
                pieces[number] = f"\0{piece}\0"
            else:
                pieces[number] = filled
                slots.append(Slot(piece, start, start + len(filled)))
        start += len(pieces[number])
    return "".join(pieces), slots


def replace_slots(html: str, fillings: Sequence[tuple[Slot, str]]) -> str:
    """A text with something else in some of its places.

    Args:
        fillings: in the order in which they stand in the text.
    """
    if not fillings:
        return html
    pieces: list[str] = []
    place = 0
    for slot, filling in fillings:
        pieces += html[place : slot.start], filling
        place = slot.end
    return "".join((*pieces, html[place:]))
