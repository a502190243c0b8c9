from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class Picture(Base):
    """A picture that somebody uploaded.

    The file lies in the data directory under `name`.

    `name` is random and stands in its address; `digest` is the SHA-256 of the file, by which the
    same upload is known again. `size` is in bytes, `width` and `height` in pixels.

    `alt` is what its owner said that it shows. It is for them alone: others read what the summary
    says.

    `summary_id` is the one summary, present or deleted, in whose texts the address has stood;
    `None` while it stands in none. It is no foreign key, for a deleted summary may come back, and
    its number is nobody else's meanwhile.
    """

    __tablename__ = "pictures"
    __table_args__ = (Index("ix_pictures_user_id_digest", "user_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    summary_id: Mapped[int | None] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    alt: Mapped[str] = mapped_column(Text, default="", server_default="")
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FormerPicture(Base):
    """A name that a picture had before its summary got another secret link.

    Nobody is shown the picture under it, but its owner may still have it in an open window.
    """

    __tablename__ = "former_pictures"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    picture_id: Mapped[int] = mapped_column(
        ForeignKey("pictures.id", ondelete="CASCADE"), index=True
    )


class PictureUse(Base):
    """That the present text of a summary shows a picture of the same writer."""

    __tablename__ = "picture_uses"

    picture_id: Mapped[int] = mapped_column(
        ForeignKey("pictures.id", ondelete="CASCADE"), primary_key=True
    )
    summary_id: Mapped[int] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), primary_key=True, index=True
    )
