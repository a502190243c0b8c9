from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime

MAX_DEVICE_CHARS = 60
MAX_WAY_CHARS = 60
ROLES = ("member", "trusted", "administrator")


class User(Base):
    """Somebody who writes, votes and reads.

    `name` stands in addresses, always in lower case.

    `password_hash` is `None` for users that came from files and have not been handed over. Who is
    `trusted` may merge papers; an `administrator` may do all that can be done in the browser.
    """

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    bio: Mapped[str] = mapped_column(Text, default="")
    bio_html: Mapped[str] = mapped_column(Text, default="")
    renderer_version: Mapped[int] = mapped_column(default=0)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="member", server_default="member")
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def is_trusted(self) -> bool:
        """Whether they may do what changes other people's pages, such as merging papers."""
        return self.role in ("trusted", "administrator")

    @property
    def is_administrator(self) -> bool:
        """Whether they may do all that can be done in the browser."""
        return self.role == "administrator"


class LoginSession(Base):
    """One signed-in browser.

    The cookie holds a random token, this row only its SHA-256. `device` is what its owner can
    recognise, and `used_on` the day (in UTC) of its last request. `proved_at` is when they last
    proved who they are: a provider may have asked them before the session began.
    """

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    device: Mapped[str] = mapped_column(String(MAX_DEVICE_CHARS), default="")
    used_on: Mapped[date] = mapped_column()

    user: Mapped[User] = relationship(lazy="raise")


class SignIn(Base):
    """That somebody signed in, for their own eyes.

    `way` says with what, such as "passkey"; it is empty for sign-ins from before it was noted.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user_id_signed_in_at", "user_id", "signed_in_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    signed_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    device: Mapped[str] = mapped_column(String(MAX_DEVICE_CHARS))
    way: Mapped[str] = mapped_column(String(MAX_WAY_CHARS), default="", server_default="")


class DeletionRequest(Base):
    """That somebody wants their account deleted; until `due_at` they can think better of it."""

    __tablename__ = "deletion_requests"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    keeps_texts: Mapped[bool]


class LicenceAgreement(Base):
    """That a user agreed to publish under a licence (`app.licences`), and when."""

    __tablename__ = "licence_agreements"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    licence: Mapped[str] = mapped_column(String(40), primary_key=True)
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Invitation(Base):
    """That one person may sign up; the link holds a token, this row its SHA-256."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FormerName(Base):
    """A username that was given up.

    Nobody else may take it and what links to it.

    `user_id` is who goes by another name now; `None` when the account is gone, or its owner wants
    no trace from the old name to the new one.
    """

    __tablename__ = "former_names"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
