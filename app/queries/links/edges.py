"""Papers with the links between them, and which of them are drawn.

Nothing is read here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.models import Paper
from app.sources.retractions import Retraction


@dataclass(frozen=True)
class Edge:
    """That summaries of the paper `source` link to the paper `target`, `links` times."""

    source: int
    target: int
    links: int
    see_also: bool


@dataclass(frozen=True)
class GraphPaper:
    """A paper, in as much as a map or a file of one needs."""

    id: int
    key: str
    title: str
    title_html: str
    year: int | None
    section_slug: str | None
    summaries_count: int
    section: str | None = None  # its name
    retraction: Retraction | None = None


@dataclass(frozen=True)
class Graph:
    """Papers by number, the strongest first, and the edges between them.

    `left_out` counts papers that were found and had no room.
    """

    papers: dict[int, GraphPaper]
    edges: list[Edge]
    left_out: int

    def limited(self, most: int) -> Graph:
        """Its strongest papers and the edges between them."""
        kept = dict(list(self.papers.items())[:most])
        edges = [edge for edge in self.edges if edge.source in kept and edge.target in kept]
        return Graph(kept, edges, self.left_out + len(self.papers) - len(kept))

    def best_linked(self, most: int) -> Graph:
        """Papers that are linked to each other, and the edges between them.

        Those with most links are rarely linked to each other, so edges are chosen, not papers.
        """
        if len(self.papers) <= most:
            return self
        chosen = choose_linked(self.edges, most)
        kept = {number: paper for number, paper in self.papers.items() if number in chosen}
        edges = [edge for edge in self.edges if edge.source in kept and edge.target in kept]
        return Graph(kept, edges, self.left_out + len(self.papers) - len(kept))

    def targets_of(self, paper: Paper) -> list[str]:
        """Keys of the papers that summaries of one of them link to, strongest first."""
        found = {edge.target for edge in self.edges if edge.source == paper.id}
        return [each.key for number, each in self.papers.items() if number in found]

    def sources_of(self, paper: Paper) -> list[str]:
        """Keys of the papers whose summaries link to one of them, strongest first."""
        found = {edge.source for edge in self.edges if edge.target == paper.id}
        return [each.key for number, each in self.papers.items() if number in found]


def choose_linked(edges: Iterable[Edge], most: int) -> set[int]:
    """The ends of the strongest edges, so many at most."""
    edges = list(edges)
    weights = count_links(edges)
    chosen: set[int] = set()
    for edge in sorted(
        edges, key=lambda each: (-each.links, -weights[each.source] - weights[each.target])
    ):
        new = (edge.source not in chosen) + (edge.target not in chosen)
        if len(chosen) + new <= most:
            chosen.add(edge.source)
            chosen.add(edge.target)
    return chosen


def join_links(links: Iterable[Any]) -> list[Edge]:
    """The edges that links make, each link once, by the numbers of their ends."""
    found: dict[tuple[int, int], list[bool]] = defaultdict(list)
    for source, target, _, also in links:
        found[source, target].append(bool(also))
    return [Edge(*ends, len(found[ends]), any(found[ends])) for ends in sorted(found)]


def count_links(edges: Iterable[Edge]) -> Counter[int]:
    """How many links each paper has, by its number."""
    found: Counter[int] = Counter()
    for edge in edges:
        found[edge.source] += edge.links
        found[edge.target] += edge.links
    return found


def choose_strongest(weights: Counter[int], most: int) -> list[int]:
    """The papers with the greatest weights, older ones first among equals."""
    return sorted(weights, key=lambda each: (-weights[each], each))[: max(most, 0)]
