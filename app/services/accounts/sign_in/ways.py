"""The ways in which people can sign in, of which each account keeps one.

What a recovery takes away, and what it leaves. Whoever got into an account may have added a way of
their own, so by any recovery (a link by mail, `shortlist user password`, a link of an
administrator) the password is new, every session ends, and all passkeys go: what is on a device
cannot be told apart by its owner. Accounts elsewhere stay, because their owner knows them by name
and may have nothing else, in a lab whose site takes no passwords; but they are listed with the
moment of linking where it is decided, and what its owner does not tick goes in the same
transaction. The mail tells what stayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Identity, Passkey, User
from app.services.locks import lock_user
from app.services.refusals import Refusal

Way = TypeVar("Way", Identity, Passkey)
MAX_NUMBER = 2**31 - 1  # of a row, on PostgreSQL


@dataclass(frozen=True)
class UsableWays:
    """What counts at present, as the settings say.

    Args:
        passwords: whether passwords do.
        issuers: those of accounts elsewhere, with what people call each.
        rp_id: the host whose passkeys do; empty when none do.
    """

    passwords: bool = True
    issuers: Mapping[str, str] = field(default_factory=dict)
    rp_id: str = ""


def take_away(
    session: Session, user: User, kind: type[Way], number: int, ways: UsableWays
) -> Way | None:
    """Let a user no longer sign in with something; the caller commits.

    Args:
        number: of the row; one of somebody else, or of nobody, takes nothing away.

    Raises:
        Refusal: when there would be no way left to sign in.
    """
    if number > MAX_NUMBER:
        return None
    begin_writing(session)
    lock_user(session, user.id)
    row = session.scalar(select(kind).where(kind.user_id == user.id, kind.id == number))
    if row is not None:
        _check_way_left(session, user, row, ways)  # whoever catches a refusal may commit
        session.delete(row)
        session.flush()
    return row


def _check_way_left(session: Session, user: User, row: Way, ways: UsableWays) -> None:
    """Refuse to take away the last one."""
    password_hash = session.scalar(select(User.password_hash).where(User.id == user.id))
    if ways.passwords and password_hash is not None:
        return
    linked = select(Identity.id).where(
        Identity.user_id == user.id, Identity.issuer.in_(ways.issuers)
    )
    keys = select(Passkey.id).where(
        Passkey.user_id == user.id, Passkey.rp_id == ways.rp_id, Passkey.copied_at.is_(None)
    )
    if isinstance(row, Identity):
        linked = linked.where(Identity.id != row.id)
    else:
        keys = keys.where(Passkey.id != row.id)
    if session.scalar(linked.limit(1)) is None and session.scalar(keys.limit(1)) is None:
        raise Refusal("form", "This is your only way to sign in. Add another one first.")
