"""Plain functions that make things; what a test does not care about has a sensible value."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Paper, Summary, User
from app.services.papers import add_paper
from app.services.rerender import renew_marked
from app.services.summaries import publish
from app.sources.record import PaperRecord

_numbers = count(1)


def make_user(session: Session, name: str = "", display_name: str = "") -> User:
    """A user without a password."""
    name = name or f"user{next(_numbers)}"
    begin_writing(session)
    user = User(name=name, display_name=display_name or name.title(), joined_at=now())
    session.add(user)
    session.commit()
    return user


def make_paper(session: Session, key: str = "", title: str = "", **facts: Any) -> Paper:
    number = next(_numbers)
    record = PaperRecord(
        key=key or f"conf/test/Paper{number}", title=title or f"Paper number {number}", **facts
    )
    paper = add_paper(session, record, "test")
    session.commit()
    deque(renew_marked(session), maxlen=0)
    session.commit()
    return paper


def make_summary(
    session: Session,
    paper: Paper | None = None,
    user: User | None = None,
    source: str = "It *works*, since $a = b$.",
    **options: Any,
) -> Summary:
    summary = publish(
        session,
        user or make_user(session),
        paper or make_paper(session),
        source=source,
        **options,
    )
    session.commit()
    return summary
