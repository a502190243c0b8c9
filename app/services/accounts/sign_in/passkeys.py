"""Passkeys: adding and removing them, and who signs in with one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Passkey, UsedChallenge, User
from app.models.passkey import MAX_PASSKEY_NAME
from app.services.accounts import email
from app.services.accounts.sign_in.ways import MAX_NUMBER, UsableWays, take_away
from app.services.locks import lock_user
from app.services.refusals import Refusal
from app.services.tokens import hash_token, make_secret
from app.settings.sign_in import PasskeySettings
from app.text.lines import visible_line

PACKAGE = "fido2"  # of the extra `passkeys`
INSTALL = "Install the extra `passkeys`: pip install -c requirements.lock -e '.[passkeys]'"
CHALLENGE_SECONDS = 300  # for which a challenge counts
MAX_PASSKEYS = 20  # of an account
MAX_ANSWER = 20_000  # characters of what a browser answers
STALE = "This took too long, or was begun in another window. Try again."
UNKNOWN = "This passkey can’t be used here. Sign in another way."
COPIED = (
    "This passkey may have been copied, so it can’t be used any more. Sign in another way, and"
    " remove it in your settings."
)


class CopiedPasskey(Refusal):
    """A passkey was refused because it may have been copied; the caller commits that."""


@dataclass(frozen=True)
class Begun:
    """What is remembered while a browser asks its owner.

    It has a handle only when a key is made.
    """

    challenge: str
    handle: str = ""


def is_installed() -> bool:
    """Whether passkeys can be checked by this installation."""
    return find_spec(PACKAGE) is not None


def begin_adding(
    session: Session, user: User, settings: PasskeySettings
) -> tuple[Begun, dict[str, Any]]:
    """Begin to add a passkey; says what the browser is asked.

    Raises:
        Refusal: when a user has as many as they may.
    """
    from app.services.accounts.sign_in import ceremonies

    known = _list_known(session, user)
    # One handle for an account: an authenticator keeps one key of each for a site.
    begun = Begun(make_secret(), known[0].handle if known else make_secret())
    account = ceremonies.AccountLabel(begun.handle, user.name, user.display_name)
    ids = [each.credential_id for each in known if each.rp_id == settings.rp_id]
    return begun, ceremonies.make_creation_options(
        settings, begun.challenge, account, ids, CHALLENGE_SECONDS
    )


def add_passkey(
    session: Session, user: User, settings: PasskeySettings, begun: Begun, answer: str, name: str
) -> None:
    """Let a user sign in with a key that a browser made; the caller commits.

    Args:
        answer: what the browser says, as JSON.
        name: by which its owner knows it; empty for one of ours.

    Raises:
        Refusal: for what is no such key, one that is known, or one too many.
    """
    from app.services.accounts.sign_in import ceremonies

    try:
        made = ceremonies.read_made_key(settings, begun.challenge, _read(answer))
    except ceremonies.NotProven:
        raise Refusal("form", "Your browser didn’t make a passkey. Try again.") from None
    begin_writing(session)
    lock_user(session, user.id)
    _use_up(session, begun.challenge)
    _list_known(session, user)  # others may have been added in other windows
    row = Passkey(
        user_id=user.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        handle=begun.handle,
        rp_id=settings.rp_id,
        name=_clean_name(name) or "Passkey",
        sign_count=made.sign_count,
        is_synced=made.is_synced,
        created_at=now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Refusal("form", "This passkey was added already.") from None
    email.notify_user(session, user.id, "passkey-added")


def begin_sign_in(settings: PasskeySettings) -> tuple[Begun, dict[str, Any]]:
    """Begin to sign in with a passkey; says what the browser is asked."""
    from app.services.accounts.sign_in import ceremonies

    begun = Begun(make_secret())
    options = ceremonies.make_request_options(settings, begun.challenge, CHALLENGE_SECONDS)
    return begun, options


def find_user_by_passkey(
    session: Session, settings: PasskeySettings, begun: Begun, answer: str
) -> User:
    """Who has signed a challenge with their passkey; the caller commits.

    Whatever is wrong with it is told in the same words.

    Raises:
        CopiedPasskey: when the count of its signatures went back (section 7.2, step 22).
        Refusal: for what proves nothing.
    """
    from app.services.accounts.sign_in import ceremonies

    said = _read(answer)
    try:
        credential_id, handle = ceremonies.read_identifiers(said)
        found = select(Passkey).where(Passkey.credential_id == credential_id)
        known = session.scalar(found)
        if known is None or known.handle != handle or known.rp_id != settings.rp_id:
            raise Refusal("form", UNKNOWN)
        signed = ceremonies.read_signed(settings, begun.challenge, known.public_key, said)
    except ceremonies.NotProven:
        raise Refusal("form", UNKNOWN) from None
    begin_writing(session)
    lock_user(session, known.user_id)
    row = session.scalar(found.execution_options(populate_existing=True))
    if row is None or row.is_synced != signed.is_synced:  # removed in this moment, or another key
        raise Refusal("form", UNKNOWN)
    _use_up(session, begun.challenge)
    went_back = signed.sign_count <= row.sign_count and (signed.sign_count or row.sign_count)
    if row.copied_at is None and went_back:
        row.copied_at = now()
        email.notify_user(session, row.user_id, "passkey-copied")
    if row.copied_at is not None:  # from now on, whoever has it: the other one may be its owner
        raise CopiedPasskey("form", COPIED)
    row.sign_count, row.used_on = signed.sign_count, now().date()
    return session.get_one(User, row.user_id)


def remove_passkey(session: Session, user: User, number: int, ways: UsableWays) -> None:
    """Let a user no longer sign in with a passkey; the caller commits.

    Args:
        number: of the row.

    Raises:
        Refusal: when there would be no way left to sign in.
    """
    if take_away(session, user, Passkey, number, ways) is not None:
        email.notify_user(session, user.id, "passkey-removed")


def rename_passkey(session: Session, user: User, number: int, name: str) -> None:
    """Let a user call a passkey something else; the caller commits.

    Args:
        number: of the row; one of somebody else stays as it is.
        name: by which its owner knows it.

    Raises:
        Refusal: for a name that shows nothing.
    """
    name = _clean_name(name)
    if not name:
        raise Refusal("form", "Enter a name for the passkey.")
    if number <= MAX_NUMBER:
        begin_writing(session)
        mine = update(Passkey).where(Passkey.user_id == user.id, Passkey.id == number)
        session.execute(mine.values(name=name))


def drop_passkeys(session: Session, user: User) -> None:
    """Remove all passkeys of an account that is recovered; the caller commits.

    Who had got into it may have added one.
    """
    begin_writing(session)
    gone = delete(Passkey).where(Passkey.user_id == user.id)
    if session.scalars(gone.returning(Passkey.id)).all():
        email.notify_user(session, user.id, "passkey-removed")


def _clean_name(name: str) -> str:
    return visible_line(name)[:MAX_PASSKEY_NAME].strip()


def _list_known(session: Session, user: User) -> Sequence[Passkey]:
    """The passkeys of a user, who may have one more."""
    mine = select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)
    known = session.scalars(mine).all()
    if len(known) >= MAX_PASSKEYS:
        raise Refusal("form", f"Up to {MAX_PASSKEYS} passkeys. Remove one first.")
    return known


def _read(answer: str) -> Mapping[str, Any]:
    said = None
    if len(answer) <= MAX_ANSWER:
        try:
            said = json.loads(answer)
        except (ValueError, RecursionError):
            said = None
    if not isinstance(said, dict):
        raise Refusal("form", "Your browser sent no passkey. This needs JavaScript.")
    return said


def _use_up(session: Session, challenge: str) -> None:
    """Let a challenge count this once, also for who has kept an old cookie."""
    moment = now()
    session.execute(delete(UsedChallenge).where(UsedChallenge.expires_at < moment))
    used = hash_token(challenge)
    if session.get(UsedChallenge, used) is not None:
        raise Refusal("form", STALE)
    # Twice as long as the challenge counts: the clocks of two machines may differ.
    expires_at = moment + 2 * timedelta(seconds=CHALLENGE_SECONDS)
    session.add(UsedChallenge(challenge_hash=used, expires_at=expires_at))
    try:
        session.flush()
    except IntegrityError:  # in this moment
        session.rollback()
        raise Refusal("form", STALE) from None
