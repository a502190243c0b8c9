from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

# `reading`: the job reads its rows, or `data` says why they cannot be read; `preview`: shown to its
# reader, and nothing of it stored; `waiting`: the job stores it; `undoing`: the job undoes it.
IMPORT_STATES = ("reading", "preview", "waiting", "done", "undoing", "undone")
# `same`: the work of an earlier row; `unclear`: the reader chooses; `asked`: others are asked for
# its title. Once stored a row is `added`, `changed`, `unchanged` or `refused`.
ROW_STATES = (
    *("new", "here", "same", "unclear", "asked", "refused"),
    *("added", "changed", "unchanged"),
)

PREVIEW_LIFE = timedelta(days=1)
UNDO_LIFE = timedelta(days=30)


class ListImport(Base):
    """A reading list that a reader brings from another tool; seen by them alone.

    `token` stands in its address. `position` counts the steps that the job has done. `data` holds
    what the file says of statuses and labels, and what the reader chose: see
    `services.importing.lists.previews`. While it is read, `position` counts its rows.
    """

    __tablename__ = "list_imports"
    __table_args__ = (CheckConstraint(f"state IN {IMPORT_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class ListImportPart(Base):
    """A part of a list that was sent, until the job has read it."""

    __tablename__ = "list_import_parts"

    import_id: Mapped[int] = mapped_column(
        ForeignKey("list_imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ListImportRow(Base):
    """A row of such a list.

    `key` is that of the paper which it is about, where there is one; `data` what the row says, as
    long as it is needed.
    """

    __tablename__ = "list_import_rows"
    __table_args__ = (CheckConstraint(f"state IN {ROW_STATES}", name="state"),)

    import_id: Mapped[int] = mapped_column(
        ForeignKey("list_imports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    def add_message(self, *said: str) -> None:
        """Say more of what became of the row."""
        self.message = "; ".join(filter(None, (self.message, *said)))
