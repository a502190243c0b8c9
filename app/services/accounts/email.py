"""The email address of an account.

It is added with the password, confirmed by a link, and told of changes.

Whether another account has an address is told only to who can read its mail.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import EmailAddress, User
from app.references.email_addresses import fold_email_address, parse_email_address
from app.services.accounts.proof import Proof, check_proof
from app.services.locks import lock_user
from app.services.mail import outbox, tokens
from app.services.refusals import Refusal, Refusals

CONFIRM = "confirm"
STALE_LINK = "This link has expired or was already used."


def ask_for_confirmation(session: Session, user: User, proof: Proof, typed: str) -> str:
    """Send a link to a new address.

    The address takes the place of the present one once the link is used.

    Args:
        proof: that it is still the user.
        typed: the new address.

    Returns:
        The address as it is kept.

    Raises:
        Refusal: for a proof that is none, or what is no address.
    """
    refused = Refusals()
    address = refused.check(_check_address, "", typed)
    refused.check(check_proof, None, session, user, proof)
    refused.raise_first()
    begin_writing(session)
    row = _lock_row(session, user.id) or EmailAddress(user_id=user.id)
    if row.address == address:
        raise Refusal("address", "This is your address already.")
    session.add(row)
    row.pending, row.pending_since = address, now()
    # Links to an address that was typed before are of no use any more.
    tokens.drop_tokens(session, CONFIRM, user.id)
    outbox.forget_bounce(session, address)
    outbox.queue_mail(session, CONFIRM, user.id, address)
    return address


def find_user_name(session: Session, token: str) -> str | None:
    """Of whose account a link confirms the address."""
    row = tokens.find_token(session, CONFIRM, token)
    if row is None:
        return None
    waiting = (EmailAddress.user_id == row.user_id) & (EmailAddress.pending == row.address)
    named = select(User.name).join(EmailAddress, EmailAddress.user_id == User.id)
    return session.scalar(named.where(waiting))


def confirm_address(session: Session, token: str) -> User:
    """Make an address that of an account, as its link was used.

    The old one is told.

    Raises:
        Refusal: for a link that is of no use, or an address that another account has.
    """
    begin_writing(session)
    used = tokens.take_token(session, CONFIRM, token)
    row = None if used is None else _lock_row(session, used.user_id)
    if used is None or row is None or row.pending != used.address:
        raise Refusal("token", STALE_LINK)
    old = row.address
    row.address, row.address_folded = used.address, fold_email_address(used.address)
    row.confirmed_at, row.pending, row.pending_since = now(), None, None
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Refusal(
            "token", "Another account has this email address. Remove it there first."
        ) from None
    _leave_address(session, used.user_id, old, has_new=True)
    return session.get_one(User, used.user_id)


def take_confirmed(session: Session, user: User, typed: str) -> None:
    """Give a new account an address that somebody else has confirmed; the caller commits.

    One that another account has is left there.
    """
    address = parse_email_address(typed)
    if address is None:
        return
    folded = fold_email_address(address)
    begin_writing(session)
    taken = select(EmailAddress.user_id).where(EmailAddress.address_folded == folded)
    if session.scalar(taken) is not None:
        return
    row = EmailAddress(user_id=user.id, address=address, address_folded=folded, confirmed_at=now())
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody confirmed it in this moment
        return


def remove_address(session: Session, user: User, proof: Proof) -> None:
    """Forget the address of an account, and one that waits for confirmation.

    Raises:
        Refusal: for a proof that is none.
    """
    check_proof(session, user, proof)
    begin_writing(session)
    row = _lock_row(session, user.id)
    if row is None:
        return
    tokens.drop_tokens(session, CONFIRM, user.id)
    _leave_address(session, user.id, row.address, has_new=False)
    session.delete(row)


def set_notices(session: Session, user: User, *, on: bool) -> None:
    """Say whether sign-ins from new browsers are told by mail; the caller commits."""
    begin_writing(session)
    mine = update(EmailAddress).where(EmailAddress.user_id == user.id)
    session.execute(mine.values(tells_sign_ins=on))


def find_address(session: Session, user_id: int) -> str | None:
    """The confirmed address of an account."""
    return session.scalar(select(EmailAddress.address).where(EmailAddress.user_id == user_id))


def notify_user(session: Session, user_id: int, kind: str, **facts: Any) -> None:
    """Tell a user by mail what happened to the account, if it has an address."""
    address = find_address(session, user_id)
    if address is not None:
        outbox.queue_mail(session, kind, user_id, address, **facts)


def _leave_address(session: Session, user_id: int, old: str | None, *, has_new: bool) -> None:
    tokens.drop_tokens(session, "recovery", user_id)
    if old is not None:
        outbox.queue_mail(session, "address-changed", user_id, old, has_new=has_new)


def _check_address(typed: str) -> str:
    address = parse_email_address(typed)
    if address is None:
        raise Refusal("address", "Enter an email address, such as ada@example.org.")
    return address


def _lock_row(session: Session, user_id: int) -> EmailAddress | None:
    lock_user(session, user_id)
    found = select(EmailAddress).where(EmailAddress.user_id == user_id)
    return session.scalar(found.execution_options(populate_existing=True))
