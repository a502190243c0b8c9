"""What a template draws of a map, however the papers were laid out.

Everything follows from the rows of the graph, and is the same each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from app.queries.links.edges import Edge, Graph, GraphPaper
from app.sources.retractions import Retraction
from app.views.maps.labels import Label

STRONG_LINKS = 3
CROSS_BEYOND = 2.0  # pixels by which the lines over a retracted paper reach beyond its dot


@dataclass(frozen=True)
class MapDot:
    """A paper on a map; distances in pixels."""

    paper: GraphPaper
    label: Label | None  # a large map has no room for some
    x: float
    y: float
    radius: float
    is_center: bool

    @property
    def attributes(self) -> Markup:
        """As those of SVG's `circle`."""
        return Markup(f'cx="{self.x:.1f}" cy="{self.y:.1f}" r="{self.radius:.1f}"')  # noqa: S704

    @property
    def cross(self) -> str:
        """The lines over the dot of a retracted paper, one where there is only concern.

        As SVG's path; empty for other papers.
        """
        retraction = self.paper.retraction
        return (
            ""
            if retraction is None
            else draw_cross(self.x, self.y, self.radius, is_whole=retraction.is_retracted)
        )


@dataclass(frozen=True)
class MapLine:
    """A line between two papers as an SVG path.

    `both` when links go in both directions.
    """

    source: GraphPaper
    target: GraphPaper
    path: str
    links: int
    see_also: bool
    both: bool

    @property
    def is_strong(self) -> bool:
        return self.links >= STRONG_LINKS


@dataclass(frozen=True)
class Map:
    """A picture; `left_out` papers had no room."""

    width: int
    height: int
    dots: list[MapDot]
    lines: list[MapLine]
    left_out: int

    @property
    def sections(self) -> list[tuple[str, str]]:
        """Slug and name of the sections of its papers, by name.

        Empty ones for no section.
        """
        found = {(dot.paper.section_slug or "", dot.paper.section or "") for dot in self.dots}
        return sorted(found, key=lambda section: (not section[0], section[1]))

    @property
    def has_see_also(self) -> bool:
        return any(line.see_also for line in self.lines)

    @property
    def has_mentions(self) -> bool:
        return any(not line.see_also for line in self.lines)

    @property
    def has_both(self) -> bool:
        return any(line.both for line in self.lines)

    @property
    def has_strong(self) -> bool:
        return any(line.is_strong for line in self.lines)

    @property
    def has_center(self) -> bool:
        return any(dot.is_center for dot in self.dots)

    @property
    def has_empty(self) -> bool:
        return any(not dot.paper.summaries_count for dot in self.dots)

    @property
    def retractions(self) -> list[Retraction]:
        """The kinds of marks of retracted papers on it, one of each."""
        found = {
            dot.paper.retraction.nature: dot.paper.retraction
            for dot in self.dots
            if dot.paper.retraction
        }
        return [found[nature] for nature in sorted(found, reverse=True)]

    @property
    def has_sizes(self) -> bool:
        return len({dot.radius for dot in self.dots if dot.paper.summaries_count}) > 1


def draw_cross(x: float, y: float, radius: float, *, is_whole: bool) -> str:
    """Two lines over a dot, or one, as SVG's path."""
    reach = round(radius * math.sqrt(0.5) + CROSS_BEYOND, 1)
    line = f"M{x - reach:.1f} {y + reach:.1f}l{2 * reach:.1f} {-2 * reach:.1f}"
    return f"{line}m0 {2 * reach:.1f}l{-2 * reach:.1f} {-2 * reach:.1f}" if is_whole else line


def radius_of(paper: GraphPaper) -> float:
    """Larger with each public summary, ever more slowly."""
    return round(min(5 + 3 * math.log2(1 + paper.summaries_count), 16), 1)


def pairs(graph: Graph) -> Iterator[list[Edge]]:
    """The edges, those between the same two papers together."""
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    for (source, target), edge in edges.items():
        back = edges.get((target, source))
        if source not in graph.papers or target not in graph.papers:
            continue
        if back is None:
            yield [edge]
        elif source < target:
            yield [edge, back]


def list_lines(graph: Graph) -> list[MapLine]:
    """All lines between its papers, drawn or not, by the title of the first."""
    lines = [make_line(graph, edges, "") for edges in pairs(graph)]
    return sorted(lines, key=lambda line: line.source.title.casefold())


def make_line(graph: Graph, edges: list[Edge], path: str) -> MapLine:
    """The line of the edges between two papers, from the source of the first."""
    return MapLine(
        graph.papers[edges[0].source],
        graph.papers[edges[0].target],
        path,
        sum(edge.links for edge in edges),
        any(edge.see_also for edge in edges),
        len(edges) == 2,
    )
