"""What the owner of a shelf does for its readings: begin, change and remove them.

Each function is a part of one transaction, which the caller commits. Nothing here depends on who
takes part or has handed in a text, so it tells the owner nothing of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import Paper, Reading, ReadingGroup, Shelf, ShelfEntry
from app.queries.shelves.readings import list_group_members
from app.services import changed_pages
from app.services.locks import check_paper_exists, lock_user
from app.services.refusals import Refusal
from app.services.shelves.ballot import clear_ballot
from app.services.shelves.shelf import lock_shelf

MAX_OPEN_READINGS = 12  # of one shelf
MAX_READINGS = 1000
MAX_DAYS_AHEAD = 730
GONE = "This reading no longer exists."


@dataclass(frozen=True)
class ReadingPlan:
    """When a reading ends and who leads it, as typed.

    Attributes:
        ends_on: a day, as in ISO 8601.
        leader: a username; empty for nobody.
    """

    ends_on: str
    leader: str = ""


def set_reading_together(session: Session, shelf: Shelf, *, is_on: bool) -> None:
    """Let the members of a shelf read together, or not any more.

    What was read stays listed.

    Raises:
        Refusal: to end it while a reading is open.
    """
    lock_shelf(session, shelf)
    group = session.get(ReadingGroup, shelf.id, populate_existing=True)
    if not is_on and _count(session, shelf, is_open=True):
        raise Refusal("form", "Remove the open readings first, or wait until they have ended.")
    if group is None:
        session.add(ReadingGroup(shelf_id=shelf.id, is_on=is_on, ballot="none", last_number=0))
    else:
        group.is_on = is_on
    _follow(session, shelf)


def start_reading(session: Session, shelf: Shelf, paper: Paper, plan: ReadingPlan) -> Reading:
    """Begin a reading of a paper on the shelf.

    Raises:
        Refusal: for a paper that is not there or being read, and all that is wrong with the plan.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    _lock_leader(session, shelf, plan.leader)
    lock_shelf(session, shelf)
    check_paper_exists(session, paper)
    group = session.get(ReadingGroup, shelf.id, populate_existing=True)
    if group is None or not group.is_on:
        raise Refusal("form", "Turn on “Read together” first.")
    on_shelf = select(ShelfEntry.id).where(
        ShelfEntry.shelf_id == shelf.id, ShelfEntry.paper_id == paper.id
    )
    if session.scalar(on_shelf) is None:
        raise Refusal("paper", "Choose a paper that is on the shelf.")
    reads = select(Reading.id).where(Reading.shelf_id == shelf.id, Reading.paper_id == paper.id)
    if session.scalar(reads.where(Reading.revealed_at.is_(None))) is not None:
        raise Refusal("paper", "There is an open reading of this paper already.")
    if _count(session, shelf, is_open=True) >= MAX_OPEN_READINGS:
        raise Refusal("form", f"Up to {MAX_OPEN_READINGS} readings can be open at once.")
    if _count(session, shelf) >= MAX_READINGS:
        raise Refusal("form", f"A shelf can have up to {MAX_READINGS:,} readings.")
    group.last_number += 1
    moment = now()
    reading = Reading(
        shelf_id=shelf.id,
        number=group.last_number,
        paper_id=paper.id,
        leader_id=_find_leader(session, shelf, plan.leader),
        ends_on=_parse_day(plan.ends_on, moment.date()),
        uid=str(uuid4()),
        started_at=moment,
        changed_at=moment,
    )
    session.add(reading)
    if group.ballot == "closed":  # it has been followed, or not
        clear_ballot(session, shelf)
    _follow(session, shelf)
    return reading


def change_reading(session: Session, shelf: Shelf, reading: Reading, plan: ReadingPlan) -> None:
    """Change who leads a reading and, while it is open, its last day.

    The day is only moved to a later one: texts must not be shown before the day that their writers
    were told.

    Raises:
        Refusal: for a plan that cannot be taken, or a reading that is gone.
    """
    _lock_leader(session, shelf, plan.leader)
    lock_shelf(session, shelf)
    lock_reading(session, reading)
    if plan.ends_on != reading.ends_on.isoformat():
        if reading.revealed_at is not None:
            raise Refusal("ends_on", "This reading has ended.")
        reading.ends_on = _parse_day(plan.ends_on, reading.ends_on)
    reading.leader_id = _find_leader(session, shelf, plan.leader)
    reading.changed_at = now()
    _follow(session, shelf)


def remove_reading(session: Session, shelf: Shelf, reading: Reading) -> None:
    """Remove a reading; all texts stay with their writers, as visible as they are."""
    lock_shelf(session, shelf)
    session.execute(delete(Reading).where(Reading.id == reading.id))
    session.expunge(reading)
    _follow(session, shelf, is_less=True)


def lock_reading(session: Session, reading: Reading) -> None:
    """Read a reading anew, whose shelf is locked.

    Raises:
        Refusal: when it was removed meanwhile.
    """
    if session.get(Reading, reading.id, populate_existing=True) is None:
        raise Refusal("form", GONE)


def _count(session: Session, shelf: Shelf, *, is_open: bool = False) -> int:
    query = select(func.count()).select_from(Reading).where(Reading.shelf_id == shelf.id)
    return session.scalar(query.where(Reading.revealed_at.is_(None)) if is_open else query) or 0


def _parse_day(typed: str, earliest: date) -> date:
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refusal("ends_on", "Enter a day as YYYY-MM-DD.") from None
    if found < earliest:
        message = f"Choose {earliest.isoformat()} or later."
        raise Refusal("ends_on", message)
    if found > now().date() + timedelta(days=MAX_DAYS_AHEAD):
        raise Refusal("ends_on", "Choose a day within the next two years.")
    return found


def _lock_leader(session: Session, shelf: Shelf, name: str) -> None:
    """Lock who will lead, before the shelf, as who saves a text and hands it in does."""
    begin_writing(session)
    for user in list_group_members(session, shelf):
        if user.name == name.strip():
            lock_user(session, user.id)


def _find_leader(session: Session, shelf: Shelf, name: str) -> int | None:
    if not name.strip():
        return None
    members = {user.name: user.id for user in list_group_members(session, shelf)}
    if name.strip() not in members:
        raise Refusal("leader", "Choose the owner or a member of this shelf.")
    return members[name.strip()]


def _follow(session: Session, shelf: Shelf, *, is_less: bool = False) -> None:
    """Note what a change shows others: nothing, unless the shelf is public."""
    session.flush()
    changed_pages.name_shelf(session, shelf)
    if is_less and shelf.visibility == "public":
        changed_pages.name_everything(session)
