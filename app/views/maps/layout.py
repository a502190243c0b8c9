"""A graph of papers as a picture.

Where each paper stands, and the lines between them.

Positions come from a force-directed layout (Fruchterman and Reingold 1991, by rustworkx). It starts
from places that hang on the papers' keys alone, so the same graph always gives the same picture,
and one more link moves little.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import rustworkx

from app.models import Paper
from app.queries.links.graph import Edge, Graph
from app.text.person_names import surname

ROUNDS = 120  # of the layout, fewer where many papers make each one slow
ROOM = 8000.0  # square pixels for a paper and its label
MIN_MAP_PIXELS = (680.0, 440.0)
MARGIN_X, MARGIN_Y = 56.0, 28.0
LABEL_HEIGHT = 16.0
LETTER = 6.6  # width of a letter of a label, about
MAX_LABEL = 24  # "ATLAS Collaboration 2012"
SPREADS = 40


@dataclass(frozen=True)
class MapDot:
    """A paper on a map; distances in pixels.."""

    paper: Paper
    label: str
    x: float
    y: float
    radius: float
    is_center: bool


@dataclass(frozen=True)
class MapLine:
    """A line between two papers; `both` when links go in both directions."""

    source: Paper
    target: Paper
    x1: float
    y1: float
    x2: float
    y2: float
    links: int
    see_also: bool
    both: bool


@dataclass(frozen=True)
class Map:
    """What a template draws; `left_out` papers had no room."""

    width: int
    height: int
    dots: list[MapDot]
    lines: list[MapLine]
    left_out: int


def draw(
    graph: Graph, center: Paper | None = None, min_size: tuple[float, float] = MIN_MAP_PIXELS
) -> Map:
    """Lay a graph out.

    Args:
        graph: the papers and edges.
        center: the paper that it is about, if it is about one.
        min_size: width and height of a map of few papers; those of many are larger.
    """
    grown = max(1.0, math.sqrt(len(graph.papers) * ROOM / (min_size[0] * min_size[1])))
    width, height = min_size[0] * grown, min_size[1] * grown
    places = _scaled(_layout(graph), width, height)
    dots = {
        number: MapDot(
            paper,
            label_of(paper),
            *places[number],
            radius_of(paper),
            center is not None and paper.id == center.id,
        )
        for number, paper in graph.papers.items()
    }
    dots = _spread(dots, width, height)
    return Map(
        round(width), round(height), list(dots.values()), _lines(graph, dots), graph.left_out
    )


def label_of(paper: Paper) -> str:
    """The label of a paper on a map: `Ren 2015`.

    The beginning of the title where nobody is known to have written it.
    """
    if paper.authors:
        label = surname(paper.authorships[0].printed)
        year = f" {paper.year}" if paper.year else ""
    else:
        label, year = paper.title, ""
    room = MAX_LABEL - len(year)
    return (label if len(label) <= room else label[: room - 1].rstrip() + "…") + year


def radius_of(paper: Paper) -> float:
    """Larger with each public summary, ever more slowly."""
    return round(min(5 + 3 * math.log2(1 + paper.summaries_count), 16), 1)


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


def _scaled(
    places: dict[int, tuple[float, float]], width: float, height: float
) -> dict[int, tuple[float, float]]:
    if not places:
        return {}
    ranges = []
    for axis, size, margin in ((0, width, MARGIN_X), (1, height, MARGIN_Y)):
        values = [place[axis] for place in places.values()]
        low, span = min(values), (max(values) - min(values)) or 1.0
        if len(values) == 1:
            low, span = values[0] - 0.5, 1.0
        ranges.append((low, (size - 2 * margin) / span, margin))
    (low_x, by_x, from_x), (low_y, by_y, from_y) = ranges
    return {
        number: (from_x + (x - low_x) * by_x, from_y + (y - low_y) * by_y)
        for number, (x, y) in places.items()
    }


def _spread(dots: dict[int, MapDot], width: float, height: float) -> dict[int, MapDot]:
    """Push apart those whose dots or labels lie on each other, down and up the page."""
    x = {number: dot.x for number, dot in dots.items()}
    y = {number: dot.y for number, dot in dots.items()}
    half = {
        number: max(dot.radius, len(dot.label) * LETTER / 2) + 2 for number, dot in dots.items()
    }
    tall = {number: 2 * dot.radius + LABEL_HEIGHT for number, dot in dots.items()}
    for _ in range(SPREADS):
        moved = False
        order = sorted(dots, key=lambda number: (y[number], number))
        for place, upper in enumerate(order):
            for lower in order[place + 1 :]:
                need = (tall[upper] + tall[lower]) / 2
                gap = y[lower] - y[upper]
                if gap >= max(need, 50):
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
        for number in dots:
            x[number] = min(max(x[number], half[number]), width - half[number])
            room = dots[number].radius + 4
            y[number] = min(max(y[number], room), height - room - LABEL_HEIGHT)
        if not moved:
            break
    return {
        number: MapDot(
            dot.paper,
            dot.label,
            round(x[number], 1),
            round(y[number], 1),
            dot.radius,
            dot.is_center,
        )
        for number, dot in dots.items()
    }


def _lines(graph: Graph, dots: dict[int, MapDot]) -> list[MapLine]:
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    lines = []
    for (source, target), edge in edges.items():
        back = edges.get((target, source))
        if source not in dots or target not in dots or (back is not None and target < source):
            continue
        lines.append(_line(dots[source], dots[target], [edge] if back is None else [edge, back]))
    return lines


def _line(source: MapDot, target: MapDot, edges: Sequence[Edge]) -> MapLine:
    """From the rim of one dot to that of the other, with room for the heads of the arrow."""
    both = len(edges) == 2
    across, down = target.x - source.x, target.y - source.y
    length = math.hypot(across, down) or 1.0
    start = source.radius + (5 if both else 1)
    end = target.radius + 5
    return MapLine(
        source.paper,
        target.paper,
        round(source.x + across * start / length, 1),
        round(source.y + down * start / length, 1),
        round(target.x - across * end / length, 1),
        round(target.y - down * end / length, 1),
        sum(edge.links for edge in edges),
        any(edge.see_also for edge in edges),
        both,
    )
