from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.models.user import User
from app.text.visibility import VISIBILITIES

MAX_SHELF_TITLE_CHARS = 120
MAX_SLUG_CHARS = 80
ROLES = ("editor", "viewer")  # of members; the owner is none of them


class Shelf(Base):
    """A named collection of papers.

    `slug` stands in its address, behind the name of its owner. `share_code` is the secret in the
    address of an unlisted one, and `None` for all others.
    """

    __tablename__ = "shelves"
    __table_args__ = (
        UniqueConstraint("user_id", "slug"),
        CheckConstraint(f"visibility IN {VISIBILITIES}", name="visibility"),
        Index("ix_shelves_slug", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(MAX_SHELF_TITLE_CHARS))
    slug: Mapped[str] = mapped_column(String(MAX_SLUG_CHARS))
    visibility: Mapped[str] = mapped_column(String(20))
    share_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    description_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    renderer_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship(lazy="raise")


class FormerSlug(Base):
    """A slug that a shelf had before, by which its earlier addresses lead to it.

    `was_public` is whether the shelf was public under it: else only its members ever knew it.
    `owner_name` is whose name stood before it, where that account was merged into the owner's;
    empty for an address behind the owner's own names.
    """

    __tablename__ = "former_slugs"
    __table_args__ = (Index("ix_former_slugs_slug", "slug"),)

    shelf_id: Mapped[int] = mapped_column(
        ForeignKey("shelves.id", ondelete="CASCADE"), primary_key=True
    )
    owner_name: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    slug: Mapped[str] = mapped_column(String(MAX_SLUG_CHARS), primary_key=True)
    was_public: Mapped[bool]
    left_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ShelfMember(Base):
    """That somebody was invited to a shelf; `accepted_at` is `None` until they accept.

    An editor may add papers, a viewer may look.
    """

    __tablename__ = "shelf_members"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    shelf_id: Mapped[int] = mapped_column(
        ForeignKey("shelves.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ShelfEntry(Base):
    """A paper on a shelf, with a note by who added it.

    `position` is the order by hand, the highest first, with gaps. Of two papers on a shelf that
    are merged, one entry is joined to the other: it has no paper, but `joined_id` and `merge_id`,
    and is shown with it until the merge is undone. `user_id` is `None` when the account is gone.
    """

    __tablename__ = "shelf_entries"
    __table_args__ = (
        UniqueConstraint("shelf_id", "paper_id"),
        Index("ix_shelf_entries_position", "shelf_id", "position", "id"),
        Index("ix_shelf_entries_added", "shelf_id", "added_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id", ondelete="CASCADE"))
    paper_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), index=True
    )
    joined_id: Mapped[int | None] = mapped_column(
        ForeignKey("shelf_entries.id", ondelete="CASCADE"), index=True
    )
    merge_id: Mapped[int | None] = mapped_column(
        ForeignKey("paper_merges.id", ondelete="SET NULL"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    position: Mapped[int] = mapped_column(BigInteger)
