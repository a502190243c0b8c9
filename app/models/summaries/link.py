from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.papers.paper import MAX_IDENTIFIER, Paper
from app.models.summaries.summary import Summary

MAX_USER = 80
MAX_LABEL_FOLDED = 120
LINK_KINDS = ("see also", "mention", "cite")


class Link(Base):
    """A link from a summary to a paper.

    Links are made anew with each save of the text.

    `target_kind` and `target_value` say what was linked (a key, a DOI, …); `target_id` is the
    paper that goes by this name, or `None` while we do not know it. `target_user` is the person
    whose summary was meant (`#martinthoma`). `sentence_html` is the sentence the link stands in.
    `label_folded` is the label in search words: what a paper is called is compared by it.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("summary_id", "position"),
        CheckConstraint(f"kind IN {LINK_KINDS}", name="kind"),
        Index("ix_links_target", "target_kind", "target_folded"),
        Index("ix_links_label_folded", "label_folded", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    summary_id: Mapped[int] = mapped_column(ForeignKey("summaries.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(Text)
    label_folded: Mapped[str] = mapped_column(
        String(MAX_LABEL_FOLDED), default="", server_default=""
    )
    sentence: Mapped[str] = mapped_column(Text)
    sentence_html: Mapped[str] = mapped_column(Text)
    target_kind: Mapped[str] = mapped_column(String(20))
    target_value: Mapped[str] = mapped_column(String(MAX_IDENTIFIER))
    target_folded: Mapped[str] = mapped_column(String(MAX_IDENTIFIER))
    target_user: Mapped[str | None] = mapped_column(String(MAX_USER))
    target_id: Mapped[int | None] = mapped_column(
        ForeignKey("papers.id", ondelete="SET NULL"), index=True
    )

    summary: Mapped[Summary] = relationship(lazy="raise")
    target: Mapped[Paper | None] = relationship(lazy="raise")
