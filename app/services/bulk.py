"""Many rows at once, past the session's objects: for what adds thousands of papers a second."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base, hide_values
from app.models import Venue, VenueYear
from app.models.venue import NO_YEAR
from app.services.tallies import add_to_total


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """`column IN values` as one parameter, however many values there are."""
    if is_sqlite(session):
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(list(values), ARRAY(column.type)))


def new_ids(session: Session, table: type[Base], count: int) -> range | list[int]:
    """Numbers for new rows, in a session that writes."""
    name = table.__tablename__
    if is_sqlite(session):
        highest = session.scalar(select(func.max(table.__table__.c.id))) or 0
        return range(highest + 1, highest + 1 + count)
    take = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
    return list(session.scalars(take, {"name": name, "n": count}))


def insert_rows(
    session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows whose values stand in the order of `columns`, as the driver takes them."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(columns)
    if is_sqlite(session):
        places = ", ".join("?" * len(columns))
        # Names of our own tables and columns only.
        statement = f"INSERT INTO {table.__tablename__} ({names}) VALUES ({places})"  # noqa: S608
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {table.__tablename__} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        hide_values(error)
        if isinstance(error, connection.dialect.loaded_dbapi.IntegrityError):
            raise IntegrityError(statement, {}, error) from error  # as SQLAlchemy would
        raise


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
        """Carry it to the rows, in one order, so that two transactions cannot block each other."""
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
