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

import numpy as np
import rustworkx

from app.queries.links.edges import Graph
from app.views.maps.drawing import Map, MapDot, make_line, pairs, radius_of
from app.views.maps.labels import Spot, drop_overlaps, short_title
from app.views.maps.placing import Floats, Placed, Sizes, ends, make_labels, place_labels, spread

ROUNDS = 120  # of the layout, fewer where many papers make each one slow
# Square pixels for a paper and its label: of many papers, and how much more where there are few.
ROOM, MORE_ROOM, FEW_PAPERS = 12000.0, 12000.0, 20
WIDTH, MIN_HEIGHT = 736.0, 420.0  # pixels
MARGIN = 10.0
MAX_TURNS = 24  # of a small map; a larger one is turned less often, for each turn takes longer
TRIED_PAIRS = 2000  # as many pairs of papers are compared in all turns together
MOVES = 2  # times that dots are moved whose labels lie on something
GOLDEN_ANGLE = 2.399963
MIN_REACH, REACH = 30.0, 25.0  # pixels that a dot is moved


def draw(graph: Graph, center: int | None = None) -> Map:
    """Lay a graph out.

    Args:
        graph: the papers and edges.
        center: the number of the paper that it is about, if it is about one.
    """
    papers = len(graph.papers)
    room = ROOM + MORE_ROOM * FEW_PAPERS / max(papers, FEW_PAPERS)
    height = max(MIN_HEIGHT, papers * room / WIDTH)
    if not papers:
        return Map(round(WIDTH), round(height), [], [], graph.left_out)
    order = _by_importance(graph, center)
    place_of = {number: place for place, number in enumerate(order)}
    spots = [
        Spot(radius_of(paper), short_title(paper.title), str(paper.year or ""))
        for paper in (graph.papers[number] for number in order)
    ]
    joined = list(pairs(graph))
    lines = [
        (place_of[edges[0].source], place_of[edges[0].target], len(edges) == 2) for edges in joined
    ]
    sizes = Sizes(spots, lines, WIDTH, height)
    found = _improve(sizes, _turn(sizes, _layout(graph, order)))
    labels = drop_overlaps(make_labels(sizes, spots, found))
    xs, ys = found.x[0].tolist(), found.y[0].tolist()
    dots = [
        MapDot(paper, labels[at], xs[at], ys[at], spots[at].radius, number == center)
        for number, paper in graph.papers.items()
        for at in [place_of[number]]
    ]
    segments = zip(*(each[0].tolist() for each in ends(sizes, found.x, found.y)), strict=True)
    drawn = [
        make_line(graph, edges, _path(*segment))
        for edges, segment in zip(joined, segments, strict=True)
    ]
    return Map(round(WIDTH), round(height), dots, drawn, graph.left_out)


def _by_importance(graph: Graph, center: int | None) -> list[int]:
    """The papers, those first whose labels should have the best places."""
    links = Counter(end for edge in graph.edges for end in (edge.source, edge.target))
    return sorted(graph.papers, key=lambda number: (number != center, -links[number], number))


def _layout(graph: Graph, order: list[int]) -> Floats:
    """Where the papers stand: a row of two numbers for each, in this order."""
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
    return np.array([found[index[number]] for number in order], dtype=np.float64)


def _start(key: str) -> tuple[float, float]:
    """A place in the unit square around 0 that stays with a key."""
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:4]) / 2**31 - 1, int.from_bytes(digest[4:8]) / 2**31 - 1


def _turn(sizes: Sizes, places: Floats) -> Placed:
    """The layout, turned as its labels cost least, and stretched to the size of the picture."""
    turns = _turns(sizes)
    angles = 2 * math.pi * np.arange(turns)[:, None] / turns
    sine, cosine = np.sin(angles), np.cos(angles)
    x, y = places[:, 0], places[:, 1]
    return _place(sizes, *_stretched(sizes, x * cosine - y * sine, x * sine + y * cosine))


def _turns(sizes: Sizes) -> int:
    return max(1, min(MAX_TURNS, TRIED_PAIRS // len(sizes.radius) ** 2))


def _stretched(sizes: Sizes, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The places moved apart until they fill the picture, with room for dots and labels."""
    room = sizes.half.max()
    top, bottom = MARGIN + sizes.radius.max(), sizes.height - MARGIN - sizes.below.max()
    return (
        _between(room, sizes.width - room, _parts(x)),
        _between(top, bottom, _parts(y)),
    )


def _parts(values: Floats) -> Floats:
    """How far from the least to the largest of its row each value is, from 0 to 1."""
    least = values.min(axis=1, keepdims=True)
    range_ = values.max(axis=1, keepdims=True) - least
    return np.where(range_ > 0, (values - least) / np.where(range_ > 0, range_, 1), 0.5)


def _between(low: float, high: float, part: Floats) -> Floats:
    return low + (high - low) * part


def _place(sizes: Sizes, x: Floats, y: Floats) -> Placed:
    return place_labels(sizes, *spread(sizes, x, y)).take_best()


def _improve(sizes: Sizes, found: Placed) -> Placed:
    """Move dots whose labels lie on something, a few steps far, as long as that helps."""
    tries = _turns(sizes)
    # On a large map one dot more or less in its place cannot be seen.
    for move in range(MOVES if tries > 1 else 0):
        wrong = found.costs[0].nonzero()[0]
        if not len(wrong):
            break
        steps = np.arange(move * tries, (move + 1) * tries)
        dots = wrong[steps % len(wrong)]
        # Points of the golden angle lie evenly around a place.
        angles, reach = steps * GOLDEN_ANGLE, MIN_REACH + REACH * (steps % 8)
        x, y = np.repeat(found.x, tries, axis=0), np.repeat(found.y, tries, axis=0)
        x[np.arange(tries), dots] += reach * np.cos(angles)
        y[np.arange(tries), dots] += reach * np.sin(angles)
        tried = _place(sizes, x, y)
        found = min(found, tried, key=lambda placed: placed.cost)
    return found


def _path(x: float, y: float, to_x: float, to_y: float) -> str:
    return f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"
