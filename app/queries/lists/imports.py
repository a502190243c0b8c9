"""What a reader brings from other tools: imports on their way, and their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.db import now
from app.models import EntryCopy, ListImport, ListImportRow, Paper, Shelf, User
from app.models.papers.list_import import PREVIEW_LIFE, UNDO_LIFE
from app.queries import papers
from app.queries.identifiers import find_papers
from app.queries.shelves.access import belongs_to
from app.references.identifiers import PaperRef

MAX_IMPORTS = 20  # of which a page tells


class UnclearRow(NamedTuple):
    """A row about which its reader is asked, and the papers that it may mean."""

    row: ListImportRow
    candidates: Sequence[Paper]


def find_import(session: Session, viewer: User, token: str) -> ListImport | None:
    """The import of a token, if it is the viewer's and still there."""
    query = select(ListImport).where(
        ListImport.token == token, ListImport.user_id == viewer.id, _is_kept()
    )
    return session.scalar(query.execution_options(populate_existing=True))


def list_imports(session: Session, viewer: User) -> list[ListImport]:
    """The viewer's imports, the newest first."""
    query = select(ListImport).where(ListImport.user_id == viewer.id, _is_kept())
    return list(session.scalars(query.order_by(ListImport.id.desc()).limit(MAX_IMPORTS)))


def count_rows(session: Session, found: ListImport) -> dict[str, int]:
    """The rows of an import by their states."""
    query = select(ListImportRow.state, func.count()).where(ListImportRow.import_id == found.id)
    return dict(session.execute(query.group_by(ListImportRow.state)).all())


def count_undoable(session: Session, found: ListImport) -> int:
    """How many entries an import made or changed that are not undone."""
    query = select(func.count()).select_from(EntryCopy).where(EntryCopy.import_id == found.id)
    return session.scalar(query) or 0


def list_rows(
    session: Session, found: ListImport, states: Sequence[str], limit: int
) -> list[ListImportRow]:
    """The first rows of an import in some states."""
    query = select(ListImportRow).where(
        ListImportRow.import_id == found.id, ListImportRow.state.in_(states)
    )
    return list(session.scalars(query.order_by(ListImportRow.position).limit(limit)))


def list_rows_with_notes(session: Session, found: ListImport, limit: int) -> list[ListImportRow]:
    """The first rows of which there is something to tell besides their state."""
    query = select(ListImportRow).where(
        ListImportRow.import_id == found.id,
        ListImportRow.message != "",
        ListImportRow.state != "refused",
    )
    return list(session.scalars(query.order_by(ListImportRow.position).limit(limit)))


def list_shortened_labels(found: ListImport) -> list[str]:
    """The labels of an import that are shorter than the names in the list."""
    shortened = [
        each["label"]
        for each in found.data["labels"]
        if each["wanted"] and each.get("is_shortened") and "label" in each
    ]
    return list(dict.fromkeys(shortened))


def list_unclear_rows(session: Session, found: ListImport, limit: int) -> list[UnclearRow]:
    """The first rows about which the reader is asked; a fixed number of queries."""
    rows = list_rows(session, found, ("unclear",), limit)
    refs = {key: PaperRef("key", key) for row in rows for key in row.data["candidates"]}
    known = find_papers(session, refs.values())
    loaded = papers.load_papers(session, [each.id for each in known.values()])
    by_key = {key: loaded.get(known[ref].id) for key, ref in refs.items() if ref in known}
    return [
        UnclearRow(row, [paper for key in row.data["candidates"] if (paper := by_key.get(key))])
        for row in rows
    ]


def list_filled_shelves(
    session: Session, found: ListImport, viewer: User
) -> list[tuple[Shelf, User, int]]:
    """The shelves that an import made or filled, with their owners, and how many papers."""
    counts: Counter[tuple[int, str]] = Counter()
    made: set[int] = set()
    for each in found.data["labels"]:
        if (spec := each.get("shelf")) and "id" in spec:
            counts[spec["id"], spec["made_at"]] += spec["added"]
            made.update([spec["id"]] if spec["new"] else ())
    query = select(Shelf, User).join(User, User.id == Shelf.user_id)
    query = query.where(Shelf.id.in_([number for number, _ in counts]), belongs_to(viewer))
    return [
        (shelf, owner, counts[shelf.id, shelf.created_at.isoformat()])
        for shelf, owner in session.execute(query.order_by(Shelf.title, Shelf.id))
        if (key := (shelf.id, shelf.created_at.isoformat())) in counts
        and (counts[key] or shelf.id in made)
    ]


def _is_kept() -> ColumnElement[bool]:
    moment = now()
    return or_(
        ListImport.state.in_(("reading", "preview")) & (ListImport.made_at > moment - PREVIEW_LIFE),
        ListImport.state.in_(("done", "undone")) & (ListImport.made_at > moment - UNDO_LIFE),
        ListImport.state.in_(("waiting", "undoing")),
    )
