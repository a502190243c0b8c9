"""What stands beside a dot on a map, and how wide it is.

It is a short title and a year below it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from markupsafe import Markup

MAX_LETTERS = 22
MAX_WIDTH = 170.0  # pixels
FONT = 13.0  # pixels, as map.css has it
LINE = 15.0  # from one line of a label to the next
GAP = 4.0  # between a dot and its label
EDGE = 4.0  # between a label and the edge of the picture
_MARKS = re.compile(r"[\\${}^_]")
_END = re.compile(r"[:：?!]\s|\s[–—-]\s")
_NARROW = frozenset("iIjlftr.,:;'’!|()[]-1 ")
_BROAD = frozenset("mwMWQOG@%&—")


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    @property
    def attributes(self) -> Markup:
        """As those of SVG's `rect`.

        They are made here at once, because a template is slow with numbers.
        """
        width, height = self.right - self.left, self.bottom - self.top
        return Markup(  # noqa: S704  (numbers)
            f'x="{self.left:.1f}" y="{self.top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        )


@dataclass(frozen=True)
class Label:
    """The two lines of a label and where they stand; `anchor` is SVG's `text-anchor`."""

    title: str
    year: str
    x: float
    y: float
    anchor: str
    box: Box

    @property
    def attributes(self) -> Markup:
        """As those of SVG's `text`."""
        return self._attributes(self.y)

    @property
    def year_attributes(self) -> Markup:
        return self._attributes(self.y + LINE)

    def _attributes(self, y: float) -> Markup:
        return Markup(f'x="{self.x:.1f}" y="{y:.1f}" text-anchor="{self.anchor}"')  # noqa: S704


@dataclass(frozen=True)
class Spot:
    """A dot that wants a label; distances in pixels."""

    radius: float
    title: str
    year: str

    @cached_property
    def width(self) -> float:
        """Of the label, with a little room around it."""
        return max(text_width(self.title), text_width(self.year)) + 4

    @property
    def height(self) -> float:
        """Of the label, as its width."""
        return LINE * (2 if self.year else 1) + 2


def short_title(title: str) -> str:
    """The name that people call a paper by.

    What stands before the colon, or the first words.
    """
    plain = " ".join(_MARKS.sub("", title).split())
    name = _END.split(plain, maxsplit=1)[0] or plain
    room = bisect_right(list(accumulate(map(_width, name[:MAX_LETTERS]))), MAX_WIDTH)
    if len(name) <= room:
        return name
    cut = name[:room]
    # Whole words, unless that leaves too little, as where a script has no spaces.
    words = cut if name[room] == " " else cut.rpartition(" ")[0]
    return (words if len(words) > room // 3 else cut[:-1]).rstrip(" ,;-–") + "…"


def text_width(text: str) -> float:
    """How wide a line of a label is at most, in pixels."""
    return sum(map(_width, text))


@lru_cache(maxsize=4096)
def _width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return FONT
    if unicodedata.combining(char):
        return 0.0
    if char in _NARROW:
        return 0.36 * FONT
    return (0.9 if char in _BROAD else 0.7 if char.isupper() else 0.58) * FONT


def make_label(spot: Spot, anchor: str, left: float, top: float) -> Label:
    """The label of a spot whose box has this corner."""
    box = Box(left, top, left + spot.width, top + spot.height)
    at = {"start": left + 2, "middle": left + spot.width / 2, "end": box.right - 2}[anchor]
    return Label(spot.title, spot.year, round(at, 1), round(top + FONT - 1, 1), anchor, box)


def drop_overlaps(labels: Sequence[Label]) -> list[Label | None]:
    """The labels, `None` for those that lie on one before them.

    The map has no room for these.
    """
    kept: list[Label | None] = []
    for label in labels:
        is_free = not any(each and each.box.overlaps(label.box) for each in kept)
        kept.append(label if is_free else None)
    return kept
