"""Pictures that writers upload: decoded and written anew, kept in the data directory."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.models import Summary


def note_uses(session: Session, summary: Summary) -> None:
    """Note which of their own pictures a summary shows; doing it twice changes nothing."""
