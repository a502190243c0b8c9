from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.text.folding import fold


def _folded_of(context: Any) -> str:
    return fold(context.get_current_parameters()["name"])


class Tag(Base):
    """A word that writers put on summaries, in lower case with hyphens.

    `folded` is the form in which it is searched.

    `summaries_count`, of public ones, is kept in step by `services.counters.totals`.
    """

    __tablename__ = "tags"
    __table_args__ = (Index("ix_tags_listed", "summaries_count", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    folded: Mapped[str] = mapped_column(Text, default=_folded_of, server_default="")
    summaries_count: Mapped[int] = mapped_column(default=0, server_default="0")


class SummaryTag(Base):
    """That a summary carries a tag.

    `score` is the summary's while it is public, else `None`: a tag's list is read in this order.
    """

    __tablename__ = "summary_tags"
    __table_args__ = (Index("ix_summary_tags_listed", "tag_id", "score", "summary_id"),)

    summary_id: Mapped[int] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    score: Mapped[int | None]
