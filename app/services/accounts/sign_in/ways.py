"""The ways in which people can sign in, of which each account keeps one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Identity, Passkey, User
from app.services.refusals import Refusal


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


def check_other_way(
    session: Session, user: User, ways: UsableWays, *, identity: int = 0, passkey: int = 0
) -> None:
    """Refuse to take away what a user signs in with, unless another way is left.

    The caller has locked the user.

    Args:
        identity, passkey: the number of the row that goes.

    Raises:
        Refusal: when there would be no way left.
    """
    password_hash = session.scalar(select(User.password_hash).where(User.id == user.id))
    if ways.passwords and password_hash is not None:
        return
    linked = select(func.count()).where(
        Identity.user_id == user.id, Identity.id != identity, Identity.issuer.in_(ways.issuers)
    )
    keys = select(func.count()).where(
        Passkey.user_id == user.id,
        Passkey.id != passkey,
        Passkey.rp_id == ways.rp_id,
        Passkey.copied_at.is_(None),
    )
    if not session.scalar(linked) and not session.scalar(keys):
        raise Refusal("form", "This is your only way to sign in. Add another one first.")
