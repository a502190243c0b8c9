"""What stands beside a dot on a map, how wide, and on which side.

A label has two lines, a short title and a year. Places are tried in an order that people expect;
the one that the fewest lines, dots and other labels lie on is taken. Only what is near is compared:
boxes and lines are kept by the squares of a grid that they touch.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

MAX_LETTERS = 22
MAX_WIDTH = 170.0  # pixels
FONT = 13.0  # pixels, as map.css has it
LINE = 15.0  # from one line of a label to the next
GAP = 4.0  # between a dot and its label
EDGE = 4.0  # between a label and the edge of the picture
SQUARE = 48.0  # of the grid
PASSES = 4
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

    def meets(self, line: Segment) -> bool:
        """Whether a part of a line lies inside: Liang and Barsky 1984."""
        x, y, to_x, to_y = line
        first, last = 0.0, 1.0
        for start, step, low, high in (
            (x, to_x - x, self.left, self.right),
            (y, to_y - y, self.top, self.bottom),
        ):
            if abs(step) < 1e-9:
                if not low < start < high:
                    return False
                continue
            near, far = sorted(((low - start) / step, (high - start) / step))
            first, last = max(first, near), min(last, far)
        return first < last


Segment = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """The two lines of a label and where they stand; `anchor` is SVG's `text-anchor`."""

    title: str
    year: str
    x: float
    y: float
    anchor: str
    box: Box


@dataclass(frozen=True)
class Spot:
    """A dot that wants a label."""

    x: float
    y: float
    radius: float
    title: str
    year: str

    @property
    def box(self) -> Box:
        room = self.radius + 1
        return Box(self.x - room, self.y - room, self.x + room, self.y + room)


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


def _width(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return FONT
    if unicodedata.combining(char):
        return 0.0
    if char in _NARROW:
        return 0.36 * FONT
    return (0.9 if char in _BROAD else 0.7 if char.isupper() else 0.58) * FONT


def label_size(spot: Spot) -> tuple[float, float]:
    """Width and height of a label with a little room around it."""
    width = max(text_width(spot.title), text_width(spot.year)) + 4
    return width, LINE * (2 if spot.year else 1) + 2


def place_labels(
    spots: Mapping[int, Spot], lines: Sequence[Segment], size: tuple[float, float]
) -> tuple[dict[int, Label], dict[int, int]]:
    """Chooses a place for each label.

    Args:
        spots: the dots by number, the most important first.
        lines: what the labels should keep off.
        size: width and height of the picture.

    Returns:
        The labels, and what each costs: 0 for one that lies on nothing.
    """
    places = {number: list(_places(spot, size)) for number, spot in spots.items()}
    fixed = _fixed_costs(spots, lines, places)
    chosen = dict.fromkeys(spots, 0)
    grid = _Grid()
    for number in spots:
        grid.add(number, places[number][0].box)
    cost = dict.fromkeys(spots, 0)
    for _ in range(PASSES):
        moved = False
        for number in spots:
            costs = []
            for place, label in enumerate(places[number]):
                others = sum(
                    places[near][chosen[near]].box.overlaps(label.box)
                    for near in grid.near(label.box)
                    if near != number
                )
                costs.append(fixed[number][place] + 3 * others)
            best = min(range(len(costs)), key=lambda place: (costs[place], place))
            if best != chosen[number]:
                grid.remove(number, places[number][chosen[number]].box)
                chosen[number], moved = best, True
                grid.add(number, places[number][best].box)
            cost[number] = costs[best]
        if not moved:
            break
    return {number: places[number][chosen[number]] for number in spots}, cost


def drop_overlaps(labels: Mapping[int, Label]) -> dict[int, Label]:
    """The labels without those that lie on one before them.

    A large map has no room for these.
    """
    grid = _Grid()
    kept: dict[int, Label] = {}
    for number, label in labels.items():
        if not any(kept[near].box.overlaps(label.box) for near in grid.near(label.box)):
            kept[number] = label
            grid.add(number, label.box)
    return kept


def _places(spot: Spot, size: tuple[float, float]) -> Iterator[Label]:
    """The places around a dot that are inside the picture; below it where none is."""
    width, height = label_size(spot)
    away = spot.radius + GAP
    slant = 0.7 * away
    for anchor, left, top in (
        ("middle", spot.x - width / 2, spot.y + away),
        ("middle", spot.x - width / 2, spot.y - away - height),
        ("start", spot.x + away, spot.y - height / 2),
        ("end", spot.x - away - width, spot.y - height / 2),
        ("start", spot.x + slant, spot.y + slant),
        ("end", spot.x - slant - width, spot.y + slant),
        ("start", spot.x + slant, spot.y - slant - height),
        ("end", spot.x - slant - width, spot.y - slant - height),
    ):
        # Beside the edge the label moves along it.
        start = min(max(left, EDGE), size[0] - EDGE - width) if anchor == "middle" else left
        box = Box(start, top, start + width, top + height)
        across = start >= EDGE and box.right <= size[0] - EDGE
        inside = across and top >= EDGE and box.bottom <= size[1] - EDGE
        if inside or (anchor == "middle" and top > spot.y):
            at = {"start": start + 2, "middle": start + width / 2, "end": box.right - 2}[anchor]
            y = top + FONT - 1
            yield Label(spot.title, spot.year, round(at, 1), round(y, 1), anchor, box)


def _fixed_costs(
    spots: Mapping[int, Spot], lines: Sequence[Segment], places: Mapping[int, list[Label]]
) -> dict[int, list[int]]:
    """What each place costs whatever the other labels do: lines and dots that it lies on."""
    by_line, by_dot = _Grid(), _Grid()
    for number, line in enumerate(lines):
        by_line.add_line(number, line)
    boxes = {number: spot.box for number, spot in spots.items()}
    for number, box in boxes.items():
        by_dot.add(number, box)
    return {
        number: [
            sum(label.box.meets(lines[near]) for near in by_line.near(label.box))
            + 3 * sum(boxes[near].overlaps(label.box) for near in by_dot.near(label.box))
            for label in found
        ]
        for number, found in places.items()
    }


class _Grid:
    """Numbers of things by the squares that they touch."""

    def __init__(self) -> None:
        self.squares: defaultdict[tuple[int, int], set[int]] = defaultdict(set)

    def add(self, number: int, box: Box) -> None:
        for square in _squares(box):
            self.squares[square].add(number)

    def remove(self, number: int, box: Box) -> None:
        for square in _squares(box):
            self.squares[square].discard(number)

    def add_line(self, number: int, line: Segment) -> None:
        """Add a line in pieces that are shorter than a square."""
        x, y, to_x, to_y = line
        pieces = int(math.hypot(to_x - x, to_y - y) / SQUARE) + 1
        for piece in range(pieces):
            xs = [x + (to_x - x) * part / pieces for part in (piece, piece + 1)]
            ys = [y + (to_y - y) * part / pieces for part in (piece, piece + 1)]
            self.add(number, Box(min(xs), min(ys), max(xs), max(ys)))

    def near(self, box: Box) -> set[int]:
        found: set[int] = set()
        for square in _squares(box):
            found |= self.squares.get(square, set())
        return found


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.left // SQUARE), int(box.right // SQUARE) + 1):
        for row in range(int(box.top // SQUARE), int(box.bottom // SQUARE) + 1):
            yield column, row
