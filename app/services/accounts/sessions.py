"""Sessions: the browsers in which somebody is signed in, and a log of sign-ins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.entities import attach_entity, list_columns
from app.models import LoginSession, SignIn, User
from app.models.user import MAX_DEVICE_CHARS, MAX_WAY_CHARS
from app.queries.accounts import HANDLE_CHARS
from app.services.tokens import hash_token, make_secret
from app.statements import read_alone

SESSION_LIFE = timedelta(days=90)
LOG_LIFE = timedelta(days=90)
MAX_SESSIONS = 100  # of a user; the one that was not used for longest ends
MAX_SIGN_INS = 1000  # of a user in the log
FRESH_MINUTES = 10  # for which a sign-in proves who somebody is as a password does

_SESSION = (  # built once: each request of a member runs it
    select(LoginSession.used_on, *list_columns(User))
    .join(User, User.id == LoginSession.user_id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.expires_at > bindparam("moment"),
        LoginSession.used_on >= bindparam("used_since"),
    )
)


class FoundSession(NamedTuple):
    """Who is signed in, and on which day it was last noted."""

    user: User
    used_on: date


def start_session(
    session: Session,
    user: User,
    device: str = "",
    way: str = "",
    proved_at: datetime | None = None,
) -> str:
    """Sign a browser in as somebody who has proved who they are.

    Args:
        device: what its owner will recognise, such as "Firefox on Linux".
        way: with what they did, as the log of sign-ins names it.
        proved_at: when they did, as a provider says; `None` for now.

    Returns:
        The token for its cookie; only its hash is kept.
    """
    begin_writing(session)
    token = make_secret()
    moment = now()
    session.execute(delete(LoginSession).where(LoginSession.expires_at < moment))
    _make_room(session, user.id)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=moment,
            proved_at=moment if proved_at is None else min(proved_at, moment),
            expires_at=moment + SESSION_LIFE,
            device=device[:MAX_DEVICE_CHARS],
            used_on=moment.date(),
        )
    )
    session.add(
        SignIn(
            user_id=user.id,
            signed_in_at=moment,
            device=device[:MAX_DEVICE_CHARS],
            way=way[:MAX_WAY_CHARS],
        )
    )
    return token


def _make_room(session: Session, user_id: int) -> None:
    """End the sessions, and forget the sign-ins, that are one too many with the next."""
    used_last = (LoginSession.used_on.desc(), LoginSession.created_at.desc())
    sessions = select(LoginSession.token_hash).where(LoginSession.user_id == user_id)
    beyond = sessions.order_by(*used_last).offset(MAX_SESSIONS - 1).limit(MAX_SESSIONS)
    ended = session.scalars(beyond).all()
    if ended:
        session.execute(delete(LoginSession).where(LoginSession.token_hash.in_(ended)))
    mine = SignIn.user_id == user_id
    newest = select(SignIn.signed_in_at).where(mine).order_by(SignIn.signed_in_at.desc())
    last = session.scalar(newest.offset(MAX_SIGN_INS - 1).limit(1))
    before = now() - LOG_LIFE
    if last is not None:
        before = max(before, last)
    session.execute(delete(SignIn).where(mine, SignIn.signed_in_at <= before))


def find_session(session: Session, token: str, idle_days: int) -> FoundSession | None:
    """The session of a token with its user, if it still counts.

    Args:
        idle_days: after so many without a request it counts no more.
    """
    moment = now()
    used_since = (moment - timedelta(days=idle_days)).date()
    values = {"token_hash": hash_token(token), "moment": moment, "used_since": used_since}
    row = read_alone(session, _SESSION, values).one_or_none()
    return None if row is None else FoundSession(attach_entity(session, User, row[1:]), row.used_on)


def is_fresh(session: Session, user: User, token: str) -> bool:
    """Whether the user of this token has just proved who they are."""
    since = now() - timedelta(minutes=FRESH_MINUTES)
    found = select(LoginSession.user_id).where(
        LoginSession.token_hash == hash_token(token), LoginSession.proved_at > since
    )
    return session.scalar(found) == user.id


def is_noted(found: FoundSession) -> bool:
    """Whether it is known already that a session is used today."""
    return found.used_on >= now().date()


def note_use(session: Session, token: str) -> None:
    """Note that a session is used today; the caller commits."""
    begin_writing(session)
    mine = update(LoginSession).where(LoginSession.token_hash == hash_token(token))
    session.execute(mine.values(used_on=now().date()))


def end_session(session: Session, token: str) -> None:
    """Sign one browser out."""
    begin_writing(session)
    session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def end_session_of(session: Session, user_id: int, handle: str) -> bool:
    """Sign one browser of a user out; says whether there was such a one.

    Args:
        handle: the beginning of its token's hash, `HANDLE_CHARS` long.
    """
    if len(handle) != HANDLE_CHARS:
        return False
    begin_writing(session)
    named = LoginSession.token_hash.startswith(handle, autoescape=True)
    ended = delete(LoginSession).where(LoginSession.user_id == user_id, named)
    gone = session.scalars(ended.returning(LoginSession.token_hash)).all()
    return bool(gone)


def end_all_sessions(session: Session, user_id: int, *, but: str = "") -> None:
    """Sign a user out everywhere.

    Args:
        but: the token of a browser that stays signed in.
    """
    begin_writing(session)
    others = delete(LoginSession).where(LoginSession.user_id == user_id)
    session.execute(others.where(LoginSession.token_hash != hash_token(but)))
