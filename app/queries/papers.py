"""Papers as a reader sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Author, Identifier, Paper, PaperAuthor, Summary, User, Venue, folded
from app.queries import summaries
from app.queries.summaries import Entry
from app.queries.visibility import visible_to
from app.search.words import indexable

MAX_TITLE_FOLDED = 300
SAME_TITLE = 10  # "Preface" has thousands


@dataclass(frozen=True)
class PaperRow:
    """A paper in a list, with its best summary that the viewer may see."""

    paper: Paper
    best: Entry | None
    summaries_count: int


@dataclass(frozen=True)
class Numbered:
    """A page of a list that is paged by number; `more` says whether another one follows."""

    rows: list[PaperRow]
    more: bool


def by_key(session: Session, key: str) -> Paper | None:
    """The paper of exactly this bibtex key, with authors and venue."""
    return session.scalar(_with_relations().where(Paper.key == key))


def by_identifiers(session: Session, names: Sequence[tuple[str, str]]) -> Paper | None:
    """The paper that goes by one of these names; if several do, that of the first name.

    Args:
        names: kind and value of identifiers; the case of letters does not matter.
    """
    wanted = [(kind, folded(value)) for kind, value in names]
    found = session.execute(
        select(Identifier.kind, Identifier.folded, Identifier.paper_id).where(
            tuple_(Identifier.kind, Identifier.folded).in_(wanted)
        )
    )
    ids = {(kind, name): paper_id for kind, name, paper_id in found}
    first = next((ids[name] for name in wanted if name in ids), None)
    return None if first is None else session.scalar(_with_relations().where(Paper.id == first))


def of_venue(
    session: Session,
    venue: Venue,
    year: int | None,
    viewer: User | None,
    *,
    number: int,
    size: int,
) -> Numbered:
    """Papers of a venue, of one year or of all."""
    only = Paper.venue_id == venue.id
    if year is not None:
        only = and_(only, Paper.year == year)
    return _listed(session, only, viewer, number=number, size=size)


def by_author(
    session: Session, author: Author, viewer: User | None, *, number: int, size: int
) -> Numbered:
    """Papers of an author."""
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == author.id)
    return _listed(session, Paper.id.in_(theirs), viewer, number=number, size=size)


def rows(session: Session, papers: Sequence[Paper], viewer: User | None) -> list[PaperRow]:
    """Rows for loaded papers, in the same order; a fixed number of queries."""
    best = summaries.best_of_papers(session, [paper.id for paper in papers], viewer)
    return [
        PaperRow(
            paper,
            best.get(paper.id),
            best[paper.id].summaries_count if paper.id in best else 0,
        )
        for paper in papers
    ]


def by_ids(session: Session, ids: Sequence[int]) -> dict[int, Paper]:
    """Papers with authors and venue, by number."""
    found = session.scalars(_with_relations().where(Paper.id.in_(ids)))
    return {paper.id: paper for paper in found}


def fresh(session: Session, paper_id: int | None) -> Paper | None:
    """A paper with authors and venue as it is now, whatever was read of it before."""
    query = _with_relations().where(Paper.id == paper_id)
    return session.scalar(query.execution_options(populate_existing=True))


def with_same_title(session: Session, title: str, viewer: User | None) -> list[PaperRow]:
    """Papers with the same words in their title: what a new one may be a double of."""
    same = session.scalars(
        _with_relations().where(Paper.title_folded == title_folded(title)).limit(5)
    ).all()
    return rows(session, same, viewer)


def of_same_title(session: Session, paper: Paper) -> list[Paper]:
    """Other papers with the same words in their title, the oldest first."""
    if not paper.title_folded:
        return []
    same = _with_relations().where(Paper.title_folded == paper.title_folded, Paper.id != paper.id)
    return list(session.scalars(same.order_by(Paper.id).limit(SAME_TITLE)))


def title_folded(title: str) -> str:
    """The beginning of a title, as titles are compared: search words without accents or signs."""
    return indexable(title)[:MAX_TITLE_FOLDED]


def identifiers(session: Session, paper: Paper) -> list[Identifier]:
    """All identifiers of a paper, the oldest first."""
    return list(
        session.scalars(
            select(Identifier).where(Identifier.paper_id == paper.id).order_by(Identifier.id)
        )
    )


def _listed(
    session: Session, only: ColumnElement[bool], viewer: User | None, *, number: int, size: int
) -> Numbered:
    """Papers that fulfil a condition: those with summaries first, newest first, best first."""
    written = (
        select(Summary.paper_id, func.max(Summary.score).label("score"))
        .where(visible_to(viewer))
        .group_by(Summary.paper_id)
        .subquery()
    )
    query = (
        _with_relations()
        .outerjoin(written, written.c.paper_id == Paper.id)
        .where(only)
        .order_by(
            written.c.paper_id.is_(None),
            Paper.year.desc().nulls_last(),
            written.c.score.desc(),
            Paper.id.desc(),
        )
        .offset((number - 1) * size)
        .limit(size + 1)
    )
    papers = session.scalars(query).all()
    return Numbered(rows(session, papers[:size], viewer), len(papers) > size)


def _with_relations() -> Select[Paper]:
    return select(Paper).options(
        joinedload(Paper.venue),
        selectinload(Paper.authorships).joinedload(PaperAuthor.author),
    )
