"""Small lists and totals: sections, tags, the numbers on the about page, the sitemap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.entities import find_entity, select_columns
from app.models import (
    Paper,
    Section,
    Shelf,
    Summary,
    SummaryTag,
    Tag,
    Total,
    User,
    Venue,
    Writer,
)
from app.queries.visibility import public_of_few
from app.statements import connection_of, read_rows
from app.text.folding import fold

_SECTIONS = select(Section.slug, Section.name).order_by(Section.position)


@dataclass(frozen=True)
class Totals:
    """What the library holds, as everybody may know it."""

    papers: int
    summaries: int
    users: int
    venues: int


class SectionName(NamedTuple):
    """A section of the library, in as much as a link to it needs."""

    slug: str
    name: str


def list_sections(session: Session) -> list[SectionName]:
    """All sections, in their order."""
    return [SectionName(*row) for row in read_rows(connection_of(session), _SECTIONS)]


def find_tag(session: Session, name: str) -> Tag | None:
    """A tag that at least one public summary carries."""
    return find_entity(session, Tag, _select_tag(), {"name": name.lower()})


def list_tags(session: Session, part: str, limit: int) -> tuple[list[Tag], bool]:
    """The tags that most public summaries carry, by name, and whether there are more.

    Args:
        part: what their names hold; may be empty.
    """
    query = select(Tag).where(Tag.summaries_count > 0)
    if part:
        query = query.where(Tag.folded.contains(fold(part), autoescape=True))
    query = query.order_by(Tag.summaries_count.desc(), Tag.id.desc()).limit(limit + 1)
    found = session.scalars(query).all()
    return sorted(found[:limit], key=lambda tag: tag.name), len(found) > limit


def matching_tags(session: Session, typed: str, viewer: User, limit: int) -> list[str]:
    """The names of tags of which a word begins as typed.

    Those of most public summaries are first. What only private or unlisted texts of others carry
    is not among them.

    Args:
        typed: in the form of a tag, with hyphens.
    """
    begun = fold(typed)
    own = (
        select(SummaryTag.tag_id)
        .join(Summary, Summary.id == SummaryTag.summary_id)
        .where(Summary.user_id == viewer.id)
    )
    query = (
        select(Tag.name)
        .where(
            or_(
                Tag.folded.startswith(begun, autoescape=True),
                Tag.folded.contains(f"-{begun}", autoescape=True),
            ),
            or_(Tag.summaries_count > 0, Tag.id.in_(own)),
        )
        .order_by(Tag.summaries_count.desc(), Tag.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def load_totals(session: Session) -> Totals:
    """Totals of public things; anonymous summaries count, their writers do not by them."""
    found = dict(session.execute(select(Total.name, Total.number)).all())
    return Totals(
        papers=found.get("papers", 0),
        summaries=found.get("summaries", 0),
        users=found.get("writers", 0),
        venues=session.scalar(select(func.count()).select_from(Venue)) or 0,
    )


def has_papers(session: Session) -> bool:
    """Whether the library has a paper, with a summary or without."""
    return session.scalar(select(Paper.id).limit(1)) is not None


def count_sitemap_parts(session: Session, size: int) -> int:
    """Count the parts of a sitemap, at least 1.

    Each has `size` numbers of summaries, and as many of users and of shelves.
    """
    summary = select(Summary.id).where(public_of_few()).order_by(Summary.id.desc()).limit(1)
    user = select(func.max(Writer.user_id))
    shelf = select(func.max(Shelf.id)).where(Shelf.visibility == "public")
    highest = max(session.scalar(each) or 0 for each in (summary, user, shelf))
    return highest // size + 1


def list_sitemap_papers(session: Session, part: int, size: int) -> list[tuple[str, datetime]]:
    """Keys of papers with public summaries, and when the last of these was edited.

    Args:
        part: which part, counted from 0. A paper may be in several.
    """
    edited = func.max(func.coalesce(Summary.edited_at, Summary.created_at))
    query = (
        select(Paper.key, edited)
        .join(Summary, Summary.paper_id == Paper.id)
        .where(public_of_few(), _is_within_part(Summary.id, part, size))
        .group_by(Paper.key)
        .order_by(edited.desc(), Paper.key)
    )
    return [(key, moment) for key, moment in session.execute(query)]


def list_sitemap_writers(session: Session, part: int, size: int) -> list[str]:
    """Names of users with public, named summaries, for a part of the sitemap."""
    query = (
        select(User.name)
        .join(Writer, Writer.user_id == User.id)
        .where(Writer.summaries > 0, _is_within_part(Writer.user_id, part, size))
        .order_by(User.id)
    )
    return list(session.scalars(query))


def _is_within_part(number: Any, part: int, size: int) -> ColumnElement[bool]:
    return and_(number >= part * size, number < (part + 1) * size)


@cache
def _select_tag() -> Select[Any]:
    return select_columns(Tag).where(Tag.name == bindparam("name"), Tag.summaries_count > 0)
