from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class Bibliography(Base):
    """Files that somebody, perhaps a guest, had checked, and what was found in them.

    Kept for an hour. Only who knows the token in the address of the result sees it; a row says
    nothing of who that is.

    Attributes:
        files, report: JSON, compressed; see `services.bibliography.checks`.
    """

    __tablename__ = "bibliographies"

    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    files: Mapped[bytes] = mapped_column(LargeBinary)
    report: Mapped[bytes] = mapped_column(LargeBinary)


class BibliographyQuestion(Base):
    """A question to Crossref about an entry of a checked bibliography.

    Attributes:
        entry: the place of the entry in the report.
        asker_id: for whom it is to be asked, so that members take turns; forgotten with the answer.
        answered_at: `None` while it is to be asked.
        answer: what it said; see `services.bibliography.answers`.
    """

    __tablename__ = "bibliography_questions"

    token: Mapped[str] = mapped_column(
        ForeignKey(Bibliography.token, ondelete="CASCADE"), primary_key=True
    )
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
