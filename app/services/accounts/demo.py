"""The account that `shortlist demo` prints."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User
from app.services.accounts import account

NAME = "demo"


def is_demo(session: Session) -> bool:
    """Whether this library is a demo's: nobody else can sign in under this name."""
    named = select(User.id).where(User.name == NAME, User.password_hash.is_not(None))
    return session.scalar(named) is not None


def renew_account(session: Session) -> str:
    """Make the demo account, or give it a new password; the caller commits.

    The password is a new one each time: a demo that others can reach has no known password.
    """
    password = secrets.token_urlsafe(9)
    user = session.scalar(select(User).where(User.name == NAME))
    if user is None:
        account.add_user(session, NAME, "Demo reader", password)
    else:
        account.set_password(session, user, password)
    return password
