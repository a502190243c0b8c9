from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

BALLOTS = ("none", "open", "closed")
AUDIENCES = ("group", "public")  # to whom a text is shown from its reading's reveal on


class ReadingGroup(Base):
    """That the members of a shelf read its papers together.

    `last_number` is that of the last reading: a number in an address never comes back.
    """

    __tablename__ = "reading_groups"
    __table_args__ = (CheckConstraint(f"ballot IN {BALLOTS}", name="ballot"),)

    shelf_id: Mapped[int] = mapped_column(
        ForeignKey("shelves.id", ondelete="CASCADE"), primary_key=True
    )
    is_on: Mapped[bool]
    ballot: Mapped[str] = mapped_column(String(10), default="none")
    last_number: Mapped[int] = mapped_column(default=0)


class Reading(Base):
    """A paper that a group reads until the end of a day, in UTC.

    `revealed_at` is when the texts were shown to the group, `None` until then. `uid` names it in
    calendars and feeds.
    """

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("shelf_id", "number"),
        Index("ix_readings_open", "revealed_at", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id", ondelete="CASCADE"))
    number: Mapped[int]
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    leader_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    ends_on: Mapped[date] = mapped_column(Date)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revealed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Participation(Base):
    """What a member answers to a reading, and the text that they hand in.

    Nobody else may learn of this row before the reveal. `audience` says to whom the text is shown
    from then on; `published_at` is when one for everybody was made public. A text that is deleted
    leaves no number behind.
    """

    __tablename__ = "participations"
    __table_args__ = (
        CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        Index("ix_participations_to_publish", "audience", "published_at"),
    )

    reading_id: Mapped[int] = mapped_column(
        ForeignKey("readings.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    takes_part: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    summary_id: Mapped[int | None] = mapped_column(
        ForeignKey("summaries.id", ondelete="SET NULL"), index=True
    )
    audience: Mapped[str] = mapped_column(String(10), default="group")
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BallotVote(Base):
    """That somebody wants a paper of a shelf to be read next.

    It is about the entry: what a merge of papers joins to another one is counted with that.
    """

    __tablename__ = "ballot_votes"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("shelf_entries.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ReadingFeed(Base):
    """The secret by which a member's calendar sees the readings of a shelf."""

    __tablename__ = "reading_feeds"

    shelf_id: Mapped[int] = mapped_column(
        ForeignKey("shelves.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    code: Mapped[str] = mapped_column(String(64), unique=True)
