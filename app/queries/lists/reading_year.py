"""What a reader read and summarised in the months of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.models import ListEntry, Paper, Summary, User
from app.statements import connection_of, read_rows

MAX_PAPERS = 100  # of a month, that a page names


@dataclass
class MonthPaper:
    """A paper that was read or summarised in a month."""

    key: str
    title_html: str
    is_read: bool = False
    is_summarised: bool = False


@dataclass
class ReadingMonth:
    """A month in UTC; `number` is 1 to 12."""

    number: int
    by_id: dict[int, MonthPaper] = field(default_factory=dict)

    @property
    def papers(self) -> Sequence[MonthPaper]:
        """The papers, in the order in which they were read, then summarised."""
        return list(self.by_id.values())

    @property
    def read(self) -> int:
        """How many papers were read."""
        return sum(paper.is_read for paper in self.by_id.values())

    @property
    def summarised(self) -> int:
        """How many papers were summarised, whoever can see it."""
        return sum(paper.is_summarised for paper in self.by_id.values())


def list_reading_years(session: Session, user: User) -> list[int]:
    """The years since the first paper that a user read or summarised, the latest first."""
    session.flush()
    found = read_rows(connection_of(session), _select_ends(), {"user": user.id})
    years = [moment.year for moment in found[0] if moment is not None]
    return list(range(max(years), min(years) - 1, -1)) if years else []


def load_reading_year(session: Session, user: User, year: int) -> Sequence[ReadingMonth]:
    """The months of a year, January first; two queries."""
    months = [ReadingMonth(number) for number in range(1, 13)]
    first, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    session.flush()
    asked = {"user": user.id, "first": first, "end": end}
    for moment, number, key, title_html in read_rows(connection_of(session), _select_read(), asked):
        assert moment is not None  # it lies in the year
        _find(months, moment, number, key, title_html).is_read = True
    written = read_rows(connection_of(session), _select_written(), asked)
    for moment, number, key, title_html in written:
        _find(months, moment, number, key, title_html).is_summarised = True
    return months


def _find(
    months: Sequence[ReadingMonth], moment: datetime, paper_id: int, key: str, title_html: str
) -> MonthPaper:
    """A paper in its month, where it is put if needed."""
    return months[moment.month - 1].by_id.setdefault(paper_id, MonthPaper(key, title_html))


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_ends() -> Select[Any]:
    """The first and the last moment of both kinds, each found at an end of an index."""

    def end(of: Any, column: Any, *where: Any) -> Any:
        return select(of(column)).where(*where).scalar_subquery()

    user: Any = bindparam("user")
    read = (ListEntry.read_at, ListEntry.user_id == user, ListEntry.status == "read")
    written = (Summary.created_at, Summary.user_id == user)
    ends = (func.min, func.max)
    return select(*(end(of, *each) for each in (read, written) for of in ends))


@cache
def _select_read() -> Select[Any]:
    columns: tuple[Any, ...] = (ListEntry.read_at, Paper.id, Paper.key, Paper.title_html)
    return (
        select(*columns)
        .join(Paper, Paper.id == ListEntry.paper_id)
        .where(
            ListEntry.user_id == bindparam("user"),
            ListEntry.status == "read",
            ListEntry.read_at >= bindparam("first", type_=ListEntry.read_at.type),
            ListEntry.read_at < bindparam("end", type_=ListEntry.read_at.type),
        )
        .order_by(ListEntry.read_at, ListEntry.id)
    )


@cache
def _select_written() -> Select[Any]:
    columns: tuple[Any, ...] = (Summary.created_at, Paper.id, Paper.key, Paper.title_html)
    return (
        select(*columns)
        .join(Paper, Paper.id == Summary.paper_id)
        .where(
            Summary.user_id == bindparam("user"),
            Summary.created_at >= bindparam("first", type_=Summary.created_at.type),
            Summary.created_at < bindparam("end", type_=Summary.created_at.type),
        )
        .order_by(Summary.created_at, Summary.id)
    )
