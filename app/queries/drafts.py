"""Drafts, as their writer sees them; nobody else does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.models import Draft, Paper, PaperAuthor, Summary, User

_ABOUT_PAPER = (  # made once: each page of a paper that a member views runs it
    select(Draft)
    .where(Draft.user_id == bindparam("user"), Draft.paper_id == bindparam("paper"))
    .order_by(Draft.saved_at.desc(), Draft.id.desc())
)


def list_drafts(session: Session, user: User) -> Sequence[Draft]:
    """A user's drafts, the latest first, with their papers."""
    paper = joinedload(Draft.paper)
    return session.scalars(
        select(Draft)
        .where(Draft.user_id == user.id)
        .options(
            paper.joinedload(Paper.venue),
            paper.selectinload(Paper.authorships).joinedload(PaperAuthor.author),
        )
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    ).all()


def find_draft(session: Session, user: User, paper: Paper, summary: Summary | None) -> Draft | None:
    """A user's draft about a paper.

    It changes a summary or, with `None`, is a new text.
    """
    return session.scalar(
        select(Draft)
        .where(
            Draft.user_id == user.id,
            Draft.paper_id == paper.id,
            Draft.summary_id == (None if summary is None else summary.id),
        )
        .execution_options(populate_existing=True)
    )


def list_drafts_about(session: Session, user: User, paper_id: int) -> Sequence[Draft]:
    """All that a user is writing about a paper, the latest first."""
    return session.scalars(_ABOUT_PAPER, {"user": user.id, "paper": paper_id}).all()
