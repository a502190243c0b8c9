from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, UTCDateTime
from app.licences import LICENCES, Licence
from app.models.papers.paper import Paper
from app.models.summaries.tag import SummaryTag, Tag
from app.models.user import User
from app.sources.provenance import Provenance
from app.text.visibility import VISIBILITIES


class Summary(Base):
    """What one user wrote about one paper.

    `source` is what was typed; `html`, `opening_html` (for lists), `lead_html` (the first sentence,
    for lists where there is no takeaway) and `excerpt` (plain) are what the renderer of
    `renderer_version` made of it. `score` is the sum of votes and `popularity`
    the score that decays with time; both are kept in step by `services.votes`. `imported_votes` is
    the score that it brought from another site. `published_at` is when it first became public,
    `None` for one that never was. `share_code` is the secret in the address of an unlisted one.
    `place` is 0 for the text that its writer's editor opens; further ones of the same writer come
    about when two papers turn out to be one, and keep all that they had.
    `section_slug` is its paper's, kept beside what lists are ordered by.
    `read`, `made` and `interest` are what its writer states of it (`sources.provenance`), empty
    where they do not. `licence` is the one that it was published under, empty for none.
    """

    __tablename__ = "summaries"
    __table_args__ = (
        UniqueConstraint("paper_id", "user_id", "place"),
        CheckConstraint(f"visibility IN {VISIBILITIES}", name="visibility"),
        # With `popularity`, so that what is popular of a week is found without reading the rows.
        Index("ix_summaries_recent", "visibility", "published_at", "id", "popularity"),
        Index("ix_summaries_popular", "visibility", "popularity", "id"),
        Index("ix_summaries_rated", "visibility", "score", "id"),
        Index(
            "ix_summaries_section_recent",
            *("section_slug", "visibility", "published_at", "id", "popularity"),
        ),
        Index("ix_summaries_section_popular", "section_slug", "visibility", "popularity", "id"),
        Index("ix_summaries_section_rated", "section_slug", "visibility", "score", "id"),
        Index("ix_summaries_user_id_created_at", "user_id", "created_at", "id"),
        # Without it SQLite finds a paper's public summaries among all public ones.
        # Its last columns tell what is new to a reading list, without a look at the rows.
        Index(
            "ix_summaries_paper_id_visibility",
            *("paper_id", "visibility", "score", "id", "published_at", "user_id"),
        ),
        Index("ix_summaries_renderer_version", "renderer_version"),
        # The number stands in addresses, so that of a deleted summary must not come back.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    place: Mapped[int] = mapped_column(default=0, server_default="0")
    section_slug: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    opening_html: Mapped[str] = mapped_column(Text)
    lead_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    excerpt: Mapped[str] = mapped_column(Text)
    renderer_version: Mapped[int]
    takeaway: Mapped[str] = mapped_column(Text, default="")
    takeaway_html: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(20), default="public")
    share_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    anonymous: Mapped[bool] = mapped_column(default=False)
    read: Mapped[str] = mapped_column(String(20), default="", server_default="")
    made: Mapped[str] = mapped_column(String(20), default="", server_default="")
    interest: Mapped[bool] = mapped_column(default=False, server_default=false())
    licence: Mapped[str] = mapped_column(String(40), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    score: Mapped[int] = mapped_column(default=0)
    imported_votes: Mapped[int] = mapped_column(default=0, server_default="0")
    popularity: Mapped[float] = mapped_column(default=0.0)

    paper: Mapped[Paper] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(
        lazy="raise", secondary=SummaryTag.__table__, order_by=Tag.name, passive_deletes=True
    )

    @property
    def provenance(self) -> Provenance:
        return Provenance(self.read, self.made, self.interest)

    @property
    def published_under(self) -> Licence | None:
        """Its licence; none as long as it is private, though one may be agreed."""
        return None if self.visibility == "private" else LICENCES.get(self.licence)


class Revision(Base):
    """One saved state of a summary, numbered from 1.

    Its ID stands in its permanent address.

    `public_since` is when everybody could first read this state, `None` for one that was replaced
    before its summary became public: only its writer sees that. `html` and `takeaway_html` are
    kept of replaced states only; the last one's are in the summary. `read` and `made` are what was
    stated of this text; that its writer has an interest is said of the summary alone, so that no
    history tells it of one who takes it back.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("summary_id", "number"),
        # The address of a deleted revision must not come back.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("summaries.id", ondelete="CASCADE"))
    number: Mapped[int]
    source: Mapped[str] = mapped_column(Text)
    takeaway: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="", server_default="")
    takeaway_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    renderer_version: Mapped[int] = mapped_column(default=0, server_default="0")
    read: Mapped[str] = mapped_column(String(20), default="", server_default="")
    made: Mapped[str] = mapped_column(String(20), default="", server_default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    public_since: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DeletedSummary(Base):
    """A summary that its writer deleted and may bring back for a while.

    It is out of the table of summaries, so that no page, count or search can meet it. `id` is the
    number it had; `data` is the row with its revisions, votes and tags, moments in ISO 8601.
    """

    __tablename__ = "deleted_summaries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    deleted_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    paper: Mapped[Paper] = relationship(lazy="raise")
