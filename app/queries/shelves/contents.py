"""What is on a shelf that the reader may see: papers in order, with notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.models import Paper, Shelf, ShelfEntry, Summary, User
from app.queries import papers
from app.queries.papers import PaperRow
from app.queries.visibility import visible_to


@dataclass(frozen=True)
class ShelfNote:
    """Who added a paper, when, and what they note about it.

    `adder` is `None` when their account is gone.
    """

    entry_id: int
    adder: User | None
    added_at: datetime
    note: str


@dataclass(frozen=True)
class ShelvedPaper:
    """A paper on a shelf; `id` is the paper's number.

    There are several notes where papers were merged that were both on it.
    """

    id: int
    entry_id: int
    key: str
    title: str
    notes: Sequence[ShelfNote]


def list_shelved_papers(
    session: Session, shelf: Shelf, *, size: int, skip: int
) -> list[ShelvedPaper]:
    """Some papers of a shelf in its order, in two queries."""
    order = (ShelfEntry.position.desc(), ShelfEntry.id.desc())
    query = _select_papers(shelf).order_by(*order).limit(size).offset(skip)
    return _make_shelved(session, session.execute(query).all())


def count_shelved_papers(session: Session, shelf: Shelf) -> int:
    """How many papers are on a shelf."""
    query = select(func.count()).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id.is_not(None)
    )
    return session.scalar(query) or 0


def list_shelved_ids(session: Session, shelf: Shelf) -> list[int]:
    """The numbers of all papers of a shelf, in its order."""
    query = select(ShelfEntry.paper_id).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id.is_not(None)
    )
    return [each for each in session.scalars(query.order_by(ShelfEntry.position.desc())) if each]


def list_latest_additions(
    session: Session, shelf: Shelf, size: int
) -> list[tuple[PaperRow, ShelvedPaper]]:
    """The papers that were added last, with what everybody sees of them: for its feed."""
    order = (ShelfEntry.added_at.desc(), ShelfEntry.id.desc())
    query = _select_papers(shelf).order_by(*order).limit(size)
    added = _make_shelved(session, session.execute(query).all())
    rows = papers.load_rows_of_papers(session, [each.id for each in added], None)
    return [(rows[each.id], each) for each in added if each.id in rows]


def load_compared_papers(
    session: Session, shelf: Shelf, paper_ids: Sequence[int], viewer: User | None
) -> list[PaperRow]:
    """Those of some papers that are on a shelf, in the order asked for."""
    on_shelf = select(ShelfEntry.paper_id).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id.in_(paper_ids)
    )
    there = [each for each in session.scalars(on_shelf) if each is not None]
    rows = papers.load_rows_of_papers(session, there, viewer)
    return [rows[number] for number in dict.fromkeys(paper_ids) if number in rows]


def load_texts(session: Session, summary_ids: Sequence[int], viewer: User | None) -> dict[int, str]:
    """The HTML of summaries that the viewer may see, by number."""
    query = select(Summary.id, Summary.html)
    found = session.execute(query.where(Summary.id.in_(summary_ids), visible_to(viewer)))
    return dict(found.all())


def _select_papers(shelf: Shelf) -> Select[Any]:
    columns: tuple[Any, ...] = (ShelfEntry.id, ShelfEntry.paper_id, Paper.key, Paper.title)
    query = select(*columns).join(Paper, Paper.id == ShelfEntry.paper_id)
    return query.where(ShelfEntry.shelf_id == shelf.id)


def _make_shelved(session: Session, rows: Sequence[Any]) -> list[ShelvedPaper]:
    notes = _load_notes(session, [row.id for row in rows])
    return [ShelvedPaper(row.paper_id, row.id, row.key, row.title, notes[row.id]) for row in rows]


def _load_notes(session: Session, entry_ids: Sequence[int]) -> dict[int, list[ShelfNote]]:
    """The notes of entries and of those that are joined to them, the oldest first."""
    found: dict[int, list[ShelfNote]] = defaultdict(list)
    if not entry_ids:
        return found
    columns: tuple[Any, ...] = (ShelfEntry.id, ShelfEntry.joined_id, ShelfEntry.added_at)
    query = (
        select(*columns, ShelfEntry.note, User)
        .outerjoin(User, User.id == ShelfEntry.user_id)
        .where(or_(ShelfEntry.id.in_(entry_ids), ShelfEntry.joined_id.in_(entry_ids)))
        .order_by(ShelfEntry.added_at, ShelfEntry.id)
    )
    for row in session.execute(query):
        note = ShelfNote(row.id, row.User, row.added_at, row.note)
        found[row.joined_id or row.id].append(note)
    return found
