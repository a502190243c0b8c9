"""Who shares a shelf: invitations, which are accepted or declined, and roles.

Each function is a part of one transaction, which the caller commits. What somebody added stays
when they leave; the texts that they handed in to readings are their own again.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Shelf, ShelfMember, User
from app.models.papers.shelf import ROLES
from app.queries.people import find_user
from app.services.refusals import Refusal
from app.services.shelves.participation import leave_readings
from app.services.shelves.shelf import lock_shelf

MAX_SHELF_MEMBERS = 50


def invite_member(session: Session, shelf: Shelf, name: str, role: str) -> User:
    """Invite somebody to a shelf, or give who was invited another role.

    Raises:
        Refusal: for an unknown name or role, the owner, or too many members.
    """
    if role not in ROLES:
        raise Refusal("role", "Choose what they may do.")
    lock_shelf(session, shelf)
    invited = find_user(session, name.strip()) if name.strip() else None
    if invited is None:
        raise Refusal("name", "There is no user of this name.")
    if invited.id == shelf.user_id:
        raise Refusal("name", "This is the owner of the shelf.")
    member = _find_member(session, shelf, invited)
    if member is not None:
        member.role = role
        session.flush()
        return invited
    count = select(func.count()).select_from(ShelfMember).where(ShelfMember.shelf_id == shelf.id)
    if (session.scalar(count) or 0) >= MAX_SHELF_MEMBERS:
        raise Refusal("name", f"A shelf can have up to {MAX_SHELF_MEMBERS} members.")
    session.add(ShelfMember(shelf_id=shelf.id, user_id=invited.id, role=role, invited_at=now()))
    session.flush()
    return invited


def accept_invitation(session: Session, user: User, owner_name: str, slug: str) -> Shelf:
    """Become a member of a shelf.

    Raises:
        Refusal: without an invitation; whether there is such a shelf is not told.
    """
    shelf, member = _find_invitation(session, user, owner_name, slug)
    if member.accepted_at is None:
        member.accepted_at = now()
    session.flush()
    return shelf


def decline_invitation(session: Session, user: User, owner_name: str, slug: str) -> None:
    """Turn an invitation down, or leave a shelf.

    Raises:
        Refusal: without an invitation.
    """
    shelf, member = _find_invitation(session, user, owner_name, slug)
    lock_shelf(session, shelf)
    session.delete(member)
    leave_readings(session, shelf, user.id)


def remove_member(session: Session, shelf: Shelf, name: str) -> None:
    """Take somebody off a shelf, or an invitation back."""
    lock_shelf(session, shelf)
    gone = session.scalar(select(User.id).where(User.name == name))
    if gone is not None and gone != shelf.user_id:
        _remove(session, shelf, gone)


def leave_all_shelves(session: Session, user: User) -> None:
    """Take somebody off the shelves of others, whose account is deleted."""
    query = select(Shelf).join(ShelfMember, ShelfMember.shelf_id == Shelf.id)
    shelves = session.scalars(query.where(ShelfMember.user_id == user.id).order_by(Shelf.id))
    for shelf in shelves.all():
        lock_shelf(session, shelf)
        _remove(session, shelf, user.id)


def _remove(session: Session, shelf: Shelf, user_id: int) -> None:
    ours = delete(ShelfMember).where(ShelfMember.shelf_id == shelf.id)
    session.execute(ours.where(ShelfMember.user_id == user_id))
    leave_readings(session, shelf, user_id)


def _find_member(session: Session, shelf: Shelf, user: User) -> ShelfMember | None:
    return session.get(ShelfMember, (shelf.id, user.id), populate_existing=True)


def _find_invitation(
    session: Session, user: User, owner_name: str, slug: str
) -> tuple[Shelf, ShelfMember]:
    begin_writing(session)
    query = (
        select(Shelf, ShelfMember)
        .join(User, User.id == Shelf.user_id)
        .join(ShelfMember, ShelfMember.shelf_id == Shelf.id)
        .where(User.name == owner_name, Shelf.slug == slug, ShelfMember.user_id == user.id)
    )
    found = session.execute(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise Refusal("form", "This invitation is no longer valid.")
    return found[0], found[1]
