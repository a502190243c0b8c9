"""A small graph as a column, the oldest paper on top, with arcs beside it.

For where there is little width: the text stands to one side of the dots and the arcs to the other,
so that no line can cross a label, however many there are. It is an arc diagram: Wattenberg 2002,
https://doi.org/10.1109/INFVIS.2002.1173155.
"""

from __future__ import annotations

from app.queries.links.edges import Edge, Graph, GraphPaper
from app.views.maps.drawing import Map, MapDot, make_line, pairs
from app.views.maps.labels import FONT, GAP, LINE, Box, Label, Spot, short_title

ROW = 38.0
MARGIN = 4.0
RADIUS = 7.0  # of all, so that the labels stand in a line
MIN_BULGE = 16.0
HEAD = 6.0  # the length of an arrow's head
APART = 3.5  # arcs to papers above end higher on a dot than those to papers below


def draw_timeline(graph: Graph, center: int | None, width: float, most: int) -> Map:
    """Draw the strongest papers of a graph.

    Args:
        graph: the papers, the strongest first, and edges.
        center: the number of the paper that it is about, if it is about one.
        width: of the picture, in pixels.
        most: how many papers at most.
    """
    small = graph.limited(most)
    ordered = sorted(small.papers.values(), key=lambda paper: (paper.year or 9999, paper.id))
    height = 2 * MARGIN + ROW * len(ordered)
    shown = {
        paper.id: Spot(RADIUS, short_title(paper.title), str(paper.year or "")) for paper in ordered
    }
    widest = max((spot.width for spot in shown.values()), default=0.0)
    # The arcs have what the labels leave.
    column = width - widest - GAP - RADIUS - 2
    dots = {
        paper.id: _dot(paper, shown[paper.id], column, MARGIN + ROW * (row + 0.5), center)
        for row, paper in enumerate(ordered)
    }
    rows = {paper.id: row for row, paper in enumerate(ordered)}
    lines = [
        make_line(small, edges, _arc(dots, rows, edges, len(ordered))) for edges in pairs(small)
    ]
    return Map(round(width), round(height), list(dots.values()), lines, small.left_out)


def _dot(paper: GraphPaper, spot: Spot, x: float, y: float, center: int | None) -> MapDot:
    left, top = x + RADIUS + GAP, y - spot.height / 2
    baseline = y + FONT / 2 - 2 - (LINE / 2 if spot.year else 0)
    box = Box(left, top, left + spot.width, top + spot.height)
    label = Label(spot.title, spot.year, left, round(baseline, 1), "start", box)
    return MapDot(paper, label, round(x, 1), round(y, 1), RADIUS, paper.id == center)


def _arc(dots: dict[int, MapDot], rows: dict[int, int], edges: list[Edge], count: int) -> str:
    """From the side of one dot to that of the other; the farther, the wider."""
    source, target = dots[edges[0].source], dots[edges[0].target]
    steps = abs(rows[source.paper.id] - rows[target.paper.id])
    down = APART if target.y > source.y else -APART
    start_x = source.x - source.radius - (HEAD if len(edges) == 2 else 1)
    end_x = target.x - target.radius - HEAD
    room = min(start_x, end_x) - MIN_BULGE - 2
    bulge = MIN_BULGE + room * ((steps - 1) / max(count - 2, 1)) ** 0.8
    # The curve reaches three quarters of the way to its control points.
    out = min(start_x, end_x) - max(bulge, MIN_BULGE) / 0.75
    start_y, end_y = source.y + down, target.y - down
    return (
        f"M{start_x:.1f} {start_y:.1f}C{out:.1f} {start_y:.1f} {out:.1f} {end_y:.1f}"
        f" {end_x:.1f} {end_y:.1f}"
    )
