from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.user import User


class PaperMerge(Base):
    """That two papers were found to be one work, and became one row.

    What everybody may read stands in columns: keys and titles as they were, and how many public
    summaries came along. `data` holds what undoing needs, numbers of private summaries among it: it
    is shown to nobody. `by_rule` says that `sources.same_work` did it
    when the user added one of the two, or who runs the program did: then there is no user.
    `paper_id` is the paper that the removed one is now, after further merges another one than
    `kept_id`, and nothing once this one is undone: `removed_title_folded` finds it.
    """

    __tablename__ = "paper_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="SET NULL"), index=True
    )
    kept_key: Mapped[str] = mapped_column(String(300))
    kept_title: Mapped[str] = mapped_column(Text)
    removed_key: Mapped[str] = mapped_column(String(300))
    removed_title: Mapped[str] = mapped_column(Text)
    removed_title_folded: Mapped[str] = mapped_column(String(300), index=True, server_default="")
    paper_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="SET NULL"), index=True
    )
    summaries: Mapped[int]
    by_rule: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    user: Mapped[User | None] = relationship(lazy="raise", foreign_keys=user_id)
    undone_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=undone_by_id)


class PaperDifference(Base):
    """That two papers which look like one work are two; `one_id` is the smaller number."""

    __tablename__ = "paper_differences"

    one_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MergedDraft(Base):
    """Two drafts of one writer that became one when their papers did.

    `data` is both as they were.

    It is apart from the merge, so that it goes with its writer's account.
    """

    __tablename__ = "merged_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(
        ForeignKey("paper_merges.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
