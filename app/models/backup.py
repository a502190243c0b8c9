from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class Backup(Base):
    """A backup that was made of this library.

    It holds the library as of `made_at`. `path` is where the file was put, `size` in bytes,
    `content` the hash of its rows. `is_scheduled` says that it was made without being asked for.
    """

    __tablename__ = "backups"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    path: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(String(64))
    is_scheduled: Mapped[bool]
