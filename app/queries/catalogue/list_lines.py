"""Which rows a list has, in order: numbers and what the order needs.

What a row shows is read apart from that, where it is not kept already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, PaperAuthor, Summary, SummaryTag, Tag, User, Venue
from app.queries.paging import Order, Slice, parse_moment, parse_small, parse_whole, take_lines
from app.queries.visibility import attributable_to, public

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
_IN_SECTION = Summary.section_slug == bindparam("section")


def list_public_summaries(session: Session, *, tab: str, section: str | None, **page: Any) -> Slice:
    """Public summaries by one of `ORDERS`, as a slice of lines."""
    query = _select_public(tab, section is not None)
    return take_lines(session, query, ORDERS[tab], {"section": section}, **page)


def list_popular_since(
    session: Session, since: datetime, *, section: str | None, **page: Any
) -> Slice:
    """Public summaries that were published since a moment, most popular first."""
    # In two steps, so that only what an index has is sorted.
    query = _select_popular_since(section is not None)
    values = {"since": since, "section": section}
    found = take_lines(session, query, ORDERS["popular among"], values, **page)
    lines = _select_summaries().where(Summary.id.in_([row.id for row in found.rows]))
    by_id = {line.id: line for line in session.connection().execute(lines)}
    return replace(found, rows=[by_id[row.id] for row in found.rows if row.id in by_id])


def list_summaries_by_user(session: Session, user: User, viewer: User | None, **page: Any) -> Slice:
    """What the viewer may see as written by `user`, newest first."""
    is_me = viewer is not None and viewer.id == user.id
    query = _select_by_user(is_me)
    return take_lines(session, query, ORDERS["written"], {"writer": user.id}, **page)


def list_summaries_by_tag(session: Session, tag: Tag, **page: Any) -> Slice:
    """Public summaries that carry a tag, best first."""
    return take_lines(session, _select_tagged(), ORDERS["tagged"], {"tag": tag.id}, **page)


def list_papers_of_venue(session: Session, venue: Venue, year: int | None, **page: Any) -> Slice:
    """Papers of a venue, of one year or of all, as a slice of lines.

    Those with summaries are first, of these the newest, of a year the best.
    """
    query = _select_papers(by_author=False, of_year=year is not None)
    return take_lines(session, query, ORDERS["rank"], {"of": venue.id, "year": year}, **page)


def list_papers_of_author(session: Session, author: Author, year: int | None, **page: Any) -> Slice:
    """Papers of an author, of one year or of all, in the same order."""
    query = _select_papers(by_author=True, of_year=year is not None)
    return take_lines(session, query, ORDERS["rank"], {"of": author.id, "year": year}, **page)


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_public(tab: str, of_section: bool) -> Select[Any]:
    query = _select_summaries(ORDERS[tab]).where(public())
    return query.where(_IN_SECTION) if of_section else query


@cache
def _select_popular_since(of_section: bool) -> Select[Any]:
    since = Summary.published_at >= bindparam("since", type_=Summary.published_at.type)
    columns: tuple[Any, ...] = (Summary.id, *ORDERS["popular among"].columns)
    query = select(*columns).where(public(), since)
    return query.where(_IN_SECTION) if of_section else query


@cache
def _select_by_user(is_me: bool) -> Select[Any]:
    query = _select_summaries(ORDERS["written"]).where(Summary.user_id == bindparam("writer"))
    return query if is_me else query.where(public(), attributable_to(None))


@cache
def _select_tagged() -> Select[Any]:
    return (
        _select_summaries(ORDERS["tagged"])
        .join(SummaryTag, SummaryTag.summary_id == Summary.id)
        .where(public(), SummaryTag.tag_id == bindparam("tag"), SummaryTag.score.is_not(None))
    )


@cache
def _select_papers(*, by_author: bool, of_year: bool) -> Select[Any]:
    columns: tuple[Any, ...] = (Paper.id, Paper.rank, Paper.summaries_count)
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == bindparam("of"))
    query = select(*columns).where(
        Paper.id.in_(theirs) if by_author else Paper.venue_id == bindparam("of")
    )
    return query.where(Paper.year == bindparam("year")) if of_year else query


def _select_summaries(order: Order | None = None) -> Select[Any]:
    # Of the paper no join: rows that are passed over on the way to a page further down are then
    # read in the index of the order alone.
    of_paper = select(Paper.summaries_count).where(Paper.id == Summary.paper_id).scalar_subquery()
    columns = (
        *(Summary.id, Summary.paper_id, Summary.user_id, Summary.score),
        *(Summary.visibility, Summary.anonymous, of_paper.label("summaries_count")),
    )
    there = {column.key for column in columns}
    further = () if order is None else [each for each in order.columns if each.key not in there]
    return select(*columns, *further)
