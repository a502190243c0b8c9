"""The saved states of summaries, as a reader may see them.

Their writer sees all. Others see those that were public themselves, as long as the summary is: what
somebody noted in private before publishing stays theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import Revision, Summary, User
from app.queries import summaries
from app.queries.summary_entries import SummaryEntry
from app.queries.visibility import public


@dataclass(frozen=True)
class RevisionRow:
    """A revision in a list.

    `number` counts those that the viewer may see, from 1; `size` and `change` are in characters;
    `is_current` says whether it is what the summary shows now.
    """

    id: int
    number: int
    saved_at: datetime
    size: int
    change: int
    is_current: bool
    was_public: bool


def list_revisions(session: Session, summary: Summary, viewer: User | None) -> list[RevisionRow]:
    """The revisions of a summary that the viewer may see, the latest first."""
    query = (
        select(
            Revision.id,
            Revision.number,
            Revision.saved_at,
            func.length(Revision.source),
            Revision.public_since,
        )
        .join(Summary, Summary.id == Revision.summary_id)
        .where(Revision.summary_id == summary.id, _visible_to(viewer))
        .order_by(Revision.number)
    )
    found = session.execute(query).all()
    last = select(func.max(Revision.number)).where(Revision.summary_id == summary.id)
    current = session.scalar(last)
    rows = []
    before = 0
    for place, (number_id, number, saved_at, size, public_since) in enumerate(found, 1):
        is_current = number == current
        rows.append(
            RevisionRow(
                id=number_id,
                number=place,
                saved_at=saved_at,
                size=size,
                change=size - before,
                is_current=is_current,
                was_public=public_since is not None,
            )
        )
        before = size
    return rows[::-1]


def find_revision(
    session: Session, revision_id: int, viewer: User | None
) -> tuple[Revision, SummaryEntry] | None:
    """A revision that the viewer may see, with its summary."""
    revision = session.scalar(
        select(Revision)
        .join(Summary, Summary.id == Revision.summary_id)
        .where(Revision.id == revision_id, _visible_to(viewer))
    )
    if revision is None:
        return None
    entry = summaries.find_summary(session, revision.summary_id, viewer)
    return None if entry is None else (revision, entry)


def load_last_revision(session: Session, summary: Summary) -> Revision:
    """The revision that a summary shows now."""
    return session.scalars(
        select(Revision)
        .where(Revision.summary_id == summary.id)
        .order_by(Revision.number.desc())
        .limit(1)
    ).one()


def _visible_to(viewer: User | None) -> ColumnElement[bool]:
    by_all = and_(public(), Revision.public_since.is_not(None))
    return by_all if viewer is None else or_(by_all, Summary.user_id == viewer.id)
