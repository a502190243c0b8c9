"""Labels on maps: short titles, where they stand, and that one can read them."""

from __future__ import annotations

import itertools
import re

import pytest

from app.queries.links.edges import Edge, Graph, GraphPaper
from app.views.maps import layout, timeline
from app.views.maps.drawing import Map
from app.views.maps.labels import Box, drop_overlaps, short_title, text_width

Segment = tuple[float, float, float, float]
TITLES = ("Mask R-CNN", "Deep Residual Learning for Image Recognition", "数学", "YOLO9000: Better")


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Faster R-CNN: Towards Real-Time Object Detection", "Faster R-CNN"),
        ("BERT – pre-training of deep bidirectional transformers", "BERT"),
        ("Deep Residual Learning for Image Recognition", "Deep Residual Learning…"),
        ("Mask R-CNN", "Mask R-CNN"),
        ("$k$-means++: the advantages", "k-means++"),
        ("A title of exactly 22 c", "A title of exactly 22…"),
        ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrt…"),
        ("基于深度卷积神经网络的图像识别方法", "基于深度卷积神经网络的图…"),
        (": nothing before", ": nothing before"),
        ("", ""),
    ],
)
def test_a_short_title(title: str, label: str) -> None:
    assert short_title(title) == label


def star(leaves: int, *more: tuple[int, int]) -> Graph:
    """A paper that links to others, and links between these."""
    papers = {
        number: GraphPaper(
            number, f"k/{number}", TITLES[number % 4], "", 2000 + number, "cs", number % 5
        )
        for number in range(leaves + 1)
    }
    ends = [(0, number) for number in range(1, leaves + 1)]
    edges = [Edge(source, target, 1, source == 0) for source, target in [*ends, *more]]
    return Graph(papers, edges, 0)


def boxes(drawn: Map) -> list[Box]:
    return [dot.label.box for dot in drawn.dots if dot.label is not None]


def straight(drawn: Map) -> list[Segment]:
    found: list[Segment] = []
    for line in drawn.lines:
        x, y, to_x, to_y = map(float, re.findall(r"-?[\d.]+", line.path))
        found.append((x, y, to_x, to_y))
    return found


def meets(box: Box, line: Segment) -> bool:
    """Whether a part of a line lies inside: Liang and Barsky 1984."""
    x, y, to_x, to_y = line
    first, last = 0.0, 1.0
    for start, step, low, high in (
        (x, to_x - x, box.left, box.right),
        (y, to_y - y, box.top, box.bottom),
    ):
        if abs(step) < 1e-9:
            if not low < start < high:
                return False
            continue
        near, far = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, near), min(last, far)
    return first < last


@pytest.mark.parametrize(
    "graph",
    [star(1), star(7), star(7, (1, 2), (2, 3), (5, 6), (6, 5)), star(11)],
    ids=["2", "8", "8 with more lines", "12"],
)
def test_no_line_of_a_small_map_crosses_a_label(graph: Graph) -> None:
    drawn = layout.draw(graph, 0)
    assert len(boxes(drawn)) == len(graph.papers)
    assert not [line for box in boxes(drawn) for line in straight(drawn) if meets(box, line)]


@pytest.mark.parametrize("leaves", [7, 60, 150])
def test_no_label_lies_on_another_or_leaves_the_picture(leaves: int) -> None:
    drawn = layout.draw(star(leaves), 0)
    for one, other in itertools.combinations(boxes(drawn), 2):
        assert not one.overlaps(other)
    for box in boxes(drawn):
        assert 0 <= box.left < box.right <= drawn.width
        assert 0 <= box.top < box.bottom <= drawn.height


def test_a_small_map_fills_its_picture() -> None:
    drawn = layout.draw(star(7), 0)
    around = [(dot.label.box, dot) for dot in drawn.dots if dot.label is not None]
    left = min(min(box.left, dot.x - dot.radius) for box, dot in around)
    right = max(max(box.right, dot.x + dot.radius) for box, dot in around)
    top = min(min(box.top, dot.y - dot.radius) for box, dot in around)
    bottom = max(max(box.bottom, dot.y + dot.radius) for box, dot in around)
    assert right - left > 0.75 * drawn.width
    assert bottom - top > 0.75 * drawn.height


def test_a_timeline_has_its_arcs_on_one_side_and_its_labels_on_the_other() -> None:
    graph = star(40, *((number, number + 1) for number in range(1, 40)))
    drawn = timeline.draw_timeline(graph, 0, 260.0, 8)
    assert (len(drawn.dots), drawn.left_out, drawn.width) == (8, 33, 260)
    assert [dot.paper.year for dot in drawn.dots] == list(range(2000, 2008))
    for line in drawn.lines:
        # The points and control points of a curve: it lies between them.
        across = list(map(float, re.findall(r"(-?[\d.]+) -?[\d.]+", line.path)))
        assert max(across) < min(box.left for box in boxes(drawn))
        # A quarter of the way from the ends to the control points is never reached.
        assert 0.25 * across[0] + 0.75 * min(across) >= 0
    for box in boxes(drawn):
        assert box.right <= drawn.width


def test_a_timeline_of_papers_without_a_year() -> None:
    papers = {n: GraphPaper(n, f"k/{n}", f"T {n}", "", None, None, 0) for n in (1, 2)}
    drawn = timeline.draw_timeline(Graph(papers, [Edge(1, 2, 1, False)], 0), None, 260.0, 8)
    assert [dot.label.year for dot in drawn.dots if dot.label] == ["", ""]


def test_what_a_legend_tells_is_what_is_drawn() -> None:
    papers = {
        1: GraphPaper(1, "k/1", "One", "", 2001, "cs", 1, "CompSci"),
        2: GraphPaper(2, "k/2", "Two", "", 2002, None, 0),
    }
    drawn = layout.draw(Graph(papers, [Edge(1, 2, 3, True), Edge(2, 1, 1, False)], 0), None)
    assert drawn.sections == [("cs", "CompSci"), ("", "")]
    assert drawn.has_empty
    assert drawn.has_both
    assert drawn.has_strong
    assert drawn.has_see_also
    assert not drawn.has_mentions
    assert not drawn.has_center
    assert not drawn.has_sizes


def test_a_label_without_room_is_left_out() -> None:
    drawn = layout.draw(star(2), 0)
    labels = [dot.label for dot in drawn.dots if dot.label is not None]
    assert drop_overlaps(labels) == labels
    assert drop_overlaps([labels[0], labels[0]]) == [labels[0], None]


def test_wide_letters_take_more_room() -> None:
    assert text_width("数学") > text_width("ab") > text_width("il")
    assert text_width("e\u0301") == text_width("e")
