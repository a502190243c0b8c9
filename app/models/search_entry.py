from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class SearchEntry(Base):
    """What search sees: one row a paper, and one a public summary.

    The texts are folded words (`app.search.words`), the same for every engine. The full-text index
    over them (FTS5, tsvector) is made by the migrations and kept in step by the database itself.
    """

    __tablename__ = "search_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    summary_id: Mapped[int | None] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), unique=True
    )
    title: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
