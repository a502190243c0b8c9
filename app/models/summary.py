from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.paper import Paper
from app.models.tag import SummaryTag, Tag
from app.models.user import User

VISIBILITIES = ("public", "private")


class Summary(Base):
    """What one user wrote about one paper.

    `source` is what was typed; `html`, `opening_html` (for lists) and `excerpt` (plain) are what
    the renderer of `renderer_version` made of it. `score` is the sum of votes and `popularity`
    the score that decays with time; both are kept in step by `services.votes`. `published_at` is
    when it first became public, `None` for one that never was.
    """

    __tablename__ = "summaries"
    __table_args__ = (
        UniqueConstraint("paper_id", "user_id"),
        CheckConstraint(f"visibility IN {VISIBILITIES}", name="visibility"),
        Index("ix_summaries_recent", "visibility", "published_at", "id"),
        Index("ix_summaries_popular", "visibility", "popularity", "id"),
        Index("ix_summaries_rated", "visibility", "score", "id"),
        # The number stands in addresses, so that of a deleted summary must not come back.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    opening_html: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    takeaway: Mapped[str] = mapped_column(Text, default="")
    takeaway_html: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    anonymous: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    score: Mapped[int] = mapped_column(default=0)
    popularity: Mapped[float] = mapped_column(default=0.0)

    paper: Mapped[Paper] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(
        lazy="raise", secondary=SummaryTag.__table__, order_by=Tag.name, passive_deletes=True
    )


class Revision(Base):
    """One saved state of a summary, numbered from 1."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("summary_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("summaries.id", ondelete="CASCADE"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    takeaway: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
