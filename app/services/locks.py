"""Whom a write waits for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User


def queue(session: Session, user_id: int) -> None:
    """Let one user's writes wait for each other: two saves at once make one summary.

    SQLite has one writer at a time anyway, and ignores the lock.
    """
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
