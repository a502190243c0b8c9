from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class Bibliography(Base):
    """Files that somebody, perhaps a guest, had checked, and what was found in them.

    Kept for an hour. Only who knows the token in the address of the result sees it; a row says
    nothing of who that is.

    Attributes:
        files, report: JSON, compressed; see `services.bibliography.checks`.
    """

    __tablename__ = "bibliographies"

    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    files: Mapped[bytes] = mapped_column(LargeBinary)
    report: Mapped[bytes] = mapped_column(LargeBinary)
