"""The ballot about what a group reads next.

Members approve of as many papers as they like. Each function is a part of one transaction, which
the caller commits. Votes are written without a trace in the log of changes.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers
from app.models import BallotVote, ReadingGroup, Shelf, ShelfEntry, User
from app.queries.shelves.access import find_role
from app.services import changed_pages
from app.services.refusals import Refusal
from app.services.shelves.shelf import lock_shelf

NOT_OPEN = "There is no open ballot."


def open_ballot(session: Session, shelf: Shelf) -> None:
    """Begin a ballot without votes.

    Raises:
        Refusal: on a shelf whose members do not read together.
    """
    group = _lock_group(session, shelf)
    if group is None or not group.is_on:
        raise Refusal("form", "Turn on “Read together” first.")
    _forget_votes(session, shelf)
    _set(session, shelf, group, "open")


def close_ballot(session: Session, shelf: Shelf) -> None:
    """End the ballot: from now on all members see its result.

    Raises:
        Refusal: when none is open.
    """
    group = _lock_group(session, shelf)
    if group is None or group.ballot != "open":
        raise Refusal("form", NOT_OPEN)
    _set(session, shelf, group, "closed")


def clear_ballot(session: Session, shelf: Shelf) -> None:
    """Take a ballot away with its votes."""
    group = _lock_group(session, shelf)
    if group is not None:
        _forget_votes(session, shelf)
        _set(session, shelf, group, "none")


def vote_for_papers(session: Session, user: User, shelf: Shelf, chosen: Collection[int]) -> None:
    """Replace one's votes.

    Args:
        chosen: numbers of entries of the shelf; what is no paper of it any more counts nothing.

    Raises:
        Refusal: without an open ballot, and for who may not add papers.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    group = _lock_group(session, shelf)
    if find_role(session, shelf, user) not in ("owner", "editor"):
        raise Refusal("form", "Members who can add papers vote.")
    if group is None or group.ballot != "open":
        raise Refusal("form", NOT_OPEN)
    ours = select(ShelfEntry.id).where(ShelfEntry.shelf_id == shelf.id)
    mine = delete(BallotVote).where(BallotVote.user_id == user.id)
    session.execute(mine.where(BallotVote.entry_id.in_(ours)))
    wanted = ours.where(ShelfEntry.paper_id.is_not(None), ShelfEntry.id.in_(chosen))
    rows = [{"entry_id": each, "user_id": user.id} for each in session.scalars(wanted)]
    insert_missing(session, BallotVote, rows, ["entry_id", "user_id"])


def _lock_group(session: Session, shelf: Shelf) -> ReadingGroup | None:
    lock_shelf(session, shelf)
    return session.get(ReadingGroup, shelf.id, populate_existing=True)


def _forget_votes(session: Session, shelf: Shelf) -> None:
    ours = select(ShelfEntry.id).where(ShelfEntry.shelf_id == shelf.id)
    session.execute(delete(BallotVote).where(BallotVote.entry_id.in_(ours)))


def _set(session: Session, shelf: Shelf, group: ReadingGroup, ballot: str) -> None:
    group.ballot = ballot
    session.flush()
    changed_pages.name_shelf(session, shelf)
