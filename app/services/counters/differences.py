"""What venues, their years and the whole gain or lose in one transaction."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.models import Venue, VenueYear
from app.models.papers.venue import NO_YEAR
from app.services.bulk import is_sqlite
from app.services.counters.totals import add_to_total
from app.statements import connection_of, run


def _build_add_to_year(insert: Any) -> Any:
    """The statement that adds to the numbers of a venue's year, or begins them."""
    statement = insert(VenueYear)
    return statement.on_conflict_do_update(
        index_elements=["venue_id", "year"],
        set_={
            name: VenueYear.__table__.c[name] + statement.excluded[name]
            for name in ("papers", "summarised")
        },
    )


# Built once: each text that is published runs these.
_ADD_TO_YEAR = {  # by `is_sqlite`
    True: _build_add_to_year(sqlite_insert),
    False: _build_add_to_year(postgresql_insert),
}
_ADD_TO_VENUE = (
    update(Venue)
    .where(Venue.id == bindparam("which"))
    .values(
        papers_count=Venue.papers_count + bindparam("papers"),
        summaries_count=Venue.summaries_count + bindparam("summaries"),
    )
)


class Placement(NamedTuple):
    """Where a paper counts, and how many public summaries it has."""

    venue_id: int | None
    year: int | None
    summaries: int = 0


class CountDifferences:
    """Adds up what papers bring and take; `write` carries it to the rows."""

    def __init__(self) -> None:
        self._papers: Counter[tuple[int, int]] = Counter()
        self._summarised: Counter[tuple[int, int]] = Counter()
        self._summaries: Counter[int] = Counter()
        self._totals: Counter[str] = Counter()

    def add(self, paper: Placement, sign: int = 1) -> None:
        """Count a paper in its venue and year, or (`sign=-1`) take it out."""
        self._totals.update(papers=sign, summaries=sign * paper.summaries)
        if paper.venue_id is None:
            return
        year = paper.venue_id, paper.year or NO_YEAR
        self._papers[year] += sign
        self._summarised[year] += sign * (paper.summaries > 0)
        self._summaries[paper.venue_id] += sign * paper.summaries

    def write(self, session: Session) -> None:
        """Write the differences to the rows.

        In one order, so that two transactions cannot block each other.
        """
        for name, number in sorted(self._totals.items()):
            add_to_total(session, name, number)
        self._write_years(session)
        self._write_venues(session)

    def _write_years(self, session: Session) -> None:
        rows = [
            {"venue_id": venue, "year": year, "papers": papers, "summarised": summarised}
            for (venue, year), papers in sorted(self._papers.items())
            for summarised in (self._summarised[venue, year],)
            if papers or summarised
        ]
        if not rows:
            return
        run(connection_of(session), _ADD_TO_YEAR[is_sqlite(session)], rows)
        if min(self._papers.values()) < 0:
            session.execute(delete(VenueYear).where(VenueYear.papers == 0))

    def _write_venues(self, session: Session) -> None:
        papers: Counter[int] = Counter()
        for (venue, _), number in self._papers.items():
            papers[venue] += number
        rows = [
            {"which": venue, "papers": papers[venue], "summaries": self._summaries[venue]}
            for venue in sorted(papers)
            if papers[venue] or self._summaries[venue]
        ]
        if rows:
            # Past the session, which would take a list of rows for its own objects.
            run(connection_of(session), _ADD_TO_VENUE, rows)
