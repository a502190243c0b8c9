"""Which rows a list has, in order: numbers and what the order needs.

What a row shows is read apart from that, where it is not kept already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, PaperAuthor, Summary, SummaryTag, Tag, User, Venue, Vote
from app.queries.paging import Order, Slice, parse_moment, parse_small, parse_whole, take_page
from app.queries.visibility import by_writer, public

ORDERS = {
    "popular": Order((Summary.popularity,), Summary.id, (float.fromhex,)),
    # Of few rows, which are sorted: by a sum, so that no database walks through all texts in the
    # order of the index until it has met enough of them.
    "popular among": Order(
        ((Summary.popularity + 0).label("popularity"),), Summary.id, (float.fromhex,)
    ),
    "recent": Order((Summary.published_at,), Summary.id, (parse_moment,)),
    "written": Order((Summary.created_at,), Summary.id, (parse_moment,)),
    "rated": Order((Summary.score,), Summary.id, (parse_small,)),
    "tagged": Order(
        (SummaryTag.score.label("tag_score"),), SummaryTag.summary_id, (parse_small,), "id"
    ),
    "rank": Order((Paper.rank,), Paper.id, (parse_whole,)),
}


def list_public_summaries(session: Session, *, tab: str, section: str | None, **page: Any) -> Slice:
    """Public summaries by one of `ORDERS`, as a slice of lines."""
    query = _select_summaries(ORDERS[tab]).where(public())
    if section is not None:
        query = query.where(Summary.section_slug == section)
    return take_page(session, query, ORDERS[tab], entities=False, **page)


def list_popular_since(
    session: Session, since: datetime, *, section: str | None, **page: Any
) -> Slice:
    """Public summaries that were published since a moment, most popular first."""
    # In two steps, so that only what an index has is sorted.
    order = ORDERS["popular among"]
    query = select(Summary.id, *order.columns).where(public(), Summary.published_at >= since)
    if section is not None:
        query = query.where(Summary.section_slug == section)
    found = take_page(session, query, order, entities=False, **page)
    lines = _select_summaries().where(Summary.id.in_([row.id for row in found.rows]))
    by_id = {line.id: line for line in session.connection().execute(lines)}
    return replace(found, rows=[by_id[row.id] for row in found.rows if row.id in by_id])


def list_summaries_by_user(session: Session, user: User, viewer: User | None, **page: Any) -> Slice:
    """What the viewer may see as written by `user`, newest first."""
    query = _select_summaries(ORDERS["written"]).where(by_writer(user, viewer))
    return take_page(session, query, ORDERS["written"], entities=False, **page)


def list_summaries_by_tag(session: Session, tag: Tag, **page: Any) -> Slice:
    """Public summaries that carry a tag, best first."""
    query = (
        _select_summaries(ORDERS["tagged"])
        .join(SummaryTag, SummaryTag.summary_id == Summary.id)
        .where(public(), SummaryTag.tag_id == tag.id, SummaryTag.score.is_not(None))
    )
    return take_page(session, query, ORDERS["tagged"], entities=False, **page)


def list_papers_of_venue(session: Session, venue: Venue, year: int | None, **page: Any) -> Slice:
    """Papers of a venue, of one year or of all, as a slice of lines."""
    return _list_papers(session, Paper.venue_id == venue.id, year, **page)


def list_papers_of_author(session: Session, author: Author, year: int | None, **page: Any) -> Slice:
    """Papers of an author, of one year or of all."""
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == author.id)
    return _list_papers(session, Paper.id.in_(theirs), year, **page)


def load_own_votes(session: Session, viewer: User, summary_ids: Collection[int]) -> dict[int, int]:
    """A member's votes on some summaries: 1 or -1 by number."""
    query = select(Vote.summary_id, Vote.value).where(
        Vote.user_id == viewer.id, Vote.summary_id.in_(summary_ids)
    )
    return dict(session.connection().execute(query).all())


def find_papers_with_own_texts(
    session: Session, viewer: User, paper_ids: Collection[int], *, hidden_only: bool
) -> set[int]:
    """Which of some papers a member has written about.

    Args:
        hidden_only: whether only texts count that others do not see.
    """
    query = select(Summary.paper_id).where(
        Summary.user_id == viewer.id, Summary.paper_id.in_(paper_ids)
    )
    if hidden_only:
        query = query.where(~public())
    return {row.paper_id for row in session.connection().execute(query)}


def _list_papers(
    session: Session, only: ColumnElement[bool], year: int | None, **page: Any
) -> Slice:
    """Papers that fulfil a condition: those with summaries first, newest first, best first."""
    if year is not None:
        only = and_(only, Paper.year == year)
    columns: tuple[Any, ...] = (Paper.id, Paper.rank, Paper.summaries_count)
    return take_page(session, select(*columns).where(only), ORDERS["rank"], entities=False, **page)


def _select_summaries(order: Order | None = None) -> Select[Any]:
    columns = (Summary.id, Summary.paper_id, Summary.user_id, Summary.score, Paper.summaries_count)
    there = {column.key for column in columns}
    further = () if order is None else [each for each in order.columns if each.key not in there]
    return select(*columns, *further).join(Paper, Paper.id == Summary.paper_id)
