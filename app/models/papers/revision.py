from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.user import User

MAX_REASON = 200  # characters
REVISION_KINDS = ("edit", "removal", "undo")


class PaperRevision(Base):
    """One change of the facts of a paper, or its removal.

    `before` and `after` hold the facts that changed, under the names of the form, as they stood on
    it: everybody who signs in may read them. A removal has the whole paper in `data`, and an edit
    the identifiers that it gave and took away: what undoing needs, which is shown to nobody. Key
    and title are those after the change; they outlive the paper. When it is removed, all its
    revisions get its last key.
    """

    __tablename__ = "paper_revisions"
    __table_args__ = (CheckConstraint(f"kind IN {REVISION_KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="SET NULL"), index=True
    )
    paper_key: Mapped[str] = mapped_column(String(300))
    paper_title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(MAX_REASON), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User | None] = relationship(lazy="raise", foreign_keys=user_id)
    undone_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=undone_by_id)
