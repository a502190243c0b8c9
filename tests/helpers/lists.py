"""Entries of reading lists for tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListEntry, Paper, User
from app.services.lists.entries import EntryTexts, save_entry


def put_on_list(session: Session, user: User, paper: Paper, **texts: Any) -> ListEntry:
    """Let a reader have a paper on their list, to read unless it is said otherwise."""
    entry = save_entry(session, user, paper, EntryTexts(**{"status": "to-read", **texts}))
    session.commit()
    return entry


def read_entry(session: Session, user: User, paper: Paper) -> ListEntry | None:
    """A reader's entry as it is stored."""
    query = select(ListEntry).where(ListEntry.user_id == user.id, ListEntry.paper_id == paper.id)
    found = session.scalar(query.execution_options(populate_existing=True))
    session.commit()
    return found
