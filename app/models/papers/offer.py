from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class LookUp(Base):
    """What somebody pasted into "Add a paper", and what was found; seen by them alone.

    `token` stands in the address of the result. `data` holds what the page shows besides the
    records that are offered: see `services.lookup.offers`.
    """

    __tablename__ = "look_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    pasted: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class OfferedRecord(Base):
    """A record that a look-up offers, in normal form, and where it is from.

    Its token is what a click sends. The row goes when the record is added.
    """

    __tablename__ = "offered_records"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    look_up_id: Mapped[int] = mapped_column(
        ForeignKey("look_ups.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
