"""Plain functions that make things; what a test does not care about has a sensible value."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Draft, ListEntry, Paper, Reading, Shelf, ShelfMember, Summary, User
from app.services.lists.entries import EntryTexts, save_entry
from app.services.operation.rerender import renew_marked
from app.services.papers.adding import add_paper
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.readings import ReadingPlan, set_reading_together, start_reading
from app.services.shelves.shelf import ShelfTexts, create_shelf
from app.services.summaries import drafts
from app.services.summaries.content import BaseVersion, Content, Edit, SummarySettings
from app.services.summaries.publishing import change_summary, create_summary
from app.services.summaries.state import lock_summaries_of_writer
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


def publish(
    session: Session,
    user: User,
    paper: Paper,
    *,
    source: str,
    takeaway: str = "",
    tags: Sequence[str] = (),
    visibility: str = "public",
    anonymous: bool = False,
    seen_revision: int | None = None,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
) -> Summary:
    """Save a text as the editor does that opens at its paper: a new one, or the first changed."""
    edit = Edit(source, takeaway, ",".join(tags), visibility, anonymous)
    first = next(iter(lock_summaries_of_writer(session, user, paper)), None)
    if first is None:
        moments = {"created_at": created_at, "edited_at": edited_at}
        return create_summary(session, user, paper, edit, **moments).summary
    seen = None if seen_revision is None else BaseVersion(seen_revision)
    return change_summary(session, first, edit, base=seen, edited_at=edited_at).summary


def save_draft(
    session: Session,
    user: User,
    paper: Paper,
    content: Content,
    *,
    base_revision: int,
    base_settings: SummarySettings | None = None,
    seen_version: int,
) -> Draft | None:
    """Keep a draft as the editor does that opens at its paper: of the first text, or a new one."""
    return drafts.save_draft(
        session,
        user,
        paper,
        Edit(**vars(content)),
        summary=next(iter(lock_summaries_of_writer(session, user, paper)), None),
        base=BaseVersion(base_revision, base_settings),
        seen_version=seen_version,
    )


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


def put_on_list(session: Session, user: User, paper: Paper, **texts: Any) -> ListEntry:
    """Let a reader have a paper on their list, to read unless it is said otherwise."""
    entry = save_entry(session, user, paper, EntryTexts(**{"status": "to-read", **texts}))
    session.commit()
    return entry


def make_shelf(
    session: Session, owner: User, *papers: Paper, title: str = "A shelf", **texts: Any
) -> Shelf:
    """A shelf with papers on it, private unless it is said otherwise."""
    shelf = create_shelf(session, owner, ShelfTexts(title=title, **texts))
    for paper in papers:
        add_paper_to_shelf(session, owner, shelf, paper)
    session.commit()
    return shelf


def join_shelf(session: Session, shelf: Shelf, user: User, role: str = "editor") -> None:
    """Let somebody be a member of a shelf."""
    begin_writing(session)
    member = {"shelf_id": shelf.id, "user_id": user.id, "role": role}
    session.add(ShelfMember(**member, invited_at=now(), accepted_at=now()))
    session.commit()


def make_reading(
    session: Session, shelf: Shelf, paper: Paper, *, days: int = 7, leader: str = ""
) -> Reading:
    """An open reading of a paper on a shelf, whose members read together."""
    set_reading_together(session, shelf, is_on=True)
    day = (now() + timedelta(days=days)).date().isoformat()
    reading = start_reading(session, shelf, paper, ReadingPlan(day, leader))
    session.commit()
    return reading


def read_entry(session: Session, user: User, paper: Paper) -> ListEntry | None:
    """A reader's entry as it is stored."""
    query = select(ListEntry).where(ListEntry.user_id == user.id, ListEntry.paper_id == paper.id)
    found = session.scalar(query.execution_options(populate_existing=True))
    session.commit()
    return found
