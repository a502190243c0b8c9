from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.user import User


class Writer(Base):
    """The public counts of a user.

    Summaries under their name, and the votes on these.

    Who has none has no row, or one of zeros. Kept in step by `services.counters.totals`.
    """

    __tablename__ = "writers"
    __table_args__ = (Index("ix_writers_listed", "summaries", "user_id"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    summaries: Mapped[int] = mapped_column(default=0)
    votes: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship(lazy="raise")


class Total(Base):
    """How many papers, public summaries and writers (by name) there are.

    `name` is `papers`, `summaries` or `writers`.
    """

    __tablename__ = "totals"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
