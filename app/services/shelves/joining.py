"""What becomes of shelves when two papers, or two accounts, become one.

Of two papers that are merged and on the same shelf, one entry is joined to the other: it keeps who
added it, when, and the note, and stands by itself again when the merge is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from app.db import Base
from app.models import (
    BallotVote,
    FormerName,
    FormerSlug,
    Paper,
    PaperMerge,
    Participation,
    Reading,
    Shelf,
    ShelfEntry,
    ShelfMember,
    Summary,
    User,
)
from app.queries.shelves.access import belongs_to
from app.queries.shelves.readings import list_open_readings
from app.services.bulk import split_into_batches
from app.services.shelves.reveal import reveal_if_complete
from app.services.shelves.shelf import free_slug, lock_shelf, remember_slug


def move_shelf_entries(
    session: Session, merge: PaperMerge, kept: Paper, removed: Paper
) -> dict[str, Any]:
    """Let entries of one paper be entries of another one.

    Returns:
        What undoing needs: numbers of those that moved, and of those that were joined before,
        each with what it was joined to.
    """
    session.flush()
    other = aliased(ShelfEntry)
    pairs = select(ShelfEntry.id, other.id).join(other, other.shelf_id == ShelfEntry.shelf_id)
    pairs = pairs.where(ShelfEntry.paper_id == kept.id, other.paper_id == removed.id)
    followers: list[list[int]] = []
    for staying, going in session.execute(pairs.order_by(ShelfEntry.id)).all():
        behind = ShelfEntry.joined_id == going
        found = select(ShelfEntry.id).where(behind).order_by(ShelfEntry.id)
        followers += [[each, going] for each in session.scalars(found)]
        _update(session, behind, joined_id=staying)
        joined = {"paper_id": None, "joined_id": staying, "merge_id": merge.id}
        _update(session, ShelfEntry.id == going, **joined)
    here = ShelfEntry.paper_id == removed.id
    moved = list(session.scalars(select(ShelfEntry.id).where(here).order_by(ShelfEntry.id)))
    _update(session, here, paper_id=kept.id)
    return {"moved": moved, "followers": followers}


def move_shelf_entries_back(
    session: Session, merge: PaperMerge, kept: Paper, restored: Paper
) -> None:
    """Let entries that came along be about their paper again.

    What was removed since stays away.
    """
    session.flush()
    data = merge.data.get("shelved", {})
    for some in split_into_batches(data.get("moved", [])):
        came = ShelfEntry.id.in_(some) & (ShelfEntry.paper_id == kept.id)
        _update(session, came, paper_id=restored.id)
    alone = {"paper_id": restored.id, "joined_id": None, "merge_id": None}
    _update(session, ShelfEntry.merge_id == merge.id, **alone)
    for number, before in data.get("followers", []):
        there = select(ShelfEntry.id).where(ShelfEntry.id == before).scalar_subquery()
        if session.scalar(select(there)) is not None:
            is_joined = ShelfEntry.joined_id.is_not(None)
            _update(session, (ShelfEntry.id == number) & is_joined, joined_id=before)


def move_readings(session: Session, kept: Paper, removed: Paper) -> list[str]:
    """Let readings of one paper be readings of another one.

    Returns:
        What names them, for undoing: the number of one that is removed may come back.
    """
    session.flush()
    ours = Reading.paper_id == removed.id
    moved = list(session.scalars(select(Reading.uid).where(ours).order_by(Reading.id)))
    _update_of(Reading, session, ours, paper_id=kept.id)
    return moved


def move_readings_back(session: Session, merge: PaperMerge, kept: Paper, restored: Paper) -> None:
    """Let readings that came along be of their paper again."""
    session.flush()
    for some in split_into_batches(merge.data.get("readings", [])):
        came = Reading.uid.in_([str(each) for each in some]) & (Reading.paper_id == kept.id)
        _update_of(Reading, session, came, paper_id=restored.id)


def give_shelves(session: Session, source: User, target: User) -> None:
    """Let the shelves of one account, what it shares and what it added, be another's."""
    session.flush()
    taken = set(session.scalars(select(Shelf.slug).where(Shelf.user_id == target.id)))
    shelves = session.scalars(select(Shelf).where(Shelf.user_id == source.id)).all()
    _remember_addresses(session, source, shelves)
    for shelf in shelves:
        if shelf.slug in taken:
            shelf.slug = free_slug(shelf.slug, taken)
        taken.add(shelf.slug)
        shelf.user_id = target.id
        session.flush()
    _update(session, ShelfEntry.user_id == source.id, user_id=target.id)
    _give_memberships(session, source, target)
    _update_of(Reading, session, Reading.leader_id == source.id, leader_id=target.id)
    _give_participations(session, source, target)
    _give_votes(session, source, target)
    _reveal_completed(session, target)


def forget_former_names(session: Session, user: User) -> None:
    """Let no name that somebody had lead to their shelves."""
    names = select(FormerName.name).where(FormerName.user_id == user.id)
    session.execute(delete(FormerSlug).where(FormerSlug.owner_name.in_(names)))


def _remember_addresses(session: Session, source: User, shelves: Sequence[Shelf]) -> None:
    """Let all addresses of somebody's shelves lead to them when the account is merged.

    Behind a name that its owner once got by a merge, shelves that came by it have theirs already.
    """
    for shelf in shelves:
        remember_slug(session, shelf)
    query = select(FormerSlug).join(Shelf, Shelf.id == FormerSlug.shelf_id)
    rows = session.scalars(query.where(Shelf.user_id == source.id)).all()
    led = {(row.owner_name, row.slug) for row in rows}
    there = {(row.owner_name, row.slug, row.shelf_id) for row in rows}
    former = select(FormerName.name).where(FormerName.user_id == source.id)
    others = session.scalars(former.order_by(FormerName.name)).all()
    for row in rows:
        if row.owner_name:
            continue
        names = [each for each in others if (each, row.slug) not in led]
        for name in (source.name, *names):
            if (name, row.slug, row.shelf_id) not in there:
                values = {"slug": row.slug, "was_public": row.was_public, "left_at": row.left_at}
                session.add(FormerSlug(shelf_id=row.shelf_id, owner_name=name, **values))
        session.delete(row)
    session.flush()


def is_handed_in_alone(
    session: Session, summary: Summary, other: Summary, *, only_revealed: bool = False
) -> bool:
    """Whether a reading has one of two texts of a paper, and not the other.

    Args:
        only_revealed: count only readings whose members have read it.
    """
    handed_in = select(Participation.reading_id).where(Participation.summary_id == summary.id)
    others = select(Participation.reading_id).where(Participation.summary_id == other.id)
    alone = handed_in.where(Participation.reading_id.not_in(others))
    if only_revealed:
        revealed = select(Reading.id).where(Reading.revealed_at.is_not(None))
        alone = alone.where(Participation.reading_id.in_(revealed))
    return session.scalar(alone.limit(1)) is not None


def hand_in_instead(session: Session, gone: Summary, kept: Summary) -> None:
    """Let readings have one text in the place of another, unless they have it already."""
    others = select(Participation.reading_id).where(Participation.summary_id == kept.id)
    there = session.scalars(others).all()
    which = (Participation.summary_id == gone.id) & Participation.reading_id.not_in(there)
    _update_of(Participation, session, which, summary_id=kept.id)


def clear_notes(session: Session, user: User) -> None:
    """Remove the notes that somebody wrote on shelves, with whose account they go."""
    _update(session, ShelfEntry.user_id == user.id, note="")


def _give_memberships(session: Session, source: User, target: User) -> None:
    """Let one of them have the wider role and the earlier date; nobody is a member of their own."""
    owned = select(Shelf.id).where(Shelf.user_id == target.id)
    both = ShelfMember.user_id.in_((source.id, target.id))
    session.execute(delete(ShelfMember).where(both, ShelfMember.shelf_id.in_(owned)))
    query = select(ShelfMember).where(both).execution_options(populate_existing=True)
    theirs: dict[int, ShelfMember] = {}
    members = session.scalars(query).all()
    for member in sorted(members, key=lambda each: each.user_id != target.id):
        other = theirs.setdefault(member.shelf_id, member)
        if other is member:
            member.user_id = target.id
            session.flush()
            continue
        other.role = min(other.role, member.role)  # an editor before a viewer
        moments = [each.accepted_at for each in (other, member) if each.accepted_at is not None]
        other.accepted_at = min(moments, default=None)
        session.delete(member)
        session.flush()


def _give_participations(session: Session, source: User, target: User) -> None:
    """Of two answers to a reading the one with a text stays, else the target's."""
    session.flush()
    query = select(Participation).where(Participation.user_id.in_((source.id, target.id)))
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    kept: dict[int, Participation] = {}
    for row in sorted(rows, key=lambda row: (row.summary_id is None, row.user_id != target.id)):
        if kept.setdefault(row.reading_id, row) is not row:
            session.delete(row)
    session.flush()
    for row in kept.values():
        row.user_id = target.id
    session.flush()


def _reveal_completed(session: Session, user: User) -> None:
    """Reveal the readings for which nobody but the other account was waited for."""
    query = select(Shelf).join(Reading, Reading.shelf_id == Shelf.id)
    query = query.where(Reading.revealed_at.is_(None), belongs_to(user))
    for shelf in session.scalars(query.order_by(Shelf.id).distinct()).all():
        lock_shelf(session, shelf)
        for reading in list_open_readings(session, shelf):
            reveal_if_complete(session, shelf, reading)


def _give_votes(session: Session, source: User, target: User) -> None:
    theirs = select(BallotVote.entry_id).where(BallotVote.user_id == target.id)
    twice = delete(BallotVote).where(BallotVote.user_id == source.id)
    session.execute(twice.where(BallotVote.entry_id.in_(theirs)))
    _update_of(BallotVote, session, BallotVote.user_id == source.id, user_id=target.id)


def _update(session: Session, which: Any, **values: Any) -> None:
    _update_of(ShelfEntry, session, which, **values)


def _update_of(table: type[Base], session: Session, which: Any, **values: Any) -> None:
    changed = update(table).where(which).values(**values)
    session.execute(changed.execution_options(synchronize_session=False))
