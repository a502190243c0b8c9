"""Tokens of links in mail.

Each is used once, expires, and is kept as a hash only."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import MailToken
from app.services.mail.kinds import MailKind
from app.services.tokens import hash_token, make_secret


def make_token(session: Session, kind: MailKind, user_id: int, address: str) -> str:
    """A new token for a mail of this kind.

    The caller commits before it is sent."""
    begin_writing(session)
    token = make_secret()
    row = MailToken(
        token_hash=hash_token(token),
        user_id=user_id,
        kind=kind.name,
        address=address,
        expires_at=now() + kind.token_life,
    )
    session.add(row)
    return token


def find_token(session: Session, kind: str, token: str) -> MailToken | None:
    """The row of a token that can still be used."""
    return session.scalar(
        select(MailToken).where(
            MailToken.token_hash == hash_token(token),
            MailToken.kind == kind,
            MailToken.expires_at > now(),
        )
    )


def take_token(session: Session, kind: str, token: str) -> MailToken | None:
    """Use a token up, with all others of its kind and user.

    Of two that use it at once, one gets it.
    """
    begin_writing(session)
    used = (
        delete(MailToken)
        .where(
            MailToken.token_hash == hash_token(token),
            MailToken.kind == kind,
            MailToken.expires_at > now(),
        )
        .returning(MailToken)
    )
    row = session.scalars(used).one_or_none()
    if row is not None:
        drop_tokens(session, kind, row.user_id)
    return row


def drop_tokens(session: Session, kind: str, user_id: int) -> None:
    """Make the links of a kind useless that were sent to a user."""
    begin_writing(session)
    session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.kind == kind))


def purge_tokens(session: Session) -> None:
    """Forget tokens that have expired."""
    begin_writing(session)
    session.execute(delete(MailToken).where(MailToken.expires_at <= now()))
