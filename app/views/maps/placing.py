"""Where dots and labels stand on several arrangements of the same map at once.

All arrangements are worked out together, in arrays: the first axis is that of the arrangements, the
second that of the dots. Labels have eight places around their dot, tried in an order that people
expect; the one that the fewest lines, dots and other labels lie on is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.views.maps.labels import EDGE, GAP, Label, Spot, make_label

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

PLACES = 8
PASSES = 4
SPREADS = 16
MIN_OVERLAP = 0.5  # pixels that one lies on another before they are pushed apart
HEAD = 6.0  # the length of an arrow's head
# What a place costs that is not inside the picture; the one below always may be taken.
_OUTSIDE = 10_000
# How a label stands in each of its places, and by how much it is moved: times its width and height,
# and times its distance from the dot.
_ANCHORS = ("middle", "middle", "start", "end", "start", "end", "start", "end")
_IS_MIDDLE = np.array([anchor == "middle" for anchor in _ANCHORS])
_OF_WIDTH = np.array([-0.5, -0.5, 0, -1, 0, -1, 0, -1])
_OF_HEIGHT = np.array([0, -1, -0.5, -0.5, 0, 0, -1, -1])
_ACROSS = np.array([0, 0, 1, -1, 0.7, -0.7, 0.7, -0.7])
_DOWN = np.array([1, -1, 0, 0, 0.7, 0.7, -0.7, -0.7])


class Sizes:
    """What is the same of a map however it is arranged.

    Args:
        spots: the dots, the most important first.
        lines: of each the places of its ends in `spots`, and whether both ends have arrows.
        width, height: of the picture, in pixels.
    """

    def __init__(
        self,
        spots: Sequence[Spot],
        lines: Sequence[tuple[int, int, bool]],
        width: float,
        height: float,
    ) -> None:
        self.width, self.height = width, height
        self.radius = np.array([spot.radius for spot in spots])
        self.label_width = np.array([spot.width for spot in spots])
        self.label_height = np.array([spot.height for spot in spots])
        self.half = np.maximum(self.radius, self.label_width / 2) + 2
        self.above = self.radius + GAP
        self.below = self.above + self.label_height
        self.sources = np.array([line[0] for line in lines], dtype=np.int64)
        self.targets = np.array([line[1] for line in lines], dtype=np.int64)
        both = np.array([line[2] for line in lines], dtype=bool)
        self.from_source = self.radius[self.sources] + np.where(both, HEAD, 1.0)
        self.from_target = self.radius[self.targets] + HEAD


@dataclass(frozen=True)
class Placed:
    """The labels of some arrangements.

    Attributes:
        x, y: of the dots.
        chosen: the place of each label.
        costs: of each label, 0 for one that lies on nothing.
    """

    x: Floats
    y: Floats
    chosen: Numbers
    costs: Numbers

    def take_best(self) -> Placed:
        """The first arrangement of those whose labels cost least, alone."""
        best = int(self.costs.sum(axis=1).argmin())
        some = slice(best, best + 1)
        return Placed(self.x[some], self.y[some], self.chosen[some], self.costs[some])

    @property
    def cost(self) -> int:
        """Of the labels of the first arrangement."""
        return int(self.costs[0].sum())


def spread(sizes: Sizes, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Push dots apart that lie on each other, or on the label below one.

    Returns:
        Where the dots are then, inside the picture.
    """
    wide = sizes.half[:, None] + sizes.half
    high = sizes.below[:, None] + sizes.above  # of an upper and a lower one
    before = np.triu(np.ones((len(sizes.half),) * 2, dtype=bool), 1)
    x, y = _inside(sizes, x, y)
    some = np.arange(len(x))  # arrangements in which something lies on something
    for _ in range(SPREADS):
        here_x, here_y = x[some], y[some]
        right = here_x[:, None, :] - here_x[:, :, None]
        down = here_y[:, None, :] - here_y[:, :, None]
        across, needed = wide - np.abs(right), high - down
        on_other = (
            (needed > MIN_OVERLAP) & (across > MIN_OVERLAP) & ((down > 0) | ((down == 0) & before))
        )
        pushed = on_other.any(axis=(1, 2))
        if not pushed.all():
            some, on_other = some[pushed], on_other[pushed]
            if not len(some):
                break
            right, across, needed = right[pushed], across[pushed], needed[pushed]
            here_x, here_y = here_x[pushed], here_y[pushed]
        is_aside = across < needed
        # The first of a pair is moved one way and the other the other way.
        push_x = np.copysign(across * (on_other & is_aside), right)
        push_y = needed * (on_other & ~is_aside)
        # Whoever is pushed by several goes less far than all of them want.
        times = np.maximum(2.0, on_other.sum(axis=1) + on_other.sum(axis=2))
        here_x += (push_x.sum(axis=1) - push_x.sum(axis=2)) / times
        here_y += (push_y.sum(axis=1) - push_y.sum(axis=2)) / times
        x[some], y[some] = _inside(sizes, here_x, here_y)
    return np.round(x, 1), np.round(y, 1)


def _inside(sizes: Sizes, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    x = np.clip(x, sizes.half, sizes.width - sizes.half)
    return x, np.clip(y, sizes.above, sizes.height - sizes.below)


def place_labels(sizes: Sizes, x: Floats, y: Floats) -> Placed:
    """Choose a place for the label of each dot."""
    left, top = _corners(sizes, x, y)
    right, bottom = left + sizes.label_width[:, None], top + sizes.label_height[:, None]
    on_edge = (left < EDGE) | (right > sizes.width - EDGE)
    on_edge |= (top < EDGE) | (bottom > sizes.height - EDGE)
    on_edge[:, :, 0] = False
    boxes = (left, top, right, bottom)
    fixed = (
        _OUTSIDE * on_edge + _count_lines(sizes, x, y, boxes) + 3 * _count_dots(sizes, x, y, boxes)
    )
    overlaps = _overlaps(boxes)
    count, dots = x.shape
    every = np.arange(count)
    chosen = np.zeros((count, dots), dtype=np.int64)
    costs = fixed + overlaps[:, :, :, :, 0].sum(axis=3, dtype=np.int64)
    for _ in range(PASSES):
        moved = False
        for dot in range(dots):
            best = costs[:, dot].argmin(axis=1)
            if (best != chosen[:, dot]).any():
                costs += (
                    overlaps[every, :, :, dot, best] - overlaps[every, :, :, dot, chosen[:, dot]]
                )
                chosen[:, dot], moved = best, True
        if not moved:
            break
    return Placed(x, y, chosen, np.take_along_axis(costs, chosen[:, :, None], axis=2)[:, :, 0])


def _corners(sizes: Sizes, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The left and upper edges of the labels in each of their places."""
    away = (sizes.radius + GAP)[:, None]
    wide, high = sizes.label_width[:, None], sizes.label_height[:, None]
    left = x[:, :, None] + _OF_WIDTH * wide + _ACROSS * away
    # Beside the edge a label above or below its dot moves along it.
    moved = np.maximum(np.minimum(left, sizes.width - EDGE - wide), EDGE)
    left = np.where(_IS_MIDDLE, moved, left)
    return left, y[:, :, None] + _OF_HEIGHT * high + _DOWN * away


def ends(sizes: Sizes, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The ends of lines, from rim to rim, with room for the heads of arrows."""
    start_x, start_y = x[:, sizes.sources], y[:, sizes.sources]
    across, down = x[:, sizes.targets] - start_x, y[:, sizes.targets] - start_y
    length = np.maximum(np.hypot(across, down), 1e-9)
    first, last = sizes.from_source / length, 1 - sizes.from_target / length
    return (
        start_x + across * first,
        start_y + down * first,
        start_x + across * last,
        start_y + down * last,
    )


def _count_lines(sizes: Sizes, x: Floats, y: Floats, boxes: tuple[Floats, ...]) -> Numbers:
    """How many lines cross each box.

    A line and a box are apart where a line across, down or along it lies between them: the theorem
    of separating axes.
    """
    left, top, right, bottom = (each.astype(np.float32)[:, :, :, None] for each in boxes)
    x0, y0, x1, y1 = (each.astype(np.float32)[:, None, None, :] for each in ends(sizes, x, y))
    half_x, half_y = (right - left) / 2, (bottom - top) / 2
    run_x, run_y = (x1 - x0) / 2, (y1 - y0) / 2
    long_x, long_y = np.abs(run_x), np.abs(run_y)
    to_x, to_y = (x0 + x1) / 2 - (left + right) / 2, (y0 + y1) / 2 - (top + bottom) / 2
    aside = run_x * to_y
    aside -= run_y * to_x
    room = half_x * long_y
    room += half_y * long_x
    crossed = np.abs(aside, out=aside) < room
    crossed &= np.abs(to_x, out=to_x) < half_x + long_x
    crossed &= np.abs(to_y, out=to_y) < half_y + long_y
    found: Numbers = crossed.sum(axis=3)
    return found


def _count_dots(sizes: Sizes, x: Floats, y: Floats, boxes: tuple[Floats, ...]) -> Numbers:
    """How many dots lie on each box."""
    room = sizes.radius + 1
    left, top, right, bottom = (each[:, :, :, None] for each in boxes)
    low_x, low_y = (x - room)[:, None, None, :], (y - room)[:, None, None, :]
    high_x, high_y = (x + room)[:, None, None, :], (y + room)[:, None, None, :]
    on = (left < high_x) & (low_x < right) & (top < high_y) & (low_y < bottom)
    found: Numbers = on.sum(axis=3)
    return found


def _overlaps(boxes: tuple[Floats, ...]) -> NDArray[Any]:
    """What it costs that two labels lie on each other.

    By arrangement, dot, place, other dot and its place.
    """
    count, dots, places = boxes[0].shape
    left, top, right, bottom = (each.reshape(count, dots * places) for each in boxes)
    on = left[:, :, None] < right[:, None, :]
    on &= on.transpose(0, 2, 1)
    below = top[:, :, None] < bottom[:, None, :]
    on &= below & below.transpose(0, 2, 1)
    found = on.reshape(count, dots, places, dots, places)
    same = np.arange(dots)
    found[:, same, :, same, :] = False
    return found.view(np.int8) * np.int8(3)


def make_labels(sizes: Sizes, spots: Sequence[Spot], placed: Placed) -> list[Label]:
    """The labels of the first arrangement."""
    left, top = _corners(sizes, placed.x[:1], placed.y[:1])
    return [
        make_label(spot, _ANCHORS[place], float(left[0, dot, place]), float(top[0, dot, place]))
        for dot, (spot, place) in enumerate(zip(spots, placed.chosen[0].tolist(), strict=True))
    ]
