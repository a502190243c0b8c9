"""Merges of papers as everybody who signs in may read about them: public facts alone."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer, joinedload

from app.models import MergedDraft, Paper, PaperDifference, PaperMerge, User


def list_merges(session: Session, *, number: int, size: int) -> tuple[list[PaperMerge], bool]:
    """A page of the log of merges, the latest first.

    With who did it, and whether another page follows.
    """
    query = (
        select(PaperMerge)
        .options(
            defer(PaperMerge.data, raiseload=True),
            joinedload(PaperMerge.user),
            joinedload(PaperMerge.undone_by),
        )
        .order_by(PaperMerge.id.desc())
        .offset((number - 1) * size)
        .limit(size + 1)
    )
    found = list(session.scalars(query))
    return found[:size], len(found) > size


def is_merge(session: Session, merge_id: int) -> bool:
    """Whether there is a merge of this number."""
    query = select(PaperMerge.id).where(PaperMerge.id == merge_id)
    return merge_id < 2**31 and session.scalar(query) is not None


def is_merged_draft(session: Session, user: User, paper: Paper) -> bool:
    """Whether a user's draft about a paper was two until the paper was merged."""
    query = (
        select(MergedDraft.id)
        .join(PaperMerge, PaperMerge.id == MergedDraft.merge_id)
        .where(MergedDraft.user_id == user.id, PaperMerge.paper_id == paper.id)
    )
    return session.scalar(query.limit(1)) is not None


def find_distinct_paper_ids(session: Session, paper: Paper) -> set[int]:
    """Numbers of the papers that somebody said are other works than this one."""
    pairs = session.execute(
        select(PaperDifference.one_id, PaperDifference.other_id).where(
            or_(PaperDifference.one_id == paper.id, PaperDifference.other_id == paper.id)
        )
    )
    return {one + other - paper.id for one, other in pairs}
