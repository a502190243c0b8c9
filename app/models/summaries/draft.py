from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.papers.paper import Paper


class Draft(Base):
    """What somebody is writing about a paper and has not saved yet.

    It is kept as typed, and seen by them alone.

    `summary_id` is the summary that it changes; `None` for a new text, of which there is one where
    its writer has no summary of the paper.
    `version` grows with each autosave: a window that knows an older one must not overwrite.
    `base_revision` is the number of the revision it began from, 0 for none.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_user_id_paper_id", "user_id", "paper_id"),
        Index(
            "uq_drafts_new",
            "user_id",
            "paper_id",
            unique=True,
            sqlite_where=text("summary_id IS NULL"),
            postgresql_where=text("summary_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    summary_id: Mapped[int | None] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), unique=True
    )
    source: Mapped[str] = mapped_column(Text)
    takeaway: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    anonymous: Mapped[bool] = mapped_column(default=False)
    read: Mapped[str] = mapped_column(String(20), default="", server_default="")
    made: Mapped[str] = mapped_column(String(20), default="", server_default="")
    interest: Mapped[bool] = mapped_column(default=False, server_default=false())
    base_revision: Mapped[int]
    version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    paper: Mapped[Paper] = relationship(lazy="raise")
