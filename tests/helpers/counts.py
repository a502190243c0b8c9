"""Whether all counts of a library are what a recount finds."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import (
    Paper,
    Summary,
    SummaryTag,
    Tag,
    Total,
    Venue,
    VenueYear,
    Writer,
)
from app.services.counters import counts


def figures(session: Session) -> list[set[tuple[object, ...]]]:
    """All that is kept in step, as it stands in the database."""
    session.expire_all()
    papers = select(Paper.id, Paper.summaries_count, Paper.top_score, Paper.rank)
    venues = select(Venue.id, Venue.papers_count, Venue.summaries_count)
    years = select(VenueYear.venue_id, VenueYear.year, VenueYear.papers, VenueYear.summarised)
    sections = select(Summary.id, Summary.section_slug)
    carried = select(SummaryTag.summary_id, SummaryTag.tag_id, SummaryTag.score)
    tags = select(Tag.id, Tag.summaries_count)
    writers = select(Writer.user_id, Writer.summaries, Writer.votes).where(Writer.summaries > 0)
    totals = select(Total.name, Total.number).where(Total.number != 0)
    queries = (papers, venues, years, sections, carried, tags, writers, totals)
    return [set(map(tuple, session.execute(query).all())) for query in queries]


def check_counts(session: Session) -> None:
    """Compare with a count of everything anew."""
    kept = figures(session)
    begin_writing(session)
    counts.recount_all(session)
    session.commit()
    for before, after in zip(kept, figures(session), strict=True):
        assert before == after
