from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Section(Base):
    """A field that the front page can be narrowed to; `slug` stands in addresses (`cs`)."""

    __tablename__ = "sections"

    slug: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
