"""A graph of papers as a picture.

Where each paper stands, and the lines between them.

Positions come from a force-directed layout (Fruchterman and Reingold 1991, by rustworkx). It starts
from places that hang on the papers' keys alone, so the same graph always gives the same picture,
and one more link moves little. The layout is turned in several ways, and the one whose labels lie
on the fewest lines is taken.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import rustworkx

from app.queries.links.graph import Edge, Graph, GraphPaper
from app.views.maps.drawing import Map, MapDot, make_line, pairs, radius_of
from app.views.maps.labels import (
    GAP,
    Label,
    Segment,
    Spot,
    drop_overlaps,
    label_size,
    place_labels,
    short_title,
)

ROUNDS = 120  # of the layout, fewer where many papers make each one slow
# Square pixels for a paper and its label: of many papers, and how much more where there are few.
ROOM, MORE_ROOM, FEW_PAPERS = 12000.0, 12000.0, 20
WIDTH, MIN_HEIGHT = 736.0, 420.0  # pixels
MARGIN = 10.0
SPREADS = 40
MAX_TURNS = 24  # of a small map; a larger one is turned less often, for each turn takes longer
TRIED_PAPERS = 240  # as many papers are placed in all turns together
GOLDEN_ANGLE = 2.399963
MIN_REACH, REACH = 30.0, 25.0  # pixels that a dot is moved
HEAD = 6.0  # the length of an arrow's head

Point = tuple[float, float]


@dataclass(frozen=True)
class Arrangement:
    """Dots and their labels, and what the labels cost: 0 where none lies on anything."""

    spots: dict[int, Spot]
    labels: dict[int, Label]
    costs: dict[int, int]

    @property
    def cost(self) -> int:
        return sum(self.costs.values())


def draw(graph: Graph, center: int | None = None) -> Map:
    """Lay a graph out.

    Args:
        graph: the papers and edges.
        center: the number of the paper that it is about, if it is about one.
    """
    papers = len(graph.papers)
    room = ROOM + MORE_ROOM * FEW_PAPERS / max(papers, FEW_PAPERS)
    height = max(MIN_HEIGHT, papers * room / WIDTH)
    spots = {
        number: Spot(0, 0, radius_of(paper), short_title(paper.title), str(paper.year or ""))
        for number, paper in _by_importance(graph, center).items()
    }
    found = _improve(graph, _turn(graph, spots, height), height)
    labels = drop_overlaps(found.labels)
    dots = [
        MapDot(paper, labels.get(number), spot.x, spot.y, spot.radius, number == center)
        for number, paper in graph.papers.items()
        for spot in [found.spots[number]]
    ]
    lines = [make_line(graph, edges, _path(*_ends(found.spots, edges))) for edges in pairs(graph)]
    return Map(round(WIDTH), round(height), dots, lines, graph.left_out)


def _by_importance(graph: Graph, center: int | None) -> dict[int, GraphPaper]:
    """The papers, those first whose labels should have the best places."""
    links = Counter(end for edge in graph.edges for end in (edge.source, edge.target))
    order = sorted(graph.papers, key=lambda number: (number != center, -links[number], number))
    return {number: graph.papers[number] for number in order}


def _layout(graph: Graph) -> dict[int, tuple[float, float]]:
    numbers = sorted(graph.papers)
    index = {number: place for place, number in enumerate(numbers)}
    net = rustworkx.PyGraph(multigraph=False)
    net.add_nodes_from(numbers)
    net.add_edges_from([(index[e.source], index[e.target], 1.0) for e in graph.edges])
    # What hangs together nowhere else hangs on an unseen middle, or it would drift away.
    middle = net.add_node(None)
    for component in rustworkx.connected_components(net):
        if middle not in component:
            strongest = max(component, key=lambda node: (net.degree(node), -node))
            net.add_edge(middle, strongest, 1.0)
    start = {index[number]: _start(paper.key) for number, paper in graph.papers.items()}
    found = rustworkx.spring_layout(
        net,
        pos={**start, middle: (0.0, 0.0)},
        k=1.6 / math.sqrt(len(numbers) + 1),
        num_iter=ROUNDS if len(numbers) <= 100 else ROUNDS // 2,
        seed=1,
    )
    return {number: (found[index[number]][0], found[index[number]][1]) for number in numbers}


def _start(key: str) -> tuple[float, float]:
    """A place in the unit square around 0 that stays with a key."""
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:4]) / 2**31 - 1, int.from_bytes(digest[4:8]) / 2**31 - 1


def _turn(graph: Graph, spots: dict[int, Spot], height: float) -> Arrangement:
    """The layout, turned as its labels cost least, and stretched to the size of the picture."""
    places = _layout(graph)
    turns = _turns(graph)
    best = None
    for turn in range(turns):
        scaled = _scaled(spots, _turned(places, turn / turns), height)
        found = _labelled(graph, _spread(scaled, height), height)
        if best is None or found.cost < best.cost:
            best = found
        if not best.cost:
            break
    assert best is not None
    return best


def _turns(graph: Graph) -> int:
    return max(1, min(MAX_TURNS, TRIED_PAPERS // max(len(graph.papers), 1)))


def _labelled(graph: Graph, spots: dict[int, Spot], height: float) -> Arrangement:
    lines = [_ends(spots, edges) for edges in pairs(graph)]
    return Arrangement(spots, *place_labels(spots, lines, (WIDTH, height)))


def _improve(graph: Graph, found: Arrangement, height: float) -> Arrangement:
    """Move dots whose labels lie on something, a few steps far, as long as that helps."""
    for step in range(2 * _turns(graph)):
        wrong = [number for number, cost in found.costs.items() if cost]
        if not wrong:
            break
        number = wrong[step % len(wrong)]
        spot = found.spots[number]
        # Points of the golden angle lie evenly around a place.
        angle, reach = step * GOLDEN_ANGLE, MIN_REACH + REACH * (step % 8)
        x, y = spot.x + reach * math.cos(angle), spot.y + reach * math.sin(angle)
        moved = {**found.spots, number: replace(spot, x=x, y=y)}
        tried = _labelled(graph, _spread(moved, height), height)
        found = min(found, tried, key=lambda arrangement: arrangement.cost)
    return found


def _turned(places: Mapping[int, Point], part: float) -> dict[int, Point]:
    """The same places after a part of a whole turn around the middle."""
    sine, cosine = math.sin(2 * math.pi * part), math.cos(2 * math.pi * part)
    return {
        number: (x * cosine - y * sine, x * sine + y * cosine) for number, (x, y) in places.items()
    }


def _scaled(
    spots: Mapping[int, Spot], places: Mapping[int, Point], height: float
) -> dict[int, Spot]:
    """Stretch the places until they fill the picture, with room for dots and labels."""
    if not places:
        return {}
    room = max(map(_half_width, spots.values()))
    xs, ys = ([place[axis] for place in places.values()] for axis in (0, 1))
    low_x, low_y = min(xs), min(ys)
    wide, high = max(xs) - low_x, max(ys) - low_y
    top = MARGIN + max(spot.radius for spot in spots.values())
    bottom = height - MARGIN - max(_below(spot) for spot in spots.values())
    return {
        number: replace(
            spot,
            x=_between(room, WIDTH - room, (places[number][0] - low_x) / wide if wide else 0.5),
            y=_between(top, bottom, (places[number][1] - low_y) / high if high else 0.5),
        )
        for number, spot in spots.items()
    }


def _between(low: float, high: float, part: float) -> float:
    return low + (high - low) * part


def _half_width(spot: Spot) -> float:
    return max(spot.radius, label_size(spot)[0] / 2) + 2


def _below(spot: Spot) -> float:
    """How far a dot and the label below it reach under its middle."""
    return spot.radius + GAP + label_size(spot)[1]


def _spread(spots: dict[int, Spot], height: float) -> dict[int, Spot]:
    """Push apart those whose dots or labels lie on each other, down and up the page."""
    x = {number: spot.x for number, spot in spots.items()}
    y = {number: spot.y for number, spot in spots.items()}
    half = {number: _half_width(spot) for number, spot in spots.items()}
    above = {number: spot.radius + GAP for number, spot in spots.items()}
    below = {number: _below(spot) for number, spot in spots.items()}
    tallest = max(below.values(), default=0) + max(above.values(), default=0)
    for _ in range(SPREADS):
        moved = False
        order = sorted(spots, key=lambda number: (y[number], number))
        for place, upper in enumerate(order):
            for lower in order[place + 1 :]:
                need = below[upper] + above[lower]
                gap = y[lower] - y[upper]
                if gap >= tallest:
                    break
                across = half[upper] + half[lower] - abs(x[lower] - x[upper])
                if gap < need and across > 0.5:
                    moved = True
                    if across < need - gap:
                        push = across / 2 if x[lower] >= x[upper] else -across / 2
                        x[upper], x[lower] = x[upper] - push, x[lower] + push
                    else:
                        y[upper] -= (need - gap) / 2
                        y[lower] += (need - gap) / 2
        for number in spots:
            x[number] = min(max(x[number], half[number]), WIDTH - half[number])
            y[number] = min(max(y[number], above[number]), height - below[number])
        if not moved:
            break
    return {
        number: replace(spot, x=round(x[number], 1), y=round(y[number], 1))
        for number, spot in spots.items()
    }


def _ends(spots: Mapping[int, Spot], edges: list[Edge]) -> Segment:
    """From the rim of one dot to that of the other, with room for the heads of the arrow."""
    source, target = spots[edges[0].source], spots[edges[0].target]
    across, down = target.x - source.x, target.y - source.y
    length = math.hypot(across, down) or 1.0
    start = source.radius + (HEAD if len(edges) == 2 else 1)
    end = target.radius + HEAD
    return (
        source.x + across * start / length,
        source.y + down * start / length,
        target.x - across * end / length,
        target.y - down * end / length,
    )


def _path(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"
