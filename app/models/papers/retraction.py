from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.sources.retractions import NATURES, RetractionNotice


class RetractionRecord(Base):
    """A notice that a paper is retracted, corrected or reinstated, or that there is concern.

    Kept whether the paper is here or not, so that one that is added later is marked as well. `id`
    is the number that Retraction Watch gave it. What it makes of a paper stands in the paper's own
    row (`Paper.retraction_state`).
    """

    __tablename__ = "retraction_records"
    __table_args__ = (CheckConstraint(f"nature IN {tuple(sorted(NATURES))}", name="nature"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doi: Mapped[str | None] = mapped_column(String(300), index=True)
    pubmed_id: Mapped[str | None] = mapped_column(String(10), index=True)
    nature: Mapped[str] = mapped_column(String(20))
    noticed_on: Mapped[date | None]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    url: Mapped[str] = mapped_column(String(400))

    @property
    def notice(self) -> RetractionNotice:
        """The record as the rule takes it."""
        return RetractionNotice(
            number=self.id,
            doi=self.doi or "",
            pubmed_id=self.pubmed_id or "",
            nature=self.nature,
            noticed_on=self.noticed_on,
            reasons=tuple(self.reasons),
            url=self.url,
        )
