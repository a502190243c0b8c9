"""What rows of lists show to all readers, as plain objects.

They are of public summaries alone. Their attributes are called as those of papers and summaries
are elsewhere, as far as a row asks for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, SummaryTag, Tag, User, Venue
from app.models.papers import paper as paper_rules
from app.models.papers.paper import ListedAuthors
from app.queries.listed_authors import load_authors_by_paper
from app.queries.summaries import place_within_paper
from app.queries.summary_entries import choose_fragment
from app.queries.visibility import attributable_to, public_of_few
from app.sources.retractions import Retraction, read_mark
from app.statements import connection_of, read_rows


@dataclass(slots=True)
class ListedVenue:
    key: str
    name: str
    title: str


@dataclass(slots=True)
class RowPaper:
    """A paper as rows show it."""

    id: int
    key: str
    title: str
    title_html: str
    year: int | None
    venue_name: str | None
    venue: ListedVenue | None
    retraction: Retraction | None
    listed_authors: ListedAuthors

    @property
    def venue_label(self) -> str:
        venue = self.venue
        return "" if venue is None else paper_rules.venue_label(self.venue_name, venue.name)

    @property
    def printed_venue(self) -> tuple[str, str]:
        venue = self.venue
        if venue is None:
            return "", ""
        return paper_rules.printed_venue(self.venue_name, venue.name, venue.title)


@dataclass(slots=True)
class ListedTag:
    name: str


@dataclass(slots=True)
class ListedWriter:
    name: str
    display_name: str


@dataclass(slots=True)
class ListedEntry:
    """A public summary as rows show it to everybody.

    Attributes:
        summary: a row with the columns that lists show.
        writer: `None` for "Anonymous".
    """

    summary: Any
    paper: RowPaper
    tags: Sequence[ListedTag]
    writer: ListedWriter | None
    summaries_count: int
    fragment: str
    is_mine: bool = False


@dataclass(slots=True)
class PaperListRow:
    """A paper with the best of its public summaries, if it has one."""

    paper: RowPaper
    best: ListedEntry | None

    @property
    def summaries_count(self) -> int:
        return 0 if self.best is None else self.best.summaries_count


def load_listed_entries(
    session: Session, ids: Sequence[int], openings: bool
) -> dict[int, ListedEntry]:
    """Rows for the public ones of some summaries, by number.

    Args:
        openings: whether they show how the texts begin.
    """
    connection = connection_of(session)
    found = read_rows(connection, _select_entries(openings), {"summaries": list(ids)})
    papers = make_papers(connection, found)
    return {each.summary.id: each for each in make_entries(connection, found, papers)}


def load_listed_paper_rows(session: Session, ids: Sequence[int]) -> dict[int, PaperListRow]:
    """Rows for papers, by number."""
    connection = connection_of(session)
    found = read_rows(connection, select_papers(), {"papers": list(ids)})
    papers = make_papers(connection, found)
    written = [row.paper_id for row in found if row.summaries_count]
    best = read_rows(connection, _select_best(), {"papers": written}) if written else ()
    entries = {each.paper.id: each for each in make_entries(connection, best, papers)}
    return {number: PaperListRow(paper, entries.get(number)) for number, paper in papers.items()}


def load_tag_names(connection: Connection, summary_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of summaries by number, in the order of the alphabet."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for number, name in read_rows(connection, _select_tags(), {"summaries": summary_ids}):
        found[number].append(name)
    return found


def make_papers(connection: Connection, rows: Iterable[Any]) -> dict[int, RowPaper]:
    """Papers of rows that `select_papers` or `_select_entries` gave, by number."""
    by_number = {row.paper_id: row for row in rows}
    authors = load_authors_by_paper(connection, list(by_number))
    return {
        number: RowPaper(
            number,
            row.key,
            row.title,
            row.title_html,
            row.year,
            row.venue_name,
            ListedVenue(row.venue_key, row.venue_short, row.venue_title) if row.venue_key else None,
            read_mark(row.retraction_state),
            authors[number],
        )
        for number, row in by_number.items()
    }


def make_entries(
    connection: Connection, rows: Sequence[Any], papers: Mapping[int, RowPaper]
) -> Iterable[ListedEntry]:
    """Entries of rows that `select_summaries` gave, in their order."""
    numbers = [row.id for row in rows]
    names = load_tag_names(connection, numbers) if numbers else {}
    for row in rows:
        writer = None if row.name is None else ListedWriter(row.name, row.display_name)
        yield ListedEntry(
            row,
            papers[row.paper_id],
            [ListedTag(name) for name in names.get(row.id, ())],
            writer,
            row.summaries_count,
            choose_fragment(row, row.name),
        )


# Statements are made once: making one takes longer than reading what it asks for.

_OF_SUMMARY: tuple[Any, ...] = (
    *(Summary.id, Summary.paper_id, Summary.user_id, Summary.place, Summary.score),
    *(Summary.anonymous, Summary.visibility),
    *(Summary.created_at, Summary.published_at, Summary.edited_at),
    *(Summary.takeaway_html, Summary.lead_html, Summary.excerpt),
    *(Summary.read, Summary.made, Summary.interest),
    *(User.name, User.display_name, Paper.summaries_count),
)
_OF_PAPER: tuple[Any, ...] = (
    *(Paper.key, Paper.title, Paper.title_html, Paper.year, Paper.venue_name),
    *(Paper.retraction_state, Venue.key.label("venue_key"), Venue.name.label("venue_short")),
    Venue.title.label("venue_title"),
)


@cache
def _select_entries(openings: bool) -> Select[Any]:
    further = (Summary.opening_html,) if openings else ()
    return (
        select_summaries(*_OF_PAPER, *further)
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(Summary.id.in_(bindparam("summaries", expanding=True)), public_of_few())
    )


@cache
def select_papers(*further: Any) -> Select[Any]:
    """The `papers` of these numbers, with what rows show, and further columns."""
    return (
        select(Paper.id.label("paper_id"), Paper.summaries_count, *_OF_PAPER, *further)
        .outerjoin(Venue, Venue.id == Paper.venue_id)
        .where(Paper.id.in_(bindparam("papers", expanding=True)))
    )


@cache
def _select_best() -> Select[Any]:
    papers: Any = bindparam("papers", expanding=True)
    ranked = (
        select(Summary.id, place_within_paper().label("place"))
        .where(Summary.paper_id.in_(papers), public_of_few())
        .subquery()
    )
    return select_summaries().where(Summary.id.in_(select(ranked.c.id).where(ranked.c.place == 1)))


def select_summaries(*further: Any) -> Select[Any]:
    """Summaries with what rows show of them, and further columns; who asks says which."""
    # Of who is not named not even the name is read.
    return (
        select(*_OF_SUMMARY, *further)
        .join(Paper, Paper.id == Summary.paper_id)
        .outerjoin(User, and_(User.id == Summary.user_id, attributable_to(None)))
    )


@cache
def _select_tags() -> Select[Any]:
    columns: tuple[Any, ...] = (SummaryTag.summary_id, Tag.name)
    return (
        select(*columns)
        .join(Tag, Tag.id == SummaryTag.tag_id)
        .where(SummaryTag.summary_id.in_(bindparam("summaries", expanding=True)))
        .order_by(Tag.name)
    )
