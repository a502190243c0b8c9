"""Papers as a reader sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.entities import (
    attach_entity,
    find_entity,
    list_columns,
    relate,
    reload_with,
    select_columns,
)
from app.models import Author, Identifier, Paper, PaperAuthor, PaperMerge, User, Venue
from app.queries import summaries
from app.queries.listed_authors import load_listed_authors
from app.queries.summary_entries import SummaryEntry
from app.statements import connection_of, read_rows
from app.text.words import title_folded

SAME_TITLE = 10  # "Preface" has thousands


@dataclass(frozen=True)
class PaperRow:
    """A paper in a list, with its best summary that the viewer may see."""

    paper: Paper
    best: SummaryEntry | None
    summaries_count: int


def find_paper_by_key(session: Session, key: str) -> Paper | None:
    """The paper of exactly this bibtex key, with authors and venue."""
    session.flush()
    connection = connection_of(session)
    row = read_rows(connection, _select_with_venue(), {"key": key}).one_or_none()
    if row is None:
        return None
    of_paper = len(list_columns(Paper))
    paper = attach_entity(session, Paper, row[:of_paper])
    # Without a venue its columns are empty, the first of which is its number.
    has_venue = row[of_paper] is not None
    relate(paper, "venue", attach_entity(session, Venue, row[of_paper:]) if has_venue else None)
    of_authorship = len(list_columns(PaperAuthor))
    authorships = []
    for each in read_rows(connection, _select_authorships(), {"paper": paper.id}):
        authorship = attach_entity(session, PaperAuthor, each[:of_authorship])
        relate(authorship, "author", attach_entity(session, Author, each[of_authorship:]))
        authorships.append(authorship)
    relate(paper, "authorships", authorships)
    reload_with(paper, _load_relations())
    return paper


def find_bare_paper(session: Session, key: str) -> Paper | None:
    """The paper of exactly this bibtex key, without authors and venue: for a write."""
    return find_entity(session, Paper, _select_bare(), {"key": key})


def load_paper_rows(
    session: Session, papers: Sequence[Paper], viewer: User | None
) -> list[PaperRow]:
    """Rows for loaded papers, in the same order; a fixed number of queries."""
    # Who is not signed in sees public ones only, and most papers have none.
    wanted = [paper.id for paper in papers if viewer is not None or paper.summaries_count]
    best = summaries.find_best_summaries(session, wanted, viewer) if wanted else {}
    return [
        PaperRow(
            paper,
            best.get(paper.id),
            best[paper.id].summaries_count if paper.id in best else 0,
        )
        for paper in papers
    ]


def load_rows_of_papers(
    session: Session, ids: Sequence[int], viewer: User | None
) -> dict[int, PaperRow]:
    """Rows for the papers with some numbers, by number; a fixed number of queries."""
    found = load_listed_papers(session, ids)
    return {row.paper.id: row for row in load_paper_rows(session, found, viewer)}


def load_listed_papers(session: Session, ids: Sequence[int]) -> Sequence[Paper]:
    """Papers as lists show them, with the venue and the names of some authors."""
    found = session.scalars(_select_for_lists(), {"papers": list(ids)}).all()
    load_listed_authors(session, found)
    return found


def load_papers(session: Session, ids: Sequence[int]) -> dict[int, Paper]:
    """Papers with authors and venue, by number."""
    found = session.scalars(_select_by_ids(), {"ids": list(ids)})
    return {paper.id: paper for paper in found}


def load_whole_papers(session: Session, ids: Sequence[int]) -> dict[int, Paper]:
    """Papers with authors, venue and identifiers, by number."""
    found = session.scalars(_select_whole(), {"ids": list(ids)})
    return {paper.id: paper for paper in found}


def reload_paper(session: Session, paper_id: int | None) -> Paper | None:
    """Read a paper anew, with authors and venue.

    It is as it is now, whatever was read of it before.
    """
    query = _select_with_relations().where(Paper.id == paper_id)
    return session.scalar(query.execution_options(populate_existing=True))


def list_rows_with_title(session: Session, title: str, viewer: User | None) -> list[PaperRow]:
    """Papers with the same words in their title.

    Titles of papers that were merged with them count too: a new paper may be a duplicate of these.
    """
    folded = title_folded(title)
    titled = _select_with_relations().where(Paper.title_folded == folded)
    merged = select(PaperMerge.paper_id).where(PaperMerge.removed_title_folded == folded)
    merged = merged.where(PaperMerge.paper_id.is_not(None)).limit(5)
    same = [*session.scalars(titled.limit(5))]
    further = session.scalars(merged).all()
    if further:
        same += session.scalars(_select_with_relations().where(Paper.id.in_(further)))
    unique = list({paper.id: paper for paper in same}.values())[:5]
    return load_paper_rows(session, unique, viewer)


def list_papers_with_same_title(session: Session, paper: Paper) -> list[Paper]:
    """Other papers with the same words in their title, the oldest first."""
    same_title = {"title": paper.title_folded, "paper": paper.id}
    connection = connection_of(session)
    if not paper.title_folded or not read_rows(connection, _select_alike(), same_title):
        return []  # as of nearly all
    same = _select_with_relations().where(
        Paper.title_folded == paper.title_folded, Paper.id != paper.id
    )
    return list(session.scalars(same.order_by(Paper.id).limit(SAME_TITLE)))


def list_papers_with_title(session: Session, title: str) -> list[Paper]:
    """Papers with the same words in their title, the oldest first."""
    words = title_folded(title)
    same = _select_with_relations().where(Paper.title_folded == words).order_by(Paper.id)
    return list(session.scalars(same.limit(SAME_TITLE))) if words else []


def list_identifiers(session: Session, paper: Paper) -> list[Identifier]:
    """All identifiers of a paper, the oldest first."""
    session.flush()
    found = read_rows(connection_of(session), _select_identifiers(), {"paper": paper.id})
    return [attach_entity(session, Identifier, row) for row in found]


@cache
def _select_with_venue() -> Select[Any]:
    query = select(*list_columns(Paper), *list_columns(Venue))
    query = query.outerjoin(Venue, Venue.id == Paper.venue_id)
    return query.where(Paper.key == bindparam("key"))


@cache
def _select_authorships() -> Select[Any]:
    query = select(*list_columns(PaperAuthor), *list_columns(Author))
    query = query.join(Author, Author.id == PaperAuthor.author_id)
    query = query.where(PaperAuthor.paper_id == bindparam("paper"))
    return query.order_by(PaperAuthor.position)


@cache
def _select_bare() -> Select[Any]:
    return select_columns(Paper).where(Paper.key == bindparam("key"))


@cache
def _select_by_ids() -> Select[Paper]:
    return _select_with_relations().where(Paper.id.in_(bindparam("ids", expanding=True)))


@cache
def _select_whole() -> Select[Paper]:
    query = _select_with_relations().options(selectinload(Paper.identifiers))
    return query.where(Paper.id.in_(bindparam("ids", expanding=True)))


@cache
def _select_for_lists() -> Select[Paper]:
    query = select(Paper).options(joinedload(Paper.venue))
    return query.where(Paper.id.in_(bindparam("papers", expanding=True)))


@cache
def _select_alike() -> Select[Any]:
    columns: tuple[Any, ...] = (Paper.id,)
    is_alike = (Paper.title_folded == bindparam("title"), Paper.id != bindparam("paper"))
    return select(*columns).where(*is_alike).limit(1)


@cache
def _select_identifiers() -> Select[Any]:
    query = select_columns(Identifier).where(Identifier.paper_id == bindparam("paper"))
    return query.order_by(Identifier.id)


def _select_with_relations() -> Select[Paper]:
    return select(Paper).options(*_load_relations())


@cache
def _load_relations() -> tuple[Any, ...]:
    authorships = selectinload(Paper.authorships).joinedload(PaperAuthor.author)
    return joinedload(Paper.venue), authorships
