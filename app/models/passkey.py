from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime

MAX_CREDENTIAL_BYTES = 1023  # of an identifier (Web Authentication Level 3, section 4)
MAX_PASSKEY_NAME = 60  # characters
_MAX_CREDENTIAL = 1364  # characters of so many bytes in base64url
_HANDLE_CHARS = 43  # of 32 bytes
_MAX_HOST = 253


class Passkey(Base):
    """A key with which somebody signs in; here is only its public half.

    `credential_id`, `public_key` (COSE) and `handle` are base64url. `handle` is what its
    authenticator calls the account: random, so that it tells nobody who that is. `rp_id` is the
    host that the key is for, and `is_synced` whether it may be on several devices. `copied_at` is
    when its count of signatures first went back, as that of a copy does; it counts no more then.
    """

    __tablename__ = "passkeys"
    # A form that was opened before must name no other one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(_MAX_CREDENTIAL), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    handle: Mapped[str] = mapped_column(String(_HANDLE_CHARS))
    rp_id: Mapped[str] = mapped_column(String(_MAX_HOST))
    name: Mapped[str] = mapped_column(String(MAX_PASSKEY_NAME))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    is_synced: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_on: Mapped[date | None] = mapped_column()
    copied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class UsedChallenge(Base):
    """A challenge (its SHA-256) that a passkey has answered, and cannot answer again.

    Only what succeeded leaves one, so that strangers cannot fill the table.
    """

    __tablename__ = "used_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
