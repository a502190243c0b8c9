"""The ballot about what a group reads next, as one member may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import BallotVote, Paper, ReadingGroup, ShelfEntry, User
from app.queries.shelves.access import SeenShelf


@dataclass(frozen=True)
class BallotPaper:
    """A paper of the shelf; `votes` is `None` for who may not know it yet."""

    entry_id: int
    key: str
    title: str
    votes: int | None
    is_mine: bool


def load_ballot(
    session: Session, seen: SeenShelf, group: ReadingGroup, viewer: User
) -> Sequence[BallotPaper]:
    """The papers of a shelf for a ballot.

    How many want each, members learn when they have voted themselves or the ballot is closed; then
    the papers with most votes come first, and those with equally many in the order of the shelf.
    """
    query = (
        select(ShelfEntry.id, Paper.key, Paper.title)
        .join(Paper, Paper.id == ShelfEntry.paper_id)
        .where(ShelfEntry.shelf_id == seen.shelf.id)
        .order_by(ShelfEntry.position.desc(), ShelfEntry.id.desc())
    )
    voters = _load_voters(session, seen)
    mine = {entry_id for entry_id, ids in voters.items() if viewer.id in ids}
    knows = group.ballot == "closed" or bool(mine)
    found = [
        BallotPaper(
            entry_id, key, title, len(voters[entry_id]) if knows else None, entry_id in mine
        )
        for entry_id, key, title in session.execute(query)
    ]
    return sorted(found, key=lambda each: -(each.votes or 0))


def _load_voters(session: Session, seen: SeenShelf) -> dict[int, set[int]]:
    """Who wants the paper of each entry; an entry that is joined to another counts there."""
    shown = func.coalesce(ShelfEntry.joined_id, ShelfEntry.id)
    query = (
        select(shown, BallotVote.user_id)
        .join(ShelfEntry, ShelfEntry.id == BallotVote.entry_id)
        .where(ShelfEntry.shelf_id == seen.shelf.id)
        .where(or_(ShelfEntry.paper_id.is_not(None), ShelfEntry.joined_id.is_not(None)))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for entry_id, user_id in session.execute(query):
        found[entry_id].add(user_id)
    return found
