from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

MAX_ERROR = 500  # characters


class Job(Base):
    """Work that is done behind the scenes, and how its last run went.

    `key` is empty in the one row of a kind, which exists for every kind and may be stopped. Other
    rows are single jobs of a kind, with their `argument`: a job that is queued twice is one row,
    and is removed once it is done.

    Whoever runs it is `holder` until `held_until`, and renews that; when it has passed, others take
    it over. `attempts` counts the runs since the last one that went well, the present one included.
    `is_failed` says that there were too many. A run began at `began_at` and ended at `ended_at`,
    which is `None` meanwhile, and made `steps` steps.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_jobs_due_at", "due_at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(200), default="")
    argument: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(MAX_ERROR), default="")
    is_failed: Mapped[bool] = mapped_column(default=False)
    is_stopped: Mapped[bool] = mapped_column(default=False)
    holder: Mapped[str] = mapped_column(String(120), default="")
    held_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    steps: Mapped[int] = mapped_column(default=0)
