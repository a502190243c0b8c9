"""Drafts, as their writer sees them; nobody else does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models import Draft, Paper, PaperAuthor, User


def of_user(session: Session, user: User) -> Sequence[Draft]:
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


def mine(session: Session, user: User, paper: Paper) -> Draft | None:
    """What a user is writing about a paper."""
    return session.scalar(
        select(Draft)
        .where(Draft.user_id == user.id, Draft.paper_id == paper.id)
        .execution_options(populate_existing=True)
    )
