"""What venues, years and the whole gain or lose in one transaction.

It is written at its end.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.models import Venue, VenueYear
from app.models.papers.venue import NO_YEAR
from app.services.bulk import is_sqlite
from app.services.counters.totals import add_to_total


class PaperCounts:
    """What venues and their years gain or lose in one transaction."""

    def __init__(self) -> None:
        self._papers: Counter[tuple[int, int]] = Counter()
        self._summarised: Counter[tuple[int, int]] = Counter()
        self._summaries: Counter[int] = Counter()
        self._total = 0

    def add(
        self, venue_id: int | None, year: int | None, summaries: int = 0, *, sign: int = 1
    ) -> None:
        """A paper with so many public summaries comes to a venue, or (`sign=-1`) leaves it."""
        self._total += sign
        if venue_id is None:
            return
        self._papers[venue_id, year or NO_YEAR] += sign
        if summaries:
            self._summarised[venue_id, year or NO_YEAR] += sign
            self._summaries[venue_id] += sign * summaries

    def write(self, session: Session) -> None:
        """Write the differences to the rows.

        In one order, so that two transactions cannot block each other.
        """
        add_to_total(session, "papers", self._total)
        rows = [
            {"venue_id": venue, "year": year, "papers": papers, "summarised": summarised}
            for (venue, year), papers in sorted(self._papers.items())
            if papers or self._summarised[venue, year]
            for summarised in (self._summarised[venue, year],)
        ]
        if not rows:
            return
        insert = sqlite_insert if is_sqlite(session) else postgresql_insert
        statement = insert(VenueYear)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["venue_id", "year"],
                set_={
                    name: VenueYear.__table__.c[name] + statement.excluded[name]
                    for name in ("papers", "summarised")
                },
            ),
            rows,
        )
        if min(self._papers.values()) < 0:
            session.execute(delete(VenueYear).where(VenueYear.papers == 0))
        totals: Counter[int] = Counter()
        for (venue, _), papers in self._papers.items():
            totals[venue] += papers
        session.connection().execute(
            update(Venue)
            .where(Venue.id == bindparam("which"))
            .values(
                papers_count=Venue.papers_count + bindparam("papers"),
                summaries_count=Venue.summaries_count + bindparam("summaries"),
            ),
            [
                {"which": venue, "papers": papers, "summaries": self._summaries[venue]}
                for venue, papers in sorted(totals.items())
            ],
        )
