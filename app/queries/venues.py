"""Venues and their years."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, Venue, VenueYear
from app.models.venue import NO_YEAR
from app.queries.visibility import public


@dataclass(frozen=True)
class VenueRow:
    """A venue in the list, with its numbers of papers and public summaries."""

    venue: Venue
    papers: int
    summaries: int
    years: str


@dataclass(frozen=True)
class YearCount:
    """A year of a venue: how many papers, and how many of these have public summaries."""

    year: int
    papers: int
    with_summaries: int


def by_key(session: Session, key: str) -> Venue | None:
    return session.scalar(select(Venue).where(Venue.key == key))


def all_with_counts(session: Session) -> list[VenueRow]:
    """All venues that have papers, those with most summaries first."""
    written = (
        select(Paper.venue_id.label("of"), func.count().label("number"))
        .join(Summary, Summary.paper_id == Paper.id)
        .where(public())
        .group_by(Paper.venue_id)
        .subquery()
    )
    query = (
        select(
            Venue,
            func.count(Paper.id),
            func.coalesce(func.max(written.c.number), 0),
            func.min(Paper.year),
            func.max(Paper.year),
        )
        .join(Paper, Paper.venue_id == Venue.id)
        .outerjoin(written, written.c.of == Venue.id)
        .group_by(Venue.id)
        .order_by(func.coalesce(func.max(written.c.number), 0).desc(), Venue.name)
    )
    return [
        VenueRow(venue, papers, summaries, _span(first, last))
        for venue, papers, summaries, first, last in session.execute(query)
    ]


def years(session: Session, venue: Venue) -> list[YearCount]:
    """The years of a venue, the latest first."""
    query = (
        select(VenueYear.year, VenueYear.papers, VenueYear.summarised)
        .where(VenueYear.venue_id == venue.id, VenueYear.year != NO_YEAR)
        .order_by(VenueYear.year.desc())
    )
    return [YearCount(*row) for row in session.execute(query)]


def _span(first: int | None, last: int | None) -> str:
    if first is None:
        return ""
    return str(first) if first == last else f"{first}–{last}"
