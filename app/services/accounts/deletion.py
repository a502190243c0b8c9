"""Deletion of an account by its owner, who has a fortnight to think.

A job ends it: the texts go, or stay as anonymous under an account that is nobody's.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import DeletionRequest, Picture, Summary, User
from app.services import changed_pages, changes
from app.services.accounts import email, sessions
from app.services.accounts.administration import delete_user
from app.services.accounts.proof import Proof, check_proof
from app.services.locks import lock_user
from app.services.pictures.addresses import note_uses
from app.services.pictures.storage import find_storage, remove_files
from app.services.refusals import Refusal
from app.services.summaries.sharing import change_visibility

THINKING_DAYS = 14
NOBODY = "Deleted user"


def ask_for_deletion(session: Session, user: User, proof: Proof, *, keeps_texts: bool) -> datetime:
    """Let an account be deleted in a fortnight; the caller commits.

    It is signed out everywhere at once.

    Args:
        keeps_texts: whether its public and unlisted summaries stay, as anonymous.

    Returns:
        When that will be.

    Raises:
        Refusal: for a proof that is none, or the only administrator.
    """
    check_proof(session, user, proof)
    begin_writing(session)
    lock_user(session, user.id)
    others = select(func.count()).where(User.role == "administrator", User.id != user.id)
    if user.is_administrator and not session.scalar(others):
        raise Refusal(
            "form", "You are the only administrator. Make somebody else administrator first."
        )
    cancel_deletion(session, user)
    due_at = now() + timedelta(days=THINKING_DAYS)
    session.add(DeletionRequest(user_id=user.id, due_at=due_at, keeps_texts=keeps_texts))
    sessions.end_all_sessions(session, user.id)
    email.notify_user(session, user.id, "deletion", day=f"{due_at:%-d %B %Y}")
    return due_at


def find_request(session: Session, user_id: int) -> DeletionRequest | None:
    """The request to delete an account, if there is one."""
    return session.get(DeletionRequest, user_id)


def cancel_deletion(session: Session, user: User) -> None:
    """Keep an account; the caller commits."""
    begin_writing(session)
    session.execute(delete(DeletionRequest).where(DeletionRequest.user_id == user.id))


def has_due(session: Session) -> bool:
    """Whether the time of an account has come."""
    return session.scalar(_due().limit(1)) is not None


def delete_due(session: Session) -> Iterator[object]:
    """Delete the accounts whose time has come; a job's work.

    Yields:
        After each text, and each account.
    """
    for user_id in session.scalars(_due()).all():
        if session.get_one(DeletionRequest, user_id).keeps_texts:
            yield from _hide_names(session, user_id)
        _delete_account(session, user_id)
        yield None


def _due() -> Select[int]:
    return (
        select(DeletionRequest.user_id)
        .where(DeletionRequest.due_at <= now())
        .order_by(DeletionRequest.due_at)
    )


def _hide_names(session: Session, user_id: int) -> Iterator[object]:
    named = select(Summary).where(
        Summary.user_id == user_id, Summary.visibility != "private", ~Summary.anonymous
    )
    for summary in session.scalars(named.order_by(Summary.id)).all():
        change_visibility(session, summary, visibility=None, anonymous=True)
        session.commit()
        yield None


def _delete_account(session: Session, user_id: int) -> None:
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, user_id)
    mine = select(DeletionRequest).where(DeletionRequest.user_id == user_id)
    request = session.scalar(mine.execution_options(populate_existing=True))
    if request is None:  # somebody thought better of it in this moment
        session.commit()
        return
    user = session.get_one(User, user_id)
    if request.keeps_texts:
        _move_texts(session, user)
    done = delete_user(session, user, with_summaries=True)
    session.commit()
    remove_files(find_storage(session.info), done.files)


def _move_texts(session: Session, user: User) -> None:
    """Give the texts that stay, with their pictures, to an account that nobody can sign in to."""
    stay = (Summary.user_id == user.id, Summary.visibility != "private", Summary.anonymous)
    texts = session.scalars(select(Summary).where(*stay).order_by(Summary.id)).all()
    if not texts:
        return
    nobody = User(name=f"deleted-{secrets.token_hex(8)}", display_name=NOBODY, joined_at=now())
    session.add(nobody)
    session.flush()
    changed_pages.name_users(session, [nobody.id])
    ids = [summary.id for summary in texts]
    changes.note(session, "summary", *ids)
    session.execute(update(Picture).where(Picture.summary_id.in_(ids)).values(user_id=nobody.id))
    for summary in texts:
        summary.user_id = nobody.id
    session.flush()
    for summary in texts:
        note_uses(session, summary)
