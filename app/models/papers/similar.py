from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.models.papers.paper import Paper

MAX_WORD = 64


class SimilarPaper(Base):
    """That a paper is like another, and why.

    `reasons` are pairs of a kind of reason and what it is about.

    Both directions are rows. They are made by `services.similar.similarity`, from what everybody
    can read.
    """

    __tablename__ = "similar_papers"
    __table_args__ = (Index("ix_similar_papers_shown", "paper_id", "score", "similar_id"),)

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True
    )
    similar_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    score: Mapped[float]
    reasons: Mapped[list[list[str]]] = mapped_column(JSON)

    similar: Mapped[Paper] = relationship(lazy="raise", foreign_keys=[similar_id])


class SimilarWord(Base):
    """A telling word of a paper that has public summaries.

    By such words papers are found to be like others.

    `weight` is 2 for a word of its title, else 1.
    """

    __tablename__ = "similar_words"
    __table_args__ = (Index("ix_similar_words_word", "word", "paper_id", "weight"),)

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(MAX_WORD), primary_key=True)
    weight: Mapped[int]


class SimilarMark(Base):
    """That what a paper is like has to be worked out anew.

    A paper may have several marks: who writes waits for nobody, and a mark made meanwhile is not
    taken away with those before.
    """

    __tablename__ = "similar_marks"
    # A number that a mark had must not come back: it tells one mark from a later one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
