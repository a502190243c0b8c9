"""Sessions: the browsers in which somebody is signed in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.db import begin_writing, now
from app.models import LoginSession, User
from app.services.tokens import hash_token, make_secret

SESSION_LIFE = timedelta(days=90)


def start_session(session: Session, user: User) -> str:
    """Sign a browser in as somebody who has just proved who they are.

    Returns:
        The token for its cookie; only its hash is kept.
    """
    begin_writing(session)
    token = make_secret()
    moment = now()
    session.execute(delete(LoginSession).where(LoginSession.expires_at < moment))
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=moment,
            expires_at=moment + SESSION_LIFE,
        )
    )
    return token


def find_session_user(session: Session, token: str) -> User | None:
    """Who is signed in with this token, if it has not expired or been ended."""
    row = session.scalar(
        select(LoginSession)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.expires_at > now())
        .options(joinedload(LoginSession.user))
    )
    return None if row is None else row.user


def end_session(session: Session, token: str) -> None:
    """Sign one browser out."""
    begin_writing(session)
    session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def end_all_sessions(session: Session, user_id: int) -> None:
    """Sign a user out everywhere."""
    begin_writing(session)
    session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
