from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.paper import Paper


class Draft(Base):
    """What somebody is writing about a paper and has not saved yet, as typed; seen by them alone.

    `version` grows with each autosave: a window that knows an older one must not overwrite.
    `base_revision` is the number of the revision it began from, 0 for none.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("user_id", "paper_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(Text)
    takeaway: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    anonymous: Mapped[bool] = mapped_column(default=False)
    base_revision: Mapped[int]
    version: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    paper: Mapped[Paper] = relationship(lazy="raise")
