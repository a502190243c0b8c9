"""Maps of papers: what is on them, for whom, and as files."""

from __future__ import annotations

import itertools
import json
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from app.models import Paper
from app.queries.catalogue import overview
from app.queries.links import graph
from app.queries.links.edges import Edge, Graph, GraphPaper
from app.services.exporting import graph_files
from app.views.maps import layout, maps
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.steps import steps

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def see_also(*keys: str) -> str:
    return "Text.\n\n### See also\n\n" + "\n".join(f"- [label](/paper/{key})" for key in keys)


@pytest.fixture
def chain(session: Session) -> list[Paper]:
    """A links to B, B to C, C to D."""
    papers = [make_paper(session, f"conf/x/{name}", f"Paper {name}") for name in "ABCD"]
    for paper, following in itertools.pairwise(papers):
        make_summary(session, paper, source=see_also(following.key))
    return papers


def keys(found: Graph) -> set[str]:
    return {paper.key[-1] for paper in found.papers.values()}


def test_one_step_goes_both_ways(session: Session, chain: list[Paper]) -> None:
    found = graph.load_neighbourhood_graph(session, chain[1], None, steps=1, max_papers=60)
    assert keys(found) == {"A", "B", "C"}
    assert next(iter(found.papers)) == chain[1].id
    edges = {(edge.source, edge.target, edge.links, edge.see_also) for edge in found.edges}
    a, b, c, _ = (paper.id for paper in chain)
    assert edges == {(a, b, 1, True), (b, c, 1, True)}


def test_two_steps_go_further(session: Session, chain: list[Paper]) -> None:
    assert keys(
        graph.load_neighbourhood_graph(session, chain[0], None, steps=1, max_papers=60)
    ) == {"A", "B"}
    assert keys(
        graph.load_neighbourhood_graph(session, chain[0], None, steps=2, max_papers=60)
    ) == {
        "A",
        "B",
        "C",
    }


def test_many_neighbours_are_asked_for_in_turn(
    session: Session, chain: list[Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_summary(session, chain[0], source=see_also(chain[2].key))  # both are neighbours of B

    def load() -> Graph:
        return graph.load_neighbourhood_graph(session, chain[1], None, steps=2, max_papers=60)

    at_once = load()
    assert keys(at_once) == set("ABCD")
    monkeypatch.setattr(graph, "PAPERS_IN_STATEMENT", 1)
    assert load() == at_once


def test_the_strongest_have_room(session: Session) -> None:
    center = make_paper(session, "conf/x/Center")
    often = make_paper(session, "conf/x/Often")
    others = [make_paper(session) for _ in range(4)]
    make_summary(session, center, source=see_also(*(each.key for each in (*others, often))))
    make_summary(session, center, source=see_also(often.key))
    found = graph.load_neighbourhood_graph(session, center, None, steps=1, max_papers=3)
    assert list(found.papers) == [center.id, often.id, others[0].id]
    assert found.left_out == 3


def test_private_links_are_on_no_other_persons_map(session: Session, chain: list[Paper]) -> None:
    mira = make_user(session, "mira")
    make_summary(session, chain[3], mira, source=see_also(chain[0].key), visibility="private")
    for viewer in (None, make_user(session)):
        assert "D" not in keys(
            graph.load_neighbourhood_graph(session, chain[0], viewer, steps=2, max_papers=60)
        )
        assert keys(graph.load_user_graph(session, mira, viewer, max_papers=300)) == set()
    assert "D" in keys(
        graph.load_neighbourhood_graph(session, chain[0], mira, steps=1, max_papers=60)
    )
    assert keys(graph.load_user_graph(session, mira, mira, max_papers=300)) == {"A", "D"}


def test_an_anonymous_text_is_on_no_map_of_its_writer(session: Session, chain: list[Paper]) -> None:
    mira = make_user(session, "mira")
    make_summary(session, chain[3], mira, source=see_also(chain[0].key), anonymous=True)
    assert keys(graph.load_user_graph(session, mira, None, max_papers=300)) == set()
    assert "D" in keys(
        graph.load_neighbourhood_graph(session, chain[0], None, steps=1, max_papers=60)
    )


def test_a_tag_has_a_map(session: Session, chain: list[Paper]) -> None:
    make_summary(session, chain[3], source=see_also(chain[1].key), tags=["web"])
    tag = overview.find_tag(session, "web")
    assert tag is not None
    assert keys(graph.load_tag_graph(session, tag, max_papers=300)) == {"B", "D"}


def test_a_picture_is_the_same_each_time(session: Session, chain: list[Paper]) -> None:
    found = graph.load_neighbourhood_graph(session, chain[1], None, steps=2, max_papers=60)
    first, second = (layout.draw(found, chain[1].id) for _ in range(2))
    assert first == second
    assert [dot.is_center for dot in first.dots].count(True) == 1


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 40])
def test_no_dot_leaves_the_picture_or_lies_on_another(session: Session, number: int) -> None:
    center = make_paper(session, "conf/x/Center")
    others = [make_paper(session) for _ in range(number)]
    make_summary(session, center, source=see_also(*(each.key for each in others)))
    found = graph.load_neighbourhood_graph(session, center, None, steps=1, max_papers=60)
    drawn = layout.draw(found, center.id)
    assert len(drawn.dots) == number + 1
    for dot in drawn.dots:
        assert dot.radius <= dot.x <= drawn.width - dot.radius
        assert dot.radius <= dot.y <= drawn.height - dot.radius
    places = [(dot.x, dot.y) for dot in drawn.dots]
    apart = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for i, a in enumerate(places) for b in places[:i]]
    assert min(apart) > 10


def test_files_hold_the_graph(session: Session) -> None:
    odd = make_paper(session, "conf/x/Odd", 'A "quoted" <title> & \\ more')
    other = make_paper(session, "conf/x/Other")
    make_summary(session, odd, source=see_also(other.key))
    found = graph.load_neighbourhood_graph(session, odd, None, steps=1, max_papers=9)
    data = json.loads(graph_files.write(found, "json"))
    assert [each["key"] for each in data["papers"]] == ["conf/x/Odd", "conf/x/Other"]
    assert data["links"] == [
        {"source": "conf/x/Odd", "target": "conf/x/Other", "links": 1, "see_also": True}
    ]
    root = ElementTree.fromstring(graph_files.write(found, "graphml"))
    titles = [each.text for each in root.iter(f"{GRAPHML}data") if each.get("key") == "title"]
    assert titles[0] == odd.title
    assert [each.get("target") for each in root.iter(f"{GRAPHML}edge")] == ["conf/x/Other"]
    dot = graph_files.write(found, "dot")
    assert r'"conf/x/Odd" [label="A \"quoted\" <title> & \\ more"];' in dot
    assert '"conf/x/Odd" -> "conf/x/Other"' in dot


def test_pages(guest: Browser, session: Session, chain: list[Paper]) -> None:
    alone = make_paper(session)
    assert 'href="/paper/conf/x/B" aria-current="page"' in guest.get("/paper/conf/x/B").text
    assert "map__picture" not in guest.get(f"/map/paper/{alone.key}").text
    assert "No links yet" in guest.get(f"/map/paper/{alone.key}").text
    page = guest.get("/map/paper/conf/x/A?steps=2").text
    assert page.count('<a class="map__paper ') == 2 * 3  # once for wide windows, once for phones
    assert "Show as list" in page
    assert guest.get("/map/paper/conf/x/A?as=graphml").response.mimetype == (
        "application/graphml+xml"
    )
    for unknown in ("paper/conf/x/Z", "tag/none", "venue/none", "user/none"):
        assert guest.get(f"/map/{unknown}").status == 404


def test_the_work_for_a_map_of_many_papers_is_bounded() -> None:
    """A picture has as many papers as a reader can follow, and they are linked to each other."""
    drawn = ring(300).best_linked(40)
    assert len(drawn.papers) == 40
    assert drawn.left_out == 260
    linked = {end for edge in drawn.edges for end in (edge.source, edge.target)}
    assert linked == set(drawn.papers)
    assert steps(layout.draw, drawn) < 12_000


def test_a_page_lists_the_links_that_its_picture_has_no_room_for(
    guest: Browser, session: Session
) -> None:
    others = [make_paper(session) for _ in range(maps.MAX_DRAWN + 4)]
    center = make_paper(session, "conf/x/Center")
    make_summary(session, center, source=see_also(*(each.key for each in others)))
    page = guest.get("/map/paper/conf/x/Center").text
    assert page.count('<a class="map__paper ') == maps.MAX_DRAWN + maps.MAX_NARROW_PAPERS
    assert "Showing the 40 best-connected papers; the list below has the links of 5 more." in page
    assert page.count("links to") == len(others)


def ring(size: int) -> Graph:
    """A map of so many papers, each of which links to one other."""
    papers = [
        GraphPaper(number, f"k/{number}", f"T {number}", "", None, None, number % 7)
        for number in range(size)
    ]
    ends = [(number, (number * 7 + 1) % size) for number in range(size)]
    edges = [Edge(one, other, 1, True) for one, other in ends if one != other]
    return Graph({paper.id: paper for paper in papers}, edges, 0)
