from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

MAX_ISSUER = 300  # characters
MAX_SUBJECT = 255  # characters (OpenID Connect Core 1.0, section 2)
MAX_LABEL = 100


class Identity(Base):
    """Somebody's account elsewhere, with which they sign in here.

    `subject` is the number or name that `issuer` never gives to anybody else. An account is found
    by these two alone. `label` is what its owner knows it by, and only they see it.
    """

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        {"sqlite_autoincrement": True},  # a form that was opened before must name no other one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(MAX_ISSUER))
    subject: Mapped[str] = mapped_column(String(MAX_SUBJECT))
    label: Mapped[str] = mapped_column(String(MAX_LABEL))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
