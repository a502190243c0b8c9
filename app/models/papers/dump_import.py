from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class DumpImport(Base):
    """How far the import of a large file has come.

    It is written with each batch, in its transaction.

    `fingerprint` tells files and filters apart. `records` and `persons` were dealt with so far,
    `counts` says what became of them. `finished_at` is `None` while there is something left.
    """

    __tablename__ = "dump_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    records: Mapped[int] = mapped_column(default=0)
    persons: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
