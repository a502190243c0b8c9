"""What belongs to accounts, as their owners and who runs the site see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.models import Bounce, EmailAddress, Job, Mail, User

MAX_LISTED = 100


@dataclass(frozen=True)
class MailRow:
    """A mail and its job; `is_failed` when the job has no more attempts."""

    number: int
    kind: str
    user_name: str
    address: str
    state: str
    queued_at: datetime
    is_failed: bool


def list_mail(session: Session) -> Sequence[MailRow]:
    """The latest mails, the newest first."""
    job = (Job.kind == "mail") & (Job.key == cast(Mail.id, String))
    rows = session.execute(
        select(
            Mail.id, Mail.kind, User.name, Mail.address, Mail.state, Mail.queued_at, Job.is_failed
        )
        .join(User, User.id == Mail.user_id)
        .outerjoin(Job, job)
        .order_by(Mail.id.desc())
        .limit(MAX_LISTED)
    )
    return [MailRow(*row[:6], is_failed=bool(row.is_failed)) for row in rows]


@dataclass(frozen=True)
class AddressRow:
    """The address of an account, and one that waits for confirmation.

    A bounce is what a server said that takes no mail for it."""

    address: str | None = None
    pending: str | None = None
    bounce: str | None = None
    pending_bounce: str | None = None


def load_address(session: Session, user: User) -> AddressRow:
    """What the owner of an account sees of its address."""
    of_pending = aliased(Bounce)
    row = session.execute(
        select(
            EmailAddress.address, EmailAddress.pending, Bounce.answer, of_pending.answer.label("of")
        )
        .outerjoin(Bounce, Bounce.address == EmailAddress.address_folded)
        .outerjoin(of_pending, of_pending.address == func.lower(EmailAddress.pending))
        .where(EmailAddress.user_id == user.id)
    ).one_or_none()
    return AddressRow() if row is None else AddressRow(*row)
