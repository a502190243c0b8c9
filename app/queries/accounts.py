"""What belongs to accounts, as their owners and who runs the site see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, String, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.db import now
from app.models import (
    Bounce,
    EmailAddress,
    Identity,
    Invitation,
    Job,
    LicenceAgreement,
    LoginSession,
    Mail,
    Passkey,
    SignIn,
    User,
)

MAX_LISTED = 100
MAX_SESSIONS = 100
MAX_SIGN_INS = 20
HANDLE_CHARS = 16  # of a token's hash, by which a form names a session


def has_agreed(session: Session, user_id: int, licence: str) -> bool:
    """Whether a user has agreed to publish under a licence."""
    return session.get(LicenceAgreement, (user_id, licence)) is not None


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
    tells_sign_ins: bool = True


def load_address(session: Session, user: User) -> AddressRow:
    """What the owner of an account sees of its address."""
    of_pending = aliased(Bounce)
    row = session.execute(
        select(
            EmailAddress.address,
            EmailAddress.pending,
            Bounce.answer,
            of_pending.answer.label("of_pending"),
            EmailAddress.tells_sign_ins,
        )
        .outerjoin(Bounce, Bounce.address == EmailAddress.address_folded)
        .outerjoin(of_pending, of_pending.address == func.lower(EmailAddress.pending))
        .where(EmailAddress.user_id == user.id)
    ).one_or_none()
    return AddressRow() if row is None else AddressRow(*row)


@dataclass(frozen=True)
class SessionRow:
    """A browser in which somebody is signed in."""

    handle: str
    device: str
    created_at: datetime
    used_on: date

    @property
    def used_today(self) -> bool:
        """Whether it was used since midnight in UTC."""
        return self.used_on >= now().date()


def list_sessions(session: Session, user: User, idle_days: int) -> Sequence[SessionRow]:
    """Where a user is signed in, the latest sign-in first."""
    moment = now()
    rows = session.execute(
        select(
            func.substr(LoginSession.token_hash, 1, HANDLE_CHARS),
            LoginSession.device,
            LoginSession.created_at,
            LoginSession.used_on,
        )
        .where(
            LoginSession.user_id == user.id,
            LoginSession.expires_at > moment,
            LoginSession.used_on >= (moment - timedelta(days=idle_days)).date(),
        )
        .order_by(LoginSession.created_at.desc())
        .limit(MAX_SESSIONS)
    )
    return [SessionRow(*row) for row in rows]


def list_sign_ins(session: Session, user: User) -> Sequence[Row[str, str, datetime]]:
    """The latest sign-ins of a user, the newest first: `device`, `way` and `signed_in_at`."""
    newest = (
        select(SignIn.device, SignIn.way, SignIn.signed_in_at)
        .where(SignIn.user_id == user.id)
        .order_by(SignIn.signed_in_at.desc())
        .limit(MAX_SIGN_INS)
    )
    return session.execute(newest).all()


def list_identities(session: Session, user: User) -> Sequence[Identity]:
    """The accounts elsewhere with which a user signs in, the oldest link first."""
    mine = select(Identity).where(Identity.user_id == user.id)
    return session.scalars(mine.order_by(Identity.id).limit(MAX_LISTED)).all()


def list_passkeys(session: Session, user: User) -> Sequence[Passkey]:
    """The passkeys of a user, the oldest first."""
    mine = select(Passkey).where(Passkey.user_id == user.id)
    return session.scalars(mine.order_by(Passkey.id).limit(MAX_LISTED)).all()


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that nobody has used; `user_name` is of who invites, if it is known."""

    id: int
    created_at: datetime
    expires_at: datetime
    user_name: str | None


def list_invitations(session: Session) -> Sequence[InvitationRow]:
    """The invitations that can still be used, the newest first."""
    rows = session.execute(
        select(Invitation.id, Invitation.created_at, Invitation.expires_at, User.name)
        .outerjoin(User, User.id == Invitation.user_id)
        .where(Invitation.expires_at > now())
        .order_by(Invitation.id.desc())
        .limit(MAX_LISTED)
    )
    return [InvitationRow(*row) for row in rows]
