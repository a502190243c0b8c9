"""Mail, as who runs the site sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from app.models import Job, Mail, User

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
