"""What a search finds on the shelves that it names.

A shelf that the one who searches may not see is as one that there is not. Shelves are in no index:
their papers are few enough to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, not_, select
from sqlalchemy.orm import Session

from app.models import SearchEntry, ShelfEntry, User
from app.models.search_entry import is_paper_entry
from app.queries.search.own import entries_of, match_clauses, select_entries
from app.queries.shelves.access import select_named_shelf, select_nearest_shelves
from app.search import MAX_HITS
from app.search.clauses import build_clauses
from app.search.query import Part, Query


def find_shelved_entries(
    session: Session,
    viewer: User | None,
    query: Query,
    completions: Mapping[Part, Sequence[str]],
) -> list[Any]:
    """What fulfils a query on the shelves that it names, as engines give it.

    Papers, in themselves or in a summary that the viewer may see; one more than a search can show,
    if there are so many.
    """
    conditions = shelf_conditions(query, viewer, SearchEntry.paper_id)
    own: list[Any] = []
    if viewer is not None and (own := entries_of(session, viewer, query, completions)):
        ids = {row[0] for row in own}
        shelved = select(SearchEntry.paper_id).where(SearchEntry.paper_id.in_(ids), *conditions)
        there = set(session.scalars(shelved))
        own = [row for row in own if row[0] in there]
    if query.is_mine:
        return own
    clauses = build_clauses(query, dict.fromkeys(completions, ()))
    texts = {name: getattr(SearchEntry, name) for name in ("title", "people", "facts", "body")}
    found = select_entries().where(*conditions, match_clauses(clauses, texts))
    if not clauses:  # then a summary finds no more than its paper does
        found = found.where(is_paper_entry())
    rows = session.execute(found.order_by(SearchEntry.id).limit(MAX_HITS + 1))
    return [*own, *(tuple(row) for row in rows)]


def list_unwanted_papers(session: Session, query: Query, viewer: User | None) -> set[int]:
    """The papers on shelves whose papers a query does not want."""
    found: set[int] = set()
    for part in query.shelves:
        if part.negative:
            found.update(session.scalars(_select_shelved(part, viewer)))
    return found


def shelf_conditions(query: Query, viewer: User | None, paper_id: Any) -> list[ColumnElement[bool]]:
    """On which shelves a query says that a paper must be, or must not be."""
    found = []
    for part in query.shelves:
        is_there = paper_id.in_(_select_shelved(part, viewer))
        found.append(not_(is_there) if part.negative else is_there)
    return found


def _select_shelved(part: Part, viewer: User | None) -> Select[Any]:
    """The papers on the shelf that is named, also by an address that it had before."""
    owner, slug = part.shelf
    if owner:
        meant = select_named_shelf(owner, slug, viewer)
    else:
        meant = select_nearest_shelves(slug, viewer)
    columns: tuple[Any, ...] = (ShelfEntry.paper_id,)
    query = select(*columns).where(ShelfEntry.paper_id.is_not(None))
    return query.where(ShelfEntry.shelf_id.in_(meant))
