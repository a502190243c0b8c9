"""Accounts: signing up, signing in and out, and what one can change about oneself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import FormerName, User
from app.rendering import RENDERER_VERSION, RenderError, render
from app.services import changed_pages, changes
from app.services.accounts import email, sessions
from app.services.accounts.passwords import (
    check_password,
    hash_password,
    renew_hash,
    verify_password,
)
from app.services.accounts.proof import Proof, check_proof
from app.services.accounts.user_names import (
    NAME,
    NOT_A_NAME,
    check_name,
    check_unreserved,
    is_official,
)
from app.services.mail.tokens import drop_tokens
from app.services.refusals import Refusal, Refusals
from app.text.lines import visible_line

TAKEN = "This username is taken. Choose another one."
MAX_BIO = 2000
MAX_DISPLAY_NAME = 80


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


def sign_up_without_password(session: Session, name: str, display_name: str) -> User:
    """Make an account for somebody who proved elsewhere who they are; otherwise as `sign_up`."""
    name = name.strip().lower()
    refused = Refusals()
    refused.check(check_unreserved, None, name)
    return _add_user(session, name, display_name, None, refused)


def add_user(session: Session, name: str, display_name: str, password: str) -> User:
    """Make an account, also of a reserved name; otherwise as `sign_up`."""
    return _add_user(session, name, display_name, password, Refusals())


def _add_user(
    session: Session, name: str, display_name: str, password: str | None, refused: Refusals
) -> User:
    refused.check(check_name, None, name)
    refused.check(check_name_is_free, None, session, name)
    shown = refused.check(_display_name, "", display_name)
    if password is not None:
        refused.check(check_password, None, password, "password", [name, display_name])
    refused.raise_first()
    user = User(
        name=name,
        display_name=shown or name,
        password_hash=None if password is None else hash_password(session, password),
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


def sign_in(
    session: Session, name: str, password: str, device: str = ""
) -> tuple[User, str] | None:
    """Sign a browser in by name and password.

    An unknown name takes as long as a known one with a wrong password.

    Args:
        device: as of `app.services.accounts.sessions.start_session`.

    Returns:
        The user and the token for the browser's cookie, or `None`.
    """
    user = session.scalar(select(User).where(User.name == fold_user_name(name)))
    stored = user.password_hash if user is not None else None
    matches = verify_password(session, stored, password)
    if user is None or stored is None or not matches:
        return None
    renewed = renew_hash(session, stored, password)
    begin_writing(session)
    # Checking took a while: the password may have been changed in the meantime.
    locked = select(User.password_hash).where(User.id == user.id).with_for_update()
    if session.scalar(locked) != stored:
        return None
    user.password_hash = renewed
    return user, sessions.start_session(session, user, device, "password")


def fold_user_name(name: str) -> str:
    """A username as it is kept, of one that somebody typed."""
    return name.replace("\x00", "").strip().lower()


def change_password(session: Session, user: User, proof: Proof, new: str) -> None:
    """Set a new password and sign every browser out.

    Raises:
        Refusal: when the proof is none, or `new` cannot be taken.
    """
    names = [user.name, user.display_name]
    refused = Refusals()
    refused.check(check_proof, None, session, user, proof)
    refused.check(check_password, None, new, "new", names)
    refused.raise_first()
    set_password(session, user, new)


def set_password(session: Session, user: User, new: str) -> None:
    """Set a password without knowing the current one.

    Signs every browser out, makes links to reset it or to sign in useless, and tells the user by
    mail.

    Raises:
        Refusal: for a password that cannot be taken.
    """
    check_password(new, "new", [user.name, user.display_name])
    store_password(session, user, hash_password(session, new))


def store_password(session: Session, user: User, hashed: str, **told: Any) -> None:
    """Set a password of which the hash was made; otherwise as `set_password`.

    Args:
        told: what the mail tells besides.
    """
    begin_writing(session)
    user.password_hash = hashed
    changed_pages.name_users(session, ())  # no page shows it
    sessions.end_all_sessions(session, user.id)
    for kind in ("recovery", "sign-in-link"):
        drop_tokens(session, kind, user.id)
    email.notify_user(session, user.id, "password-changed", **told)


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
