"""What a reading list can be narrowed to, with numbers of papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session

from app.models import (
    EntryLabel,
    ListEntry,
    ListLabel,
    Paper,
    ReadingList,
    Shelf,
    ShelfEntry,
    Summary,
    User,
    Venue,
)
from app.queries.lists.reading_list import select_new
from app.queries.shelves.access import belongs_to
from app.queries.shelves.overview import SEPARATOR
from app.queries.visibility import public
from app.statements import read_alone, read_rows

MAX_VENUES = 30  # that are offered


class CatalogueFacets(NamedTuple):
    """What the catalogue says of the papers of a list.

    Attributes:
        years: each with its number of papers, the latest first.
        venues: their numbers, each with its number of papers, those with most first.
        summarised: papers that have a public summary.
    """

    years: tuple[tuple[int, int], ...]
    venues: tuple[tuple[int, int], ...]
    summarised: int


@dataclass(frozen=True)
class ListOverview:
    """What a list can be narrowed to, each with its number of papers.

    Attributes:
        labels, years, venues, shelves: value, name and number; labels in alphabetical order, the
            latest years, the venues with most papers and the shelves changed last first.
    """

    total: int
    statuses: Mapping[str, int]
    labels: Sequence[tuple[str, str, int]]
    years: Sequence[tuple[int, str, int]]
    venues: Sequence[tuple[str, str, int]]
    shelves: Sequence[tuple[str, str, int]]
    summarised: int
    new: int


def load_listed_papers(session: Session, user: User) -> str:
    """The numbers of all papers on a list, as one text."""
    values = {"user": user.id}
    found: str | None = read_rows(session.connection(), _select_listed(), values).scalar()
    return found or ""


def are_on_list(session: Session, user: User, keys: Sequence[str]) -> bool:
    """Whether one of some papers is on a list.

    It may be, too, if there is no paper of one of the keys.
    """
    found = read_alone(session, _select_named(), {"user": user.id, "keys": list(keys)})
    return len(found) < len(keys) or any(row.entry is not None for row in found)


def load_facets(session: Session, user: User) -> CatalogueFacets:
    """Count by what the catalogue says.

    One query, which looks at each paper of the list.
    """
    years: dict[int, int] = {}
    venues: dict[int, int] = {}
    summarised = 0
    found = read_rows(session.connection(), _select_facts(), {"user": user.id})
    for venue_id, year, count, with_summary in found:
        summarised += with_summary
        if year is not None:
            years[year] = years.get(year, 0) + count
        if venue_id is not None:
            venues[venue_id] = venues.get(venue_id, 0) + count
    most = sorted(venues, key=lambda venue_id: (-venues[venue_id], venue_id))[:MAX_VENUES]
    return CatalogueFacets(
        tuple(sorted(years.items(), reverse=True)),
        tuple((venue_id, venues[venue_id]) for venue_id in most),
        summarised,
    )


def load_overview(session: Session, user: User, facets: CatalogueFacets) -> ListOverview:
    """Count what else is on a list, in a fixed number of queries."""
    counts = dict(read_rows(session.connection(), _select_statuses(), {"user": user.id}))
    labels = read_rows(session.connection(), _select_labels(), {"user": user.id})
    total = sum(counts.values())
    return ListOverview(
        total=total,
        statuses=counts,
        labels=[(name, name, count) for name, count in labels],
        years=[(year, str(year), count) for year, count in facets.years],
        venues=_name_venues(session, facets.venues),
        shelves=_count_shelves(session, user),
        summarised=facets.summarised,
        new=_count_new(session, user, total),
    )


def _count_new(session: Session, user: User, total: int) -> int:
    """Papers with new summaries."""
    values = {"user": user.id, "total": total}
    # Begun at the list or at what was published since, whichever is shorter.
    if read_rows(session.connection(), _select_one_published(), values).first() is not None:
        return session.scalar(select_new(user, func.count(ListEntry.id.distinct()))) or 0
    return read_rows(session.connection(), _count_new_published(), values).scalar() or 0


def _count_shelves(session: Session, user: User) -> list[tuple[str, str, int]]:
    """The reader's shelves on which papers of their list are."""
    query = (
        select(User.name, Shelf.slug, Shelf.title, func.count())
        .join(Shelf, Shelf.user_id == User.id)
        .join(ShelfEntry, ShelfEntry.shelf_id == Shelf.id)
        .join(ListEntry, ListEntry.paper_id == ShelfEntry.paper_id)
        .where(ListEntry.user_id == user.id, belongs_to(user))
        .group_by(User.name, Shelf.slug, Shelf.title, Shelf.id, Shelf.changed_at)
        .order_by(Shelf.changed_at.desc(), Shelf.id.desc())
    )
    found = session.execute(query)
    return [(f"{name}{SEPARATOR}{slug}", title, count) for name, slug, title, count in found]


def _name_venues(session: Session, counts: Sequence[tuple[int, int]]) -> list[tuple[str, str, int]]:
    """Venues with their keys and names."""
    numbers = [venue_id for venue_id, _ in counts]
    query = select(Venue.id, Venue.key, Venue.name).where(Venue.id.in_(numbers))
    named = {row.id: row for row in session.execute(query)}
    return [(named[each].key, named[each].name, count) for each, count in counts if each in named]


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_listed() -> Select[Any]:
    numbers = func.aggregate_strings(cast(ListEntry.paper_id, String), ",")
    return select(numbers).where(ListEntry.user_id == bindparam("user"))


@cache
def _select_named() -> Select[Any]:
    mine = and_(ListEntry.paper_id == Paper.id, ListEntry.user_id == bindparam("user"))
    columns: tuple[Any, ...] = (Paper.key, ListEntry.id.label("entry"))
    query = select(*columns).outerjoin(ListEntry, mine)
    return query.where(Paper.key.in_(bindparam("keys", expanding=True)))


@cache
def _select_statuses() -> Select[Any]:
    columns: tuple[Any, ...] = (ListEntry.status, func.count())
    query = select(*columns).where(ListEntry.user_id == bindparam("user"))
    return query.group_by(ListEntry.status)


@cache
def _select_labels() -> Select[Any]:
    columns: tuple[Any, ...] = (ListLabel.name, func.count())
    return (
        select(*columns)
        .join(EntryLabel, EntryLabel.label_id == ListLabel.id)
        .where(ListLabel.user_id == bindparam("user"))
        .group_by(ListLabel.id)
        .order_by(ListLabel.folded)
    )


@cache
def _select_facts() -> Select[Any]:
    written = func.nullif(Paper.summaries_count, 0)
    columns: tuple[Any, ...] = (Paper.venue_id, Paper.year, func.count(), func.count(written))
    return (
        select(*columns)
        .select_from(ListEntry)
        .join(Paper, Paper.id == ListEntry.paper_id)
        .where(ListEntry.user_id == bindparam("user"))
        .group_by(Paper.venue_id, Paper.year)
    )


@cache
def _select_one_published() -> Select[Any]:
    """The first summary beyond as many as the list has entries, of those since it was seen."""
    columns: tuple[Any, ...] = (Summary.id,)
    query = select(*columns).where(public(), Summary.published_at > _seen_at())
    query = query.order_by(Summary.published_at.desc(), Summary.id.desc())
    return query.limit(1).offset(bindparam("total"))


@cache
def _count_new_published() -> Select[Any]:
    user: Any = bindparam("user")
    mine = and_(ListEntry.user_id == user, ListEntry.paper_id == Summary.paper_id)
    columns: tuple[Any, ...] = (func.count(ListEntry.id.distinct()),)
    return (
        select(*columns)
        .select_from(Summary)
        .join(ListEntry, mine)
        .where(
            public(),
            Summary.user_id != user,
            Summary.published_at > _seen_at(),
            Summary.published_at > ListEntry.added_at,
        )
    )


def _seen_at() -> Any:
    seen = select(ReadingList.seen_at).where(ReadingList.user_id == bindparam("user"))
    return seen.scalar_subquery()
