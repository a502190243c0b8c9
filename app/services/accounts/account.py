"""Accounts: signing up, signing in and out, and what one can change about oneself."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import FormerName, LoginSession, User
from app.rendering import RENDERER_VERSION, RenderError, render
from app.services import changed_pages, changes
from app.services.accounts.common_passwords import is_common
from app.services.accounts.user_names import (
    NAME,
    NOT_A_NAME,
    check_name,
    check_unreserved,
    is_official,
)
from app.services.refusals import Refusal, Refusals
from app.text.lines import visible_line

TAKEN = "This username is taken. Choose another one."
SESSION_LIFE = timedelta(days=90)
MIN_PASSWORD = 8
MAX_PASSWORD = 1000
MAX_BIO = 2000
MAX_DISPLAY_NAME = 80

_SESSION_USER = (  # built once: each request of a member runs it
    select(User)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.expires_at > bindparam("moment"),
    )
)


def sign_up(session: Session, name: str, display_name: str, password: str) -> User:
    """Make an account.

    Args:
        name: stands in addresses; letters are put in lower case.
        display_name: shown on summaries; empty means the name.

    Raises:
        Refusal: for a name, display name or password that cannot be taken; all that are
            refused are told at once.
    """
    name = name.strip().lower()
    refused = Refusals()
    refused.check(check_unreserved, None, name)
    return _add_user(session, name, display_name, password, refused)


def add_user(session: Session, name: str, display_name: str, password: str) -> User:
    """Make an account, also of a reserved name; otherwise as `sign_up`."""
    return _add_user(session, name, display_name, password, Refusals())


def _add_user(
    session: Session, name: str, display_name: str, password: str, refused: Refusals
) -> User:
    refused.check(check_name, None, name)
    refused.check(check_name_is_free, None, session, name)
    shown = refused.check(_display_name, "", display_name)
    refused.check(_check_password, None, password, "password", [name, display_name])
    refused.raise_first()
    user = User(
        name=name,
        display_name=shown or name,
        password_hash=_hasher(session.info["password_cost"]).hash(password),
        joined_at=now(),
    )
    begin_writing(session)
    session.add(user)
    try:
        session.flush()
    except IntegrityError:  # somebody took the name in this moment
        session.rollback()
        raise Refusal("name", TAKEN) from None
    changed_pages.name_users(session, [user.id])
    return user


def add_from_file(session: Session, name: str, display_name: str) -> User:
    """Make an account for a writer that a file names.

    Nobody can sign in to it before an administrator gives it a password.

    Raises:
        Refusal: for a name that cannot be taken.
    """
    if not NAME.fullmatch(name) or NOT_A_NAME.fullmatch(name):
        raise Refusal("user", f"{name:.60} isn’t a valid username.")
    if is_official(name):
        raise Refusal(
            "user",
            f"The name {name} is reserved. Make the account first, with `shortlist user create"
            f" {name}`, or give the text another user.",
        )
    if session.get(FormerName, name) is not None:
        raise Refusal("user", f"{name} belonged to another user and can’t be used again.")
    begin_writing(session)
    user = User(name=name, display_name=_display_name(display_name) or name, joined_at=now())
    session.add(user)
    session.flush()
    changed_pages.name_users(session, [user.id])
    return user


def check_name_is_free(session: Session, name: str) -> None:
    """Refuse a name that somebody has or had.

    Their old addresses must not lead to another one.

    Raises:
        Refusal: for such a name.
    """
    has = session.scalar(select(User.id).where(User.name == name))
    if has is not None or session.get(FormerName, name) is not None:
        raise Refusal("name", TAKEN)


def sign_in(session: Session, name: str, password: str) -> tuple[User, str] | None:
    """Sign a browser in by name and password.

    An unknown name takes as long as a known one with a wrong password.

    Returns:
        The user and the token for the browser's cookie, or `None`.
    """
    user = session.scalar(select(User).where(User.name == fold_user_name(name)))
    hasher = _hasher(session.info["password_cost"])
    dummy = _dummy_hash(session.info["password_cost"])
    stored = user.password_hash if user is not None else None
    matches = _verify(hasher, stored or dummy, password)
    if user is None or stored is None or not matches:
        return None
    renewed = hasher.hash(password) if hasher.check_needs_rehash(stored) else stored
    begin_writing(session)
    # Checking took a while: the password may have been changed in the meantime.
    locked = select(User.password_hash).where(User.id == user.id).with_for_update()
    if session.scalar(locked) != stored:
        return None
    user.password_hash = renewed
    return user, start_session(session, user)


def fold_user_name(name: str) -> str:
    """A username as it is kept, of one that somebody typed."""
    return name.replace("\x00", "").strip().lower()


def start_session(session: Session, user: User) -> str:
    """Sign a browser in as somebody who has just proved who they are.

    Returns:
        The token for its cookie; only its hash is kept.
    """
    begin_writing(session)
    token = secrets.token_urlsafe(32)
    moment = now()
    session.execute(delete(LoginSession).where(LoginSession.expires_at < moment))
    session.add(
        LoginSession(
            token_hash=_token_hash(token),
            user_id=user.id,
            created_at=moment,
            expires_at=moment + SESSION_LIFE,
        )
    )
    return token


def find_session_user(session: Session, token: str) -> User | None:
    """Who is signed in with this token, if it has not expired or been ended."""
    values = {"token_hash": _token_hash(token), "moment": now()}
    return session.scalars(_SESSION_USER, values).one_or_none()


def end_session(session: Session, token: str) -> None:
    """Sign one browser out."""
    begin_writing(session)
    session.execute(delete(LoginSession).where(LoginSession.token_hash == _token_hash(token)))


def change_password(session: Session, user: User, current: str, new: str) -> None:
    """Set a new password and sign every browser out.

    Raises:
        Refusal: when `current` is not the password, or `new` cannot be taken.
    """
    hasher = _hasher(session.info["password_cost"])
    names = [user.name, user.display_name]
    refused = Refusals()
    if user.password_hash is None or not _verify(hasher, user.password_hash, current):
        refused.add([Refusal("current", "Current password is incorrect.")])
    refused.check(_check_password, None, new, "new", names)
    refused.raise_first()
    set_password(session, user, new)


def set_password(session: Session, user: User, new: str) -> None:
    """Set a password without knowing the current one, and sign every browser out."""
    _check_password(new, "new", [user.name, user.display_name])
    hashed = _hasher(session.info["password_cost"]).hash(new)
    begin_writing(session)
    user.password_hash = hashed
    changed_pages.name_users(session, ())  # no page shows it
    session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))


def change_profile(session: Session, user: User, display_name: str, bio: str) -> None:
    """Set the display name and the bio (Markdown with LaTeX).

    Raises:
        Refusal: for one that cannot be taken.
    """
    bio = bio.replace("\x00", "").strip()
    refused = Refusals()
    display_name = refused.check(_display_name, "", display_name) or user.name
    html = refused.check(_checked_bio, "", session, bio)
    refused.raise_first()
    begin_writing(session)
    changes.note(session, "writer", user.id)
    user.display_name = display_name
    user.bio = bio
    user.bio_html = html
    user.renderer_version = RENDERER_VERSION


def _checked_bio(session: Session, bio: str) -> str:
    if len(bio) > MAX_BIO:
        raise Refusal("bio", f"Up to {MAX_BIO:,} characters (you have {len(bio):,}).")
    return render_bio(session, bio)


def render_bio(session: Session, bio: str) -> str:
    """The HTML of a bio; one that the renderer refuses is `Refusal` in its words."""
    try:
        return render(bio, site_url=session.info["site_url"], id_prefix="bio-").html
    except RenderError as error:
        raise Refusal("bio", str(error)) from None


def _display_name(text: str) -> str:
    # Control and direction characters could make a name look like another one.
    text = visible_line(text)
    if len(text) > MAX_DISPLAY_NAME:
        raise Refusal("display_name", f"Use at most {MAX_DISPLAY_NAME} characters.")
    return text


def _check_password(password: str, field: str, names: Sequence[str]) -> None:
    if len(password) < MIN_PASSWORD:
        raise Refusal(field, f"Use at least {MIN_PASSWORD} characters.")
    if len(password) > MAX_PASSWORD:
        raise Refusal(field, f"Use at most {MAX_PASSWORD:,} characters.")
    if is_common(password, names):
        raise Refusal(field, "This password is too common. Choose a longer or less common one.")


def _verify(hasher: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password[:MAX_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=4)
def _hasher(cost: int) -> PasswordHasher:
    if cost == 0:  # for tests: no installation can be set to it
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=cost)


@lru_cache(maxsize=4)
def _dummy_hash(cost: int) -> str:
    return _hasher(cost).hash(secrets.token_hex(16))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
