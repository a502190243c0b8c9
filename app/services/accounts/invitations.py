"""Invitations: links with which one person each can sign up where sign-up is not open."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Invitation
from app.services.tokens import hash_token, make_secret

INVITATION_LIFE = timedelta(days=14)


def make_invitation(session: Session, user_id: int | None = None) -> str:
    """Make an invitation; the caller commits.

    Args:
        user_id: of who invites; `None` for the command.

    Returns:
        Its token, of which only the hash is kept.
    """
    begin_writing(session)
    token, moment = make_secret(), now()
    session.execute(delete(Invitation).where(Invitation.expires_at <= moment))
    row = Invitation(
        token_hash=hash_token(token),
        user_id=user_id,
        created_at=moment,
        expires_at=moment + INVITATION_LIFE,
    )
    session.add(row)
    return token


def is_invitation(session: Session, token: str) -> bool:
    """Whether somebody can still sign up with a token."""
    return session.scalar(select(Invitation.id).where(*_usable(token))) is not None


def take_invitation(session: Session, token: str) -> bool:
    """Use an invitation up; says whether it could be used. The caller commits."""
    begin_writing(session)
    used = delete(Invitation).where(*_usable(token)).returning(Invitation.id)
    return session.scalar(used) is not None


def revoke_invitation(session: Session, number: int) -> None:
    """Let nobody sign up with an invitation any more; the caller commits."""
    begin_writing(session)
    session.execute(delete(Invitation).where(Invitation.id == number))


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.token_hash == hash_token(token), Invitation.expires_at > now())
