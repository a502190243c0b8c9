"""What a search finds on the reading list of the one who searches.

Lists are in no index that others share: entries of one reader are few enough to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, not_, select
from sqlalchemy.orm import Session

from app.models import EntryLabel, ListEntry, ListLabel, SearchEntry, User
from app.models.search_entry import is_paper_entry
from app.queries.search.own import entries_of, match_clauses, select_entries
from app.queries.search.shelved import shelf_conditions
from app.search import MAX_HITS
from app.search.clauses import build_clauses
from app.search.query import Part, Query
from app.text.folding import fold_label


def find_listed_entries(
    session: Session, viewer: User, query: Query, completions: Mapping[Part, Sequence[str]]
) -> list[Any]:
    """What fulfils a query about the viewer's list, as engines give it.

    Papers on it, in themselves, in a summary, or in what the viewer noted; one more than a search
    can show, if there are so many.
    """
    conditions = list_conditions(query, viewer)
    on_list = select(ListEntry.paper_id).where(*conditions)
    listed = set(session.scalars(on_list))
    own = [row for row in entries_of(session, viewer, query, completions) if row[0] in listed]
    if query.is_mine:
        return own
    clauses = build_clauses(query, dict.fromkeys(completions, ()))
    on = ListEntry.paper_id == SearchEntry.paper_id
    found = (
        select_entries()
        .join(ListEntry, on)
        .where(*conditions, match_clauses(clauses, searched_texts()))
    )
    if not clauses:  # then a summary finds no more than its paper does
        found = found.where(is_paper_entry())
    rows = session.execute(found.order_by(SearchEntry.id).limit(MAX_HITS + 1))
    return [*own, *(tuple(row) for row in rows)]


def list_conditions(query: Query, viewer: User) -> list[ColumnElement[bool]]:
    """What the viewer's entries must be: what a query says of status, labels and shelves."""
    found: list[ColumnElement[bool]] = [ListEntry.user_id == viewer.id]
    wanted = [part.status for part in query.parts if part.field == "status" and not part.negative]
    if wanted:
        found.append(ListEntry.status.in_(wanted))
    for part in query.parts:
        if part.field == "status" and part.negative:
            found.append(ListEntry.status != part.status)
        elif part.field == "label":
            has = has_label(viewer, part.value)
            found.append(not_(has) if part.negative else has)
    return found + shelf_conditions(query, viewer, ListEntry.paper_id)


def has_label(viewer: User, name: str) -> ColumnElement[bool]:
    """Whether an entry carries a label of the viewer."""
    return exists().where(
        EntryLabel.entry_id == ListEntry.id,
        EntryLabel.label_id == ListLabel.id,
        ListLabel.user_id == viewer.id,
        ListLabel.folded == fold_label(name),
    )


def searched_texts() -> dict[str, Any]:
    """The texts in which words are looked for: the paper's, and the reader's own."""
    return {
        "title": SearchEntry.title,
        "people": SearchEntry.people,
        "facts": SearchEntry.facts,
        "body": SearchEntry.body,
        "": ListEntry.words,
    }
