"""The numbers of the papers of a tag, venue, author or user, in order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, PaperAuthor, Summary, SummaryTag, Tag, User, Venue
from app.queries.visibility import by_writer, public


def list_paper_ids_of_tag(session: Session, tag: Tag, **window: int) -> list[int]:
    """Papers whose public summaries carry a tag, the best first."""
    best = func.max(SummaryTag.score)
    query = (
        select(Summary.paper_id)
        .join(SummaryTag, SummaryTag.summary_id == Summary.id)
        .where(SummaryTag.tag_id == tag.id, public(), SummaryTag.score.is_not(None))
        .group_by(Summary.paper_id)
        .order_by(best.desc(), Summary.paper_id.desc())
    )
    return _take(session, query, **window)


def list_paper_ids_of_user(
    session: Session, user: User, viewer: User | None, **window: int
) -> list[int]:
    """Papers about which a user visibly wrote, the latest first."""
    query = (
        select(Summary.paper_id)
        .where(by_writer(user, viewer))
        .group_by(Summary.paper_id)
        .order_by(func.max(Summary.id).desc())
    )
    return _take(session, query, **window)


def list_paper_ids_of_venue(
    session: Session, venue: Venue, year: int | None, **window: int
) -> list[int]:
    """Papers of a venue, in the order of its page."""
    return _take(session, _by_rank(Paper.venue_id == venue.id, year), **window)


def list_paper_ids_of_author(
    session: Session, author: Author, year: int | None, **window: int
) -> list[int]:
    """Papers of an author, in the order of their page."""
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == author.id)
    return _take(session, _by_rank(Paper.id.in_(theirs), year), **window)


def list_paper_ids(session: Session, **window: int) -> list[int]:
    """All papers, in the order in which they came."""
    return _take(session, select(Paper.id).order_by(Paper.id), **window)


def _by_rank(condition: ColumnElement[bool], year: int | None) -> Select[Any]:
    query = select(Paper.id).where(condition).order_by(Paper.rank.desc(), Paper.id.desc())
    return query if year is None else query.where(Paper.year == year)


def _take(session: Session, query: Select[Any], *, limit: int, offset: int) -> list[int]:
    return list(session.scalars(query.limit(limit).offset(offset)))
