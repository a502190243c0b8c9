from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.papers.paper import Paper

# In the order in which one is further than another: of two entries that are joined, the further
# status stays.
STATUSES = ("to-read", "reading", "stopped", "read")
# The column that holds when an entry last got a status.
DATE_COLUMNS = {status: f"{status.replace('-', '_')}_at" for status in STATUSES}
PRIORITIES = ("none", "low", "medium", "high")  # by their numbers
MAX_CITEKEY_CHARS = 100


class ReadingList(Base):
    """What is known of a reader's list as a whole; made with its first entry.

    Summaries that were published after `seen_at` are new to its reader.
    """

    __tablename__ = "reading_lists"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ListEntry(Base):
    """A paper on the list of one reader, who alone knows of it.

    Each status has the moment at which the entry last got it. `position` is the order by hand, the
    highest first, with gaps. `citekey` is the reader's own key. `words` are the folded words of
    remark, notes, labels and key, for search.
    """

    __tablename__ = "list_entries"
    __table_args__ = (
        UniqueConstraint("user_id", "paper_id"),
        UniqueConstraint("user_id", "citekey"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint(f"priority BETWEEN 0 AND {len(PRIORITIES) - 1}", name="priority"),
        Index("ix_list_entries_added", "user_id", "added_at", "id"),
        Index("ix_list_entries_changed", "user_id", "changed_at", "id"),
        Index("ix_list_entries_position", "user_id", "position", "id"),
        Index("ix_list_entries_priority", "user_id", "priority", "added_at", "id"),
        Index("ix_list_entries_read", "user_id", "status", "read_at", "id"),
        Index("ix_list_entries_status", "user_id", "status", "added_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reading_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    position: Mapped[int] = mapped_column(BigInteger)
    citekey: Mapped[str | None] = mapped_column(String(MAX_CITEKEY_CHARS))
    remark: Mapped[str] = mapped_column(Text, default="", server_default="")
    notes: Mapped[str] = mapped_column(Text, default="", server_default="")
    notes_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    renderer_version: Mapped[int] = mapped_column(default=0, server_default="0")
    words: Mapped[str] = mapped_column(Text, default="", server_default="")

    paper: Mapped[Paper] = relationship(lazy="raise")


class EntryCopy(Base):
    """What an entry was before a change, until that can no longer be undone.

    Of one change all have the same `batch`; `data` holds the former values of columns, and the
    names of labels under `labels`. It is empty for an entry that the change made. The copies of a
    merge have its number, and what both entries were; those of an import have its number, and what
    `services.importing.lists.undoing` needs.
    """

    __tablename__ = "entry_copies"
    __table_args__ = (Index("ix_entry_copies_user_id_batch", "user_id", "batch"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    paper_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), index=True
    )
    merge_id: Mapped[int | None] = mapped_column(
        ForeignKey("paper_merges.id", ondelete="CASCADE"), index=True
    )
    import_id: Mapped[int | None] = mapped_column(
        ForeignKey("list_imports.id", ondelete="CASCADE"), index=True
    )
    batch: Mapped[str] = mapped_column(String(22), default="", server_default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
