from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

VENUE_KINDS = ("conference", "journal", "preprint", "book", "other")


class Venue(Base):
    """Where papers appear: `key` is dblp's stream (`conf/nips`), `name` short, `title` in full."""

    __tablename__ = "venues"
    __table_args__ = (CheckConstraint(f"kind IN {VENUE_KINDS}", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(400), default="")
    kind: Mapped[str] = mapped_column(String(20), default="other")
    section_slug: Mapped[str | None] = mapped_column(ForeignKey("sections.slug"))
