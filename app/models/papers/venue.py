from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.text.folding import fold

NO_YEAR = 0
VENUE_KINDS = ("conference", "journal", "preprint", "book", "other")


def venue_folded(key: str, name: str, title: str) -> str:
    """The folded text by which lists of venues are searched.

    Name, title and key, each on its line.
    """
    return "\n".join(map(fold, (name, title, key)))


def _folded_of(context: Any) -> str:
    row = context.get_current_parameters()
    return venue_folded(row["key"], row["name"], row.get("title") or "")


class Venue(Base):
    """Where papers appear: `key` is dblp's stream (`conf/nips`), `name` short, `title` in full.

    `folded` is made of the three; who changes one of them writes it anew.
    `papers_count` and `summaries_count` (public ones) are kept in step by
    `services.counters.counts`.
    """

    __tablename__ = "venues"
    __table_args__ = (
        CheckConstraint(f"kind IN {VENUE_KINDS}", name="kind"),
        Index("ix_venues_listed", "summaries_count", "papers_count", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(400), default="")
    folded: Mapped[str] = mapped_column(Text, default=_folded_of, server_default="")
    kind: Mapped[str] = mapped_column(String(20), default="other")
    section_slug: Mapped[str | None] = mapped_column(ForeignKey("sections.slug"))
    papers_count: Mapped[int] = mapped_column(default=0, server_default="0")
    summaries_count: Mapped[int] = mapped_column(default=0, server_default="0")


class VenueYear(Base):
    """One year of a venue.

    It counts the papers, and those with a public summary.

    Kept in step by `services.counters.counts`. Papers without a year count under `NO_YEAR`.
    """

    __tablename__ = "venue_years"

    venue_id: Mapped[int] = mapped_column(
        ForeignKey("venues.id", ondelete="CASCADE"), primary_key=True
    )
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    papers: Mapped[int] = mapped_column(default=0)
    summarised: Mapped[int] = mapped_column(default=0)
