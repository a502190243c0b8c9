"""Accounts elsewhere, with which people sign in here.

Somebody is found by issuer and subject alone: an address or a name may be anybody's tomorrow.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Identity, User
from app.models.identity import MAX_LABEL
from app.references.email_addresses import parse_email_address
from app.services.accounts import account, email
from app.services.accounts.sign_in.ways import UsableWays, take_away
from app.services.accounts.user_names import (
    check_name,
    check_unreserved,
    make_user_name,
    number_name,
)
from app.services.locks import lock_user
from app.services.refusals import Refusal
from app.text.lines import visible_line


@dataclass(frozen=True)
class ProvenIdentity:
    """Who somebody is elsewhere, as was proved to us.

    Attributes:
        issuer, subject: what no two people have in common.
        label: what they know it by.
        user_name, display_name: what they are called there; may be empty.
        email: an address that is known to be theirs; else empty.
        auth_time: when they were last asked who they are, in seconds since 1970; 0 if nobody says.
    """

    issuer: str
    subject: str
    label: str
    user_name: str = ""
    display_name: str = ""
    email: str = ""
    auth_time: int = 0


class IdentityNames(NamedTuple):
    """What is told by mail of the accounts elsewhere of a recovered account.

    Attributes:
        kept: of each what people call its issuer, and the day on which it was linked.
        unlinked: the former of the others.
    """

    kept: list[list[str]]
    unlinked: list[str]


def clean_identity(said: ProvenIdentity) -> ProvenIdentity:
    """What somebody is called elsewhere, so that it can be shown and kept.

    The subject stays as it is. An address that would have to be changed is left out: it would be
    another one.
    """
    return replace(
        said,
        label=visible_line(said.label)[:MAX_LABEL] or said.subject[:MAX_LABEL],
        user_name=visible_line(said.user_name)[:MAX_LABEL],
        display_name=visible_line(said.display_name)[:MAX_LABEL],
        email=said.email if parse_email_address(said.email) is not None else "",
    )


def find_user_by_identity(session: Session, issuer: str, subject: str) -> User | None:
    """Who signs in with this."""
    of = select(User).join(Identity, Identity.user_id == User.id)
    return session.scalar(of.where(Identity.issuer == issuer, Identity.subject == subject))


def sign_up_with(session: Session, proven: ProvenIdentity, name: str, display_name: str) -> User:
    """Make an account for somebody who has proved who they are; the caller commits.

    Raises:
        Refusal: for a name that cannot be taken, or when they have an account.
    """
    user = account.sign_up_without_password(session, name, display_name)
    _add(session, user, proven)
    if proven.email:
        email.take_confirmed(session, user, proven.email)
    return user


def link_identity(session: Session, user: User, proven: ProvenIdentity, ways: UsableWays) -> bool:
    """Let a user sign in with this, too; the caller commits.

    They are told by mail.

    Returns:
        Whether that is new.

    Raises:
        Refusal: when somebody else does.
    """
    begin_writing(session)
    lock_user(session, user.id)
    owner = find_user_by_identity(session, proven.issuer, proven.subject)
    if owner is not None:
        if owner.id != user.id:
            raise Refusal("form", f"{proven.label} is linked to another account here.")
        return False
    _add(session, user, proven)
    email.notify_user(
        session, user.id, "account-linked", issuer=ways.issuers.get(proven.issuer, proven.issuer)
    )
    return True


def unlink_identity(session: Session, user: User, number: int, ways: UsableWays) -> None:
    """Let a user no longer sign in with this; the caller commits.

    They are told by mail.

    Args:
        number: of the row.

    Raises:
        Refusal: when there would be no way left to sign in.
    """
    gone = take_away(session, user, Identity, number, ways)
    if gone is not None:
        label = ways.issuers.get(gone.issuer, gone.issuer)
        email.notify_user(session, user.id, "account-unlinked", issuer=label)


def keep_identities(
    session: Session, user: User, kept: Collection[int], ways: UsableWays
) -> IdentityNames:
    """Unlink all but those that the owner of a recovered account keeps; the caller commits.

    What was linked after they were asked goes, too.

    Args:
        kept: the numbers of rows.
    """
    begin_writing(session)
    lock_user(session, user.id)
    names = IdentityNames([], [])
    for row in session.scalars(select(Identity).where(Identity.user_id == user.id)).all():
        # What it is called there could say anything to who reads the mail.
        name = ways.issuers.get(row.issuer, row.issuer)
        if row.id in kept:
            names.kept.append([name, f"{row.created_at:%-d %B %Y}"])
        else:
            names.unlinked.append(name)
            session.delete(row)
    session.flush()
    return names


def propose_user_name(session: Session, proven: ProvenIdentity) -> str:
    """A username that is free, made of what somebody is called elsewhere."""
    name = make_user_name(proven.user_name or proven.display_name or proven.subject)
    if _can_be_taken(session, name):
        return name
    return number_name(name, f"{proven.issuer} {proven.subject}")


def _can_be_taken(session: Session, name: str) -> bool:
    try:
        check_name(name)
        check_unreserved(name)
        account.check_name_is_free(session, name)
    except Refusal:
        return False
    return True


def _add(session: Session, user: User, proven: ProvenIdentity) -> None:
    row = Identity(
        user_id=user.id,
        issuer=proven.issuer,
        subject=proven.subject,
        label=proven.label,
        created_at=now(),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:  # in another window, in this moment
        session.rollback()
        raise Refusal("form", "You have an account already. Sign in again.") from None
