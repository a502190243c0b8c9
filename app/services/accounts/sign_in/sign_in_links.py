"""Links that sign somebody in once, for who has no other way left."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.models import User
from app.services.accounts.sign_in.passkeys import drop_passkeys
from app.services.mail import tokens
from app.services.mail.kinds import MailKind

# No mail is sent: whoever runs the site gives it to them.
KIND = MailKind(
    "sign-in-link", "sign in once", path="/login/link/{token}", token_life=timedelta(hours=1)
)


def make_sign_in_link(session: Session, user: User, link_base: str) -> str:
    """A link that signs one browser in, within an hour; the caller commits."""
    token = tokens.make_token(session, KIND, user.id, "")
    return link_base + KIND.path.format(token=token)


def find_user_of_link(session: Session, token: str) -> User | None:
    """As whom a link signs in, if it can still be used."""
    row = tokens.find_token(session, KIND.name, token)
    return None if row is None else session.get(User, row.user_id)


def take_sign_in_link(session: Session, token: str) -> User | None:
    """Use a link up, with all others of this user; the caller commits.

    Their passkeys go, too.
    """
    row = tokens.take_token(session, KIND.name, token)
    user = None if row is None else session.get(User, row.user_id)
    if user is not None:
        drop_passkeys(session, user)
    return user
