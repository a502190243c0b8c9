"""The pages of a reader's list: filtered, sorted, searched, with what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.models import (
    ListEntry,
    Paper,
    ReadingList,
    SearchEntry,
    Summary,
    User,
    Venue,
)
from app.models.search_entry import is_paper_entry
from app.queries import papers
from app.queries.listed_authors import load_listed_authors
from app.queries.lists.own_entries import load_label_names
from app.queries.papers import PaperRow
from app.queries.search.listed import has_label, list_conditions, searched_texts
from app.queries.search.own import match_clauses
from app.queries.shelves.overview import select_shelved
from app.queries.visibility import public, public_of_few
from app.search import parse_query
from app.search.clauses import build_clauses
from app.statements import connection_of, read_rows

# By which a list is sorted; what is equal stands in the order in which it was added.
SORTS: Mapping[str, tuple[Any, ...]] = {
    "added": (ListEntry.added_at.desc(),),
    "hand": (ListEntry.position.desc(),),
    "priority": (ListEntry.priority.desc(), ListEntry.added_at.desc()),
    "year": (func.coalesce(Paper.year, 0).desc(), ListEntry.added_at.desc()),
    "title": (Paper.title_folded, ListEntry.added_at.desc()),
    "changed": (ListEntry.changed_at.desc(),),
}
_OF_PAPERS = ("year", "title")


@dataclass(frozen=True)
class ListFilter:
    """What is shown of a list; what is empty narrows nothing.

    Attributes:
        venue: its key.
        is_summarised: only papers that have a public summary.
        is_new: only papers with new summaries.
        text: a query, as the search box takes it.
        shelf: by what a form names it, one that the reader owns or shares.
    """

    status: str = ""
    label: str = ""
    year: int | None = None
    venue: str = ""
    is_summarised: bool = False
    is_new: bool = False
    text: str = ""
    shelf: str = ""


@dataclass(frozen=True)
class ListRow:
    """A paper on a list, with what its reader noted; `new_count` counts new summaries."""

    entry: Any
    row: PaperRow
    labels: Sequence[str]
    new_count: int

    @property
    def paper(self) -> Paper:
        return self.row.paper


def load_list_entries(
    session: Session, user: User, wanted: ListFilter, *, sort: str, size: int, skip: int
) -> Sequence[Any]:
    """What a reader noted of some papers of their list, in an order of `SORTS`."""
    query = _filtered(select(*_COLUMNS), user, wanted, sort in _OF_PAPERS)
    query = query.order_by(*SORTS[sort], ListEntry.id.desc()).limit(size).offset(skip)
    return session.execute(query).all()


def has_hidden_texts(session: Session, user: User, paper_ids: Sequence[int]) -> bool:
    """Whether a reader has written of some papers what others do not see."""
    values = {"user": user.id, "papers": list(paper_ids)}
    return bool(read_rows(connection_of(session), _select_hidden(), values))


@cache
def _select_hidden() -> Select[Any]:
    """Made once: making it takes longer than finding nothing."""
    papers: Any = bindparam("papers", expanding=True)
    columns: tuple[Any, ...] = (Summary.id,)
    theirs = (Summary.user_id == bindparam("user"), Summary.paper_id.in_(papers))
    return select(*columns).where(*theirs, ~public())


def load_rows_of_entries(
    session: Session, user: User, entries: Sequence[Any]
) -> dict[int, PaperRow]:
    """The papers of entries, as lists show them, by number."""
    loaded = _load_papers(session, [entry.paper_id for entry in entries])
    return {each.paper.id: each for each in papers.load_paper_rows(session, loaded, user)}


def join_list_rows(
    session: Session, user: User, entries: Sequence[Any], rows: Mapping[int, PaperRow]
) -> list[ListRow]:
    """Entries with their papers, labels and numbers of new summaries; two queries."""
    ids = [entry.id for entry in entries]
    labels = load_label_names(session, ids)
    new = _count_new(session, user, ids)
    return [
        ListRow(entry, rows[entry.paper_id], labels.get(entry.id, []), new.get(entry.id, 0))
        for entry in entries
        if entry.paper_id in rows
    ]


def count_list_rows(session: Session, user: User, wanted: ListFilter) -> int:
    """How many entries of a list are shown."""
    return session.scalar(_filtered(select(func.count()), user, wanted)) or 0


def list_entry_ids(session: Session, user: User, wanted: ListFilter) -> list[int]:
    """The numbers of all entries that are shown."""
    return list(session.scalars(_filtered(select(ListEntry.id), user, wanted)))


def list_paper_ids(
    session: Session, user: User, wanted: ListFilter, *, sort: str, limit: int, offset: int
) -> list[int]:
    """The numbers of the papers that are shown, in an order of `SORTS`."""
    query = _filtered(select(ListEntry.paper_id), user, wanted, sort in _OF_PAPERS)
    query = query.order_by(*SORTS[sort], ListEntry.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(query))


def list_papers_of_entries(session: Session, user: User, entry_ids: Sequence[int]) -> list[int]:
    """The papers of some entries of a reader, in the order of the entries' numbers."""
    query = select(ListEntry.id, ListEntry.paper_id).where(ListEntry.user_id == user.id)
    found = session.execute(query.where(ListEntry.id.in_(entry_ids))).all()
    places = {number: place for place, number in enumerate(entry_ids)}
    return [row.paper_id for row in sorted(found, key=lambda row: places[row.id])]


_COLUMNS: tuple[Any, ...] = (
    *(ListEntry.id, ListEntry.paper_id, ListEntry.status, ListEntry.priority, ListEntry.remark),
    *(ListEntry.citekey, ListEntry.added_at, ListEntry.changed_at, ListEntry.to_read_at),
    *(ListEntry.reading_at, ListEntry.stopped_at, ListEntry.read_at),
    (ListEntry.notes != "").label("has_notes"),
)


def _filtered(
    query: Select[Any], user: User, wanted: ListFilter, with_papers: bool = False
) -> Select[Any]:
    """A query of the entries that are shown."""
    query = query.select_from(ListEntry)
    typed = parse_query(wanted.text)
    conditions: list[ColumnElement[bool]] = list_conditions(typed, user)
    if with_papers or wanted.year is not None or wanted.venue or wanted.is_summarised:
        query = query.join(Paper, Paper.id == ListEntry.paper_id)
    if wanted.status:
        conditions.append(ListEntry.status == wanted.status)
    if wanted.label:
        conditions.append(has_label(user, wanted.label))
    if wanted.shelf:
        conditions.append(ListEntry.paper_id.in_(select_shelved(user, wanted.shelf)))
    if wanted.year is not None:
        conditions.append(Paper.year == wanted.year)
    if wanted.venue:
        named = select(Venue.id).where(Venue.key == wanted.venue)
        conditions.append(Paper.venue_id == named.scalar_subquery())
    if wanted.is_summarised:
        conditions.append(Paper.summaries_count > 0)
    if wanted.is_new:
        conditions.append(exists().where(*_is_new(user)).correlate(ListEntry))
    # The last word may be only begun.
    clauses = build_clauses(typed, {part: () for part in typed.plain if part.is_open})
    if clauses:
        own = and_(SearchEntry.paper_id == ListEntry.paper_id, is_paper_entry())
        query = query.join(SearchEntry, own)
        conditions.append(match_clauses(clauses, searched_texts()))
    return query.where(*conditions)


def _is_new(user: User) -> tuple[ColumnElement[bool], ...]:
    """Whether a summary is new to the reader who has its paper on the list."""
    seen = select(ReadingList.seen_at).where(ReadingList.user_id == user.id).scalar_subquery()
    return (
        Summary.paper_id == ListEntry.paper_id,
        Summary.user_id != user.id,
        public_of_few(),
        Summary.published_at > seen,
        Summary.published_at > ListEntry.added_at,
    )


def _load_papers(session: Session, ids: Sequence[int]) -> list[Paper]:
    query = select(Paper).where(Paper.id.in_(ids)).options(joinedload(Paper.venue))
    found = list(session.scalars(query))
    load_listed_authors(session, found)
    return found


def select_new(user: User, *columns: Any) -> Select[Any]:
    """Entries of a list beside the summaries that are new to its reader."""
    query = select(*columns).select_from(ListEntry).join(Summary, and_(*_is_new(user)))
    return query.where(ListEntry.user_id == user.id)


def _count_new(session: Session, user: User, ids: Sequence[int]) -> dict[int, int]:
    query = select_new(user, ListEntry.id, func.count()).where(ListEntry.id.in_(ids))
    return dict(session.execute(query.group_by(ListEntry.id)).all()) if ids else {}
