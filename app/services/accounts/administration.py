"""What an administrator does with accounts: find, make, rename and delete them.

Each function is one transaction that the caller commits; files of pictures go after that.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import FormerName, Picture, Summary, User, Vote
from app.models.user import ROLES
from app.queries.people import find_user
from app.services import changed_pages, changes, votes
from app.services.accounts import account, demo, email
from app.services.accounts.user_names import check_name, check_unreserved
from app.services.locks import lock_account
from app.services.refusals import Refusal
from app.services.shelves.joining import clear_notes, forget_former_names
from app.services.shelves.members import leave_all_shelves


@dataclass(frozen=True)
class AccountDeletion:
    """What went with an account; `files` are to be removed after the commit."""

    summaries: int
    votes: int
    files: Sequence[str]


def find_account(session: Session, name: str) -> User:
    """The account of this name.

    Raises:
        Refusal: when there is none, with the name it has now, or names that look like it.
    """
    name = name.strip().lower()
    user = find_user(session, name)
    if user is not None and user.name == name:
        return user
    if user is not None:  # said, not followed: what comes next may not be undone
        raise Refusal("name", f"{name} has been renamed to {user.name}.")
    if session.get(FormerName, name) is not None:
        raise Refusal("name", f"User {name} no longer exists.")
    near = get_close_matches(name, session.scalars(select(User.name)).all())
    known = f" Did you mean {' or '.join(near)}?" if near else ""
    raise Refusal("name", f"There is no user {name:.60}.{known}")


def set_role(session: Session, user: User, role: str) -> None:
    """Say what somebody may do.

    Args:
        role: one of `ROLES`: a `trusted` user may merge papers, and undo it.

    Raises:
        Refusal: for another word.
    """
    if role not in ROLES:
        raise Refusal("role", f"A role is one of {', '.join(ROLES)}.")
    begin_writing(session)
    session.execute(update(User).where(User.id == user.id).values(role=role))
    changed_pages.name_users(session, [user.id])


def make_password() -> str:
    """A password that nobody can guess, to be told once: 96 random bits."""
    return secrets.token_urlsafe(12)


def create_account(session: Session, name: str, display_name: str, password: str) -> User:
    """Make an account, also of a name that visitors cannot sign up as.

    Raises:
        Refusal: for a name, display name or password that cannot be taken.
    """
    name = name.strip().lower()
    _check_not_demo(name)
    return account.add_user(session, name, display_name, password)


def rename_account(session: Session, user: User, new: str, *, forget_old: bool = False) -> None:
    """Give a user another name.

    Their old address leads to the new one, and nobody gets it.

    Args:
        forget_old: let no earlier name of theirs lead to the new one; they stay taken.

    Raises:
        Refusal: for a name that cannot be taken.
    """
    new = new.strip().lower()
    old = user.name
    if new == old:
        raise Refusal("name", f"The name is {new} already.")
    _check_not_demo(new)
    check_name(new)
    check_unreserved(new)
    begin_writing(session)
    lock_account(session, user)
    former = session.get(FormerName, new)
    if former is not None and former.user_id == user.id:
        session.delete(former)  # taken back
        session.flush()
    account.check_name_is_free(session, new)
    changes.note(session, "writer", user.id)
    if user.display_name == old:
        user.display_name = new
    user.name = new
    try:
        session.flush()
    except IntegrityError:  # somebody took the name in this moment
        session.rollback()
        raise Refusal("name", account.TAKEN) from None
    session.add(FormerName(name=old, user_id=user.id))
    session.flush()
    email.notify_user(session, user.id, "name-changed", old_name=old)
    if forget_old:
        forget_former_names(session, user)
        theirs = update(FormerName).where(FormerName.user_id == user.id)
        session.execute(theirs.values(user_id=None))


def delete_user(session: Session, user: User, *, with_summaries: bool = False) -> AccountDeletion:
    """Remove an account with its drafts, pictures and votes, for good.

    Nobody gets its name.

    Args:
        with_summaries: remove what it wrote as well, with the votes on it.

    Raises:
        Refusal: when it has summaries, and they are not to be removed.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_account(session, user)
    written = select(Summary.paper_id).where(Summary.user_id == user.id)
    summaries = session.scalars(written).all()
    if summaries and not with_summaries:
        raise Refusal(
            "name",
            f"{user.name} has written {len(summaries):,}"
            f" {'summary' if len(summaries) == 1 else 'summaries'}. Remove them as well with"
            " --with-summaries, or give them to somebody else with `shortlist user merge`.",
        )
    ids = session.scalars(select(Summary.id).where(Summary.user_id == user.id)).all()
    changes.note(session, "writer", user.id)
    changes.note(session, "summary", *ids)
    session.execute(delete(Summary).where(Summary.user_id == user.id))
    cast = delete(Vote).where(Vote.user_id == user.id).returning(Vote.summary_id)
    touched = session.scalars(cast).all()
    votes.recount_all(session, touched)
    clear_notes(session, user)
    leave_all_shelves(session, user)
    files = _files(session, user)
    name = user.name
    session.delete(user)
    session.flush()
    session.add(FormerName(name=name, user_id=None))
    session.flush()
    return AccountDeletion(len(summaries), len(touched), files)


def _check_not_demo(name: str) -> None:
    if name == demo.NAME:
        raise Refusal("name", "The name demo marks the library of `shortlist demo`.")


def _files(session: Session, user: User) -> Sequence[str]:
    return session.scalars(select(Picture.name).where(Picture.user_id == user.id)).all()
