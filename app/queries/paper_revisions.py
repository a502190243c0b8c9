"""Changes of the facts of papers as everybody who signs in may read about them."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer, joinedload

from app.models import Paper, PaperRevision


def is_revision(session: Session, revision_id: int) -> bool:
    """Whether there is a revision of this number."""
    query = select(PaperRevision.id).where(PaperRevision.id == revision_id)
    return revision_id < 2**31 and session.scalar(query) is not None


def list_paper_revisions(
    session: Session, *, number: int, size: int, of: Paper | str | None = None
) -> tuple[list[PaperRevision], bool]:
    """A page of the log of changes, the latest first.

    With who made them, and whether another page follows.

    Args:
        of: one paper, or the key of one that is gone, its last or a former one; `None` for all
            papers.
    """
    query = select(PaperRevision).options(
        defer(PaperRevision.data, raiseload=True),
        joinedload(PaperRevision.user),
        joinedload(PaperRevision.undone_by),
    )
    if isinstance(of, Paper):
        query = query.where(PaperRevision.paper_id == of.id)
    elif of is not None:
        gone = PaperRevision.paper_id.is_(None)
        former = PaperRevision.before["key"].as_string() == of
        last = select(PaperRevision.paper_key).where(gone, former)
        named = or_(PaperRevision.paper_key == of, PaperRevision.paper_key.in_(last))
        query = query.where(gone, named)
    query = query.order_by(PaperRevision.id.desc()).offset((number - 1) * size).limit(size + 1)
    found = list(session.scalars(query))
    return found[:size], len(found) > size
