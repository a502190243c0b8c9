"""The graph between papers: which paper's visible summaries link to which other paper.

Whatever the size of the library, a bounded number of links is read: the newest of each paper in a
neighbourhood, and those of the newest or best summaries of a tag, a venue or a user.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.models import Link, Paper, Section, Summary, SummaryTag, Tag, User, Venue
from app.queries.links.edges import (
    Edge,
    Graph,
    GraphPaper,
    choose_linked,
    choose_strongest,
    count_links,
    join_links,
)
from app.queries.visibility import AnyMember, by_writer, parameters, stand_in, visible_to
from app.sources.retractions import read_mark
from app.statements import connection_of, read_rows

LINKS_OF_CENTER = 1000
LINKS_OF_NEIGHBOUR = 100
NEIGHBOURS_ASKED = 100
PAPERS_IN_STATEMENT = 20  # which has two parts for each
_NO_PAPER = 0
SUMMARIES_READ = 2000
PAPERS_AT_ONCE = 500


def load_neighbourhood_graph(
    session: Session, paper: Paper, viewer: User | None, *, steps: int, max_papers: int
) -> Graph:
    """A paper and those around it, within one or two links in either direction.

    Args:
        session: the database session.
        paper: the one in the middle; it comes first.
        viewer: who looks; links from texts they may not see do not exist.
        steps: 1 or 2.
        max_papers: how many papers at most, the strongest: by number of links, then by age.
    """
    around = count_links(_list_touching_edges(session, [paper.id], viewer, LINKS_OF_CENTER))
    del around[paper.id]
    chosen = [paper.id, *choose_strongest(around, max_papers - 1)]
    left_out = len(around) - len(chosen) + 1
    if steps == 2 and len(chosen) > 1:
        asked = chosen[1 : NEIGHBOURS_ASKED + 1]
        beyond = count_links(_list_touching_edges(session, asked, viewer, LINKS_OF_NEIGHBOUR))
        for known in chosen:
            del beyond[known]
        further = choose_strongest(beyond, max_papers - len(chosen))
        left_out += len(beyond) - len(further)
        chosen += further
    return _build_graph(session, chosen, _list_edges_between(session, chosen, viewer), left_out)


def load_tag_graph(
    session: Session, tag: Tag, *, max_papers: int, newest: int = SUMMARIES_READ
) -> Graph:
    """What the newest public summaries with a tag link to.

    Args:
        newest: how many of the summaries are looked at.
    """
    values = {"tag": tag.id, "newest": newest}
    return _choose_graph(session, _load_edges(session, _select_of_tag(), values), max_papers)


def load_user_graph(
    session: Session,
    user: User,
    viewer: User | None,
    *,
    max_papers: int,
    newest: int = SUMMARIES_READ,
) -> Graph:
    """The graph of what the newest summaries of a user link to.

    Only summaries that the viewer may know to be theirs count.
    """
    values = parameters(viewer, writer=user.id, newest=newest)
    edges = _load_edges(session, _select_of_user(stand_in(viewer)), values)
    return _choose_graph(session, edges, max_papers)


def load_venue_graph(
    session: Session,
    venue: Venue,
    viewer: User | None,
    *,
    max_papers: int,
    newest: int = SUMMARIES_READ,
) -> Graph:
    """The graph of what the summaries of a venue's papers link to.

    Of its first papers in lists.
    """
    values = parameters(viewer, venue=venue.id, newest=newest)
    edges = _load_edges(session, _select_of_venue(stand_in(viewer)), values)
    return _choose_graph(session, edges, max_papers)


def load_graph_of_papers(
    session: Session, paper_ids: Sequence[int], viewer: User | None, *, max_papers: int
) -> Graph:
    """The links among some papers, those with most of them first."""
    edges = _list_edges_between(session, paper_ids, viewer)
    chosen = choose_strongest(count_links(edges), max_papers)
    within = [edge for edge in edges if edge.source in chosen and edge.target in chosen]
    return _build_graph(session, chosen, within, len(paper_ids) - len(chosen))


def load_public_graph(session: Session) -> Graph:
    """All public links, and the papers at their ends; for files, not for pages."""
    edges = _load_edges(session, _grouped(_select_links(None)), {})
    found: dict[int, GraphPaper] = {}
    ids = sorted(count_links(edges))
    for start in range(0, len(ids), PAPERS_AT_ONCE):
        found |= _papers(session, ids[start : start + PAPERS_AT_ONCE])
    return Graph(found, edges, 0)


def _choose_graph(session: Session, edges: list[Edge], max_papers: int) -> Graph:
    """The papers that these edges link best, and how many others there are."""
    found = len(count_links(edges))
    chosen = choose_linked(edges, max_papers)
    within = [edge for edge in edges if edge.source in chosen and edge.target in chosen]
    ordered = choose_strongest(count_links(within), max_papers)
    return _build_graph(session, ordered, within, found - len(chosen))


def _build_graph(session: Session, ids: list[int], edges: list[Edge], left_out: int) -> Graph:
    found = _papers(session, ids)
    return Graph({each: found[each] for each in ids if each in found}, edges, left_out)


def _papers(session: Session, ids: Sequence[int]) -> dict[int, GraphPaper]:
    found = read_rows(connection_of(session), _select_papers(), {"papers": list(ids)})
    return {row.id: _make_paper(row) for row in found}


def _make_paper(row: Any) -> GraphPaper:
    # The last column is the mark of a retracted paper.
    return GraphPaper(*(*row[:-1], read_mark(row[-1])))


def _list_touching_edges(
    session: Session, ids: Sequence[int], viewer: User | None, most: int
) -> list[Edge]:
    """Edges from or to any of these papers, by the newest `most` links in each direction."""
    # Statements of two lengths are made once; what is too long for its papers asks for none.
    size = 1 if len(ids) == 1 else PAPERS_IN_STATEMENT
    query = _select_touching(stand_in(viewer), size)
    links: dict[int, Any] = {}  # one between two of the papers is found from both ends
    for start in range(0, len(ids), size):
        some = [*ids[start : start + size], *[_NO_PAPER] * size][:size]
        asked = {f"paper_{number}": each for number, each in enumerate(some)}
        found = read_rows(connection_of(session), query, parameters(viewer, most=most, **asked))
        links.update((row.link, row) for row in found)
    return join_links(links.values())


def _list_edges_between(session: Session, ids: Collection[int], viewer: User | None) -> list[Edge]:
    asked = parameters(viewer, papers=list(ids))
    found = read_rows(connection_of(session), _select_between(stand_in(viewer)), asked)
    return join_links(found)


@cache
def _select_touching(viewer: AnyMember | None, size: int) -> Any:
    def newest(here: ColumnElement[bool]) -> Select[Any]:
        most = bindparam("most", type_=Integer)
        query = _select_links(viewer).where(here).order_by(Link.id.desc()).limit(most)
        return select(query.subquery())

    papers = [bindparam(f"paper_{number}", type_=Integer) for number in range(size)]
    parts = [newest(Summary.paper_id == each) for each in papers]
    return union_all(*parts, *(newest(Link.target_id == each) for each in papers))


@cache
def _select_between(viewer: AnyMember | None) -> Select[Any]:
    papers: Any = bindparam("papers", expanding=True)
    return _select_links(viewer).where(Summary.paper_id.in_(papers), Link.target_id.in_(papers))


@cache
def _select_of_tag() -> Any:
    tagged = select(SummaryTag.summary_id).where(SummaryTag.tag_id == bindparam("tag"))
    return _select_of_newest(Summary.id.in_(tagged) & visible_to(None), None)


@cache
def _select_of_user(viewer: AnyMember | None) -> Any:
    return _select_of_newest(by_writer(AnyMember("writer"), viewer), viewer)


@cache
def _select_of_venue(viewer: AnyMember | None) -> Any:
    first = (
        select(Paper.id)
        .where(Paper.venue_id == bindparam("venue"), Paper.summaries_count > 0)
        .order_by(Paper.rank.desc(), Paper.id.desc())
        .limit(_newest())
    )
    return _select_of_newest(Summary.paper_id.in_(first) & visible_to(None), viewer)


def _select_of_newest(here: ColumnElement[bool], viewer: AnyMember | None) -> Any:
    """The links of the newest summaries of some."""
    newest = select(Summary.id).where(here).order_by(Summary.id.desc()).limit(_newest())
    return _grouped(_select_links(viewer).where(Link.summary_id.in_(newest)))


def _newest() -> BindParameter[int]:
    return bindparam("newest", type_=Integer)


@cache
def _select_papers() -> Any:
    facts = (Paper.id, Paper.key, Paper.title, Paper.title_html, Paper.year)
    return (
        select(
            *facts,
            Paper.section_slug,
            Paper.summaries_count,
            Section.name,
            Paper.retraction_state,
        )
        .outerjoin(Section, Section.slug == Paper.section_slug)
        .where(Paper.id.in_(bindparam("papers", expanding=True)))
    )


def _select_links(viewer: User | AnyMember | None) -> Select[Any]:
    return (
        select(
            Summary.paper_id.label("source"),
            Link.target_id.label("target"),
            Link.id.label("link"),
            case((Link.kind == "see also", 1), else_=0).label("see_also"),
        )
        .join(Summary, Summary.id == Link.summary_id)
        .where(Link.target_id.is_not(None), Link.target_id != Summary.paper_id, visible_to(viewer))
    )


def _grouped(links: Select[Any]) -> Select[Any]:
    each = links.subquery().c
    return (
        select(each.source, each.target, func.count(each.link), func.max(each.see_also))
        .group_by(each.source, each.target)
        .order_by(each.source, each.target)
    )


def _load_edges(session: Session, query: Select[Any], values: Mapping[str, Any]) -> list[Edge]:
    found = session.connection().execute(query, dict(values))
    return [Edge(source, target, n, bool(also)) for source, target, n, also in found]
