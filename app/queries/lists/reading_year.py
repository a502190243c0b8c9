"""What a reader read and summarised in the months of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import ListEntry, Paper, Summary, User

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
    read = select(func.min(ListEntry.read_at), func.max(ListEntry.read_at)).where(
        ListEntry.user_id == user.id, ListEntry.status == "read"
    )
    written = select(func.min(Summary.created_at), func.max(Summary.created_at)).where(
        Summary.user_id == user.id
    )
    moments = [*session.execute(read).one(), *session.execute(written).one()]
    years = [moment.year for moment in moments if moment is not None]
    return list(range(max(years), min(years) - 1, -1)) if years else []


def load_reading_year(session: Session, user: User, year: int) -> Sequence[ReadingMonth]:
    """The months of a year, January first; two queries."""
    months = [ReadingMonth(number) for number in range(1, 13)]
    first, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    read = (
        select(ListEntry.read_at, Paper.id, Paper.key, Paper.title_html)
        .join(Paper, Paper.id == ListEntry.paper_id)
        .where(
            ListEntry.user_id == user.id,
            ListEntry.status == "read",
            ListEntry.read_at >= first,
            ListEntry.read_at < end,
        )
        .order_by(ListEntry.read_at, ListEntry.id)
    )
    for moment, number, key, title_html in session.execute(read):
        assert moment is not None  # it lies in the year
        _find(months, moment, number, key, title_html).is_read = True
    written = (
        select(Summary.created_at, Paper.id, Paper.key, Paper.title_html)
        .join(Paper, Paper.id == Summary.paper_id)
        .where(Summary.user_id == user.id, Summary.created_at >= first, Summary.created_at < end)
        .order_by(Summary.created_at, Summary.id)
    )
    for moment, number, key, title_html in session.execute(written):
        _find(months, moment, number, key, title_html).is_summarised = True
    return months


def _find(
    months: Sequence[ReadingMonth], moment: datetime, paper_id: int, key: str, title_html: str
) -> MonthPaper:
    """A paper in its month, where it is put if needed."""
    return months[moment.month - 1].by_id.setdefault(paper_id, MonthPaper(key, title_html))
