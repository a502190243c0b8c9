"""The saved states of summaries, as a reader may see them.

Their writer sees all. Others see those that were public themselves, as long as the summary is: what
somebody noted in private before publishing stays theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.models import Revision, Summary, User
from app.queries import summaries
from app.queries.summary_entries import SummaryEntry
from app.queries.visibility import AnyMember, parameters, public, stand_in
from app.sources.provenance import NOT_STATED, Provenance


@dataclass(frozen=True)
class RevisionRow:
    """A revision in a list.

    `number` counts those that the viewer may see, from 1; `size` and `change` are in characters;
    `is_current` says whether it is what the summary shows now. `stated` is what is stated of its
    text, without an interest, and `stated_before` the same of the one before.
    """

    id: int
    number: int
    saved_at: datetime
    size: int
    change: int
    is_current: bool
    was_public: bool
    stated: Provenance
    stated_before: Provenance


def list_revisions(session: Session, summary: Summary, viewer: User | None) -> list[RevisionRow]:
    """The revisions of a summary that the viewer may see, the latest first."""
    asked = parameters(viewer, summary=summary.id)
    found = session.execute(_select_rows(stand_in(viewer)), asked).all()
    current = session.scalar(_select_last_number(), asked)
    rows = []
    before, stated_before = 0, NOT_STATED
    for place, (number_id, number, saved_at, size, public_since, *said) in enumerate(found, 1):
        stated = Provenance(*said)
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
                stated=stated,
                stated_before=stated_before,
            )
        )
        before, stated_before = size, stated
    return rows[::-1]


def find_revision(
    session: Session, revision_id: int, viewer: User | None
) -> tuple[Revision, SummaryEntry] | None:
    """A revision that the viewer may see, with its summary."""
    asked = parameters(viewer, revision=revision_id)
    revision = session.scalar(_select_by_number(stand_in(viewer)), asked)
    if revision is None:
        return None
    entry = summaries.find_summary(session, revision.summary_id, viewer)
    return None if entry is None else (revision, entry)


def load_last_revision(session: Session, summary: Summary) -> Revision:
    """The revision that a summary shows now."""
    return session.scalars(_select_last(), {"summary": summary.id}).one()


@cache
def _select_rows(viewer: AnyMember | None) -> Select[Any]:
    columns: tuple[Any, ...] = (Revision.id, Revision.number, Revision.saved_at)
    return (
        select(
            *columns,
            func.length(Revision.source),
            Revision.public_since,
            Revision.read,
            Revision.made,
        )
        .join(Summary, Summary.id == Revision.summary_id)
        .where(Revision.summary_id == bindparam("summary"), _visible_to(viewer))
        .order_by(Revision.number)
    )


@cache
def _select_last_number() -> Select[Any]:
    return select(func.max(Revision.number)).where(Revision.summary_id == bindparam("summary"))


@cache
def _select_by_number(viewer: AnyMember | None) -> Select[Revision]:
    query = select(Revision).join(Summary, Summary.id == Revision.summary_id)
    return query.where(Revision.id == bindparam("revision"), _visible_to(viewer))


@cache
def _select_last() -> Select[Revision]:
    query = select(Revision).where(Revision.summary_id == bindparam("summary"))
    return query.order_by(Revision.number.desc()).limit(1)


def _visible_to(viewer: AnyMember | None) -> ColumnElement[bool]:
    by_all = and_(public(), Revision.public_since.is_not(None))
    return by_all if viewer is None else or_(by_all, Summary.user_id == viewer.id)
