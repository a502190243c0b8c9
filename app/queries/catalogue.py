"""Small lists and totals: sections, tags, the numbers on the about page, the sitemap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import FromClause, func, select
from sqlalchemy.orm import Session

from app.db import Base
from app.models import Paper, Section, Summary, SummaryTag, Tag, User, Venue, Vote
from app.queries.visibility import attributable_to, public


@dataclass(frozen=True)
class TagCount:
    """A tag with its number of public summaries."""

    name: str
    count: int


@dataclass(frozen=True)
class Totals:
    """What the library holds, as everybody may know it."""

    papers: int
    summaries: int
    users: int
    venues: int
    votes: int


def sections(session: Session) -> list[Section]:
    return list(session.scalars(select(Section).order_by(Section.position)))


def tag_by_name(session: Session, name: str) -> Tag | None:
    """A tag that at least one public summary carries."""
    carried = (
        select(SummaryTag.tag_id).join(Summary, Summary.id == SummaryTag.summary_id).where(public())
    )
    return session.scalar(select(Tag).where(Tag.name == name.lower(), Tag.id.in_(carried)))


def tags(session: Session) -> list[TagCount]:
    """Tags that public summaries carry, by name."""
    query = (
        select(Tag.name, func.count())
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .join(Summary, Summary.id == SummaryTag.summary_id)
        .where(public())
        .group_by(Tag.name)
        .order_by(Tag.name)
    )
    return [TagCount(name, count) for name, count in session.execute(query)]


def totals(session: Session) -> Totals:
    """Totals of public things; anonymous summaries count, their writers do not by them."""

    def count(rows: FromClause | type[Base]) -> int:
        return session.scalar(select(func.count()).select_from(rows)) or 0

    written = select(Summary.id).where(public()).subquery()
    writers = select(Summary.user_id).where(public(), attributable_to(None)).distinct().subquery()
    votes = (
        select(Vote.summary_id)
        .join(Summary, Summary.id == Vote.summary_id)
        .where(public())
        .subquery()
    )
    return Totals(count(Paper), count(written), count(writers), count(Venue), count(votes))


def sitemap(session: Session, limit: int) -> list[tuple[str, datetime]]:
    """Keys of papers with public summaries, and when the last of these was edited."""
    edited = func.max(func.coalesce(Summary.edited_at, Summary.created_at))
    query = (
        select(Paper.key, edited)
        .join(Summary, Summary.paper_id == Paper.id)
        .where(public())
        .group_by(Paper.key)
        .order_by(edited.desc())
        .limit(limit)
    )
    return [(key, moment) for key, moment in session.execute(query)]


def writers(session: Session, limit: int) -> list[str]:
    """Names of users with public, named summaries, for the sitemap."""
    query = (
        select(User.name)
        .where(User.id.in_(select(Summary.user_id).where(public(), attributable_to(None))))
        .order_by(User.id)
        .limit(limit)
    )
    return list(session.scalars(query))
