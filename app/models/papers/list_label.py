from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

MAX_LABEL_CHARS = 40


class ListLabel(Base):
    """A label that a reader puts on entries of their list.

    `folded` tells labels apart, so that capitals make no second one.
    """

    __tablename__ = "list_labels"
    __table_args__ = (UniqueConstraint("user_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(MAX_LABEL_CHARS))
    folded: Mapped[str] = mapped_column(String(3 * MAX_LABEL_CHARS))


class EntryLabel(Base):
    """That an entry of a list carries a label."""

    __tablename__ = "entry_labels"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("list_entries.id", ondelete="CASCADE"), primary_key=True
    )
    label_id: Mapped[int] = mapped_column(
        ForeignKey("list_labels.id", ondelete="CASCADE"), primary_key=True, index=True
    )
