"""Venues and their years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.entities import find_entity, select_columns
from app.models import Venue, VenueYear
from app.models.papers.venue import NO_YEAR
from app.queries.paging import Order, Slice, parse_small, take_page
from app.statements import connection_of, read_rows
from app.text.folding import fold

BY_SUMMARIES = Order(
    (Venue.summaries_count, Venue.papers_count), Venue.id, (parse_small, parse_small)
)


class VenueName(NamedTuple):
    """What a venue is called."""

    key: str
    name: str
    title: str


@dataclass(frozen=True)
class VenueRow:
    """A venue in the list, and from which year to which it has papers."""

    venue: Venue
    years: str


@dataclass(frozen=True)
class YearCount:
    """A year of a venue, with its papers and those with public summaries."""

    year: int
    papers: int
    with_summaries: int


def find_venue(session: Session, key: str) -> Venue | None:
    return find_entity(session, Venue, _select_venue(), {"key": key})


def list_venues(session: Session, words: Sequence[str], *, size: int, **cursors: Any) -> Slice:
    """A page of venues, those with most summaries first.

    They have papers, and all these words in their name, title or key.
    """
    query = select(Venue).where(Venue.papers_count > 0)
    for word in words:
        query = query.where(Venue.folded.contains(fold(word), autoescape=True))
    found = take_page(session, query, BY_SUMMARIES, size=size, **cursors)
    spans = _find_year_spans(session, [venue.id for venue in found.rows])
    rows = [VenueRow(venue, spans.get(venue.id, "")) for venue in found.rows]
    return Slice(rows, found.before, found.after)


def list_venue_years(session: Session, venue: Venue) -> list[YearCount]:
    """The years of a venue, the latest first."""
    found = read_rows(connection_of(session), _select_years(), {"venue": venue.id})
    return [YearCount(*row) for row in found]


def _find_year_spans(session: Session, venue_ids: Sequence[int]) -> dict[int, str]:
    """From which year to which there are papers of venues."""
    # Two looks into the index for each, however many years it has.
    ends = [
        select(end(VenueYear.year))
        .where(VenueYear.venue_id == Venue.id, VenueYear.year > NO_YEAR)
        .scalar_subquery()
        for end in (func.min, func.max)
    ]
    query = select(Venue.id, *ends).where(Venue.id.in_(venue_ids))
    return {
        venue_id: str(first) if first == last else f"{first}–{last}"
        for venue_id, first, last in session.execute(query)
        if first is not None
    }


# Statements that pages need are made once: making one takes longer than reading what it asks for.


@cache
def _select_venue() -> Select[Any]:
    return select_columns(Venue).where(Venue.key == bindparam("key"))


@cache
def _select_years() -> Select[Any]:
    columns: tuple[Any, ...] = (VenueYear.year, VenueYear.papers, VenueYear.summarised)
    query = select(*columns).where(VenueYear.venue_id == bindparam("venue"))
    return query.where(VenueYear.year != NO_YEAR).order_by(VenueYear.year.desc())
