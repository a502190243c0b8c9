from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

MAX_ADDRESS = 254  # characters (RFC 5321, section 4.5.3.1.3)
MAX_ANSWER = 200  # characters of what a server said
MAIL_STATES = ("waiting", "sending", "sent", "refused")


def _make_key() -> str:
    return secrets.token_urlsafe(32)


class EmailAddress(Base):
    """The email address of an account, which only its owner sees.

    It is not a column of `User`, so that no page that shows a user has it at hand. `address` is
    confirmed: somebody followed the link that was sent there. `pending` waits for that. Accounts
    are found by `address_folded`, and no two have the same. Who has `unsubscribe_key`, from a mail,
    can set `tells_sign_ins` to false and nothing else.
    """

    __tablename__ = "email_addresses"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str | None] = mapped_column(String(MAX_ADDRESS))
    address_folded: Mapped[str | None] = mapped_column(String(MAX_ADDRESS), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pending: Mapped[str | None] = mapped_column(String(MAX_ADDRESS))
    pending_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tells_sign_ins: Mapped[bool] = mapped_column(default=True)
    unsubscribe_key: Mapped[str] = mapped_column(String(43), unique=True, default=_make_key)


class Mail(Base):
    """A mail that waits to be sent, or was sent lately.

    Its text is made when it is sent, so no secret is kept here. `sending` means that a server was
    given it: a mail that stays so was being sent when its process ended, and is not sent again.
    `refused` means that its address takes no mail. `sent_at` is also when it was kept in the spool
    folder.
    """

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(f"state IN {MAIL_STATES}", name="state"),
        {"sqlite_autoincrement": True},  # its number is the name of a file in the spool
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(MAX_ADDRESS))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    site_url: Mapped[str] = mapped_column(String(300))
    message_id: Mapped[str] = mapped_column(String(150))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MailToken(Base):
    """What a link in a mail proves, once.

    The mail holds a random token, this row only its SHA-256.
    """

    __tablename__ = "mail_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(MAX_ADDRESS))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Bounce(Base):
    """An address (folded) that takes no mail, as a server said: none is sent there."""

    __tablename__ = "bounces"

    address: Mapped[str] = mapped_column(String(MAX_ADDRESS), primary_key=True)
    answer: Mapped[str] = mapped_column(String(MAX_ANSWER))
    refused_at: Mapped[datetime] = mapped_column(UTCDateTime)
