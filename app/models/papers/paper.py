from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
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
from app.models.papers.author import Author, PaperAuthor
from app.models.papers.venue import Venue
from app.sources import retractions
from app.sources.record import PaperRecord
from app.sources.retractions import Retraction
from app.sources.same_work import WorkFacts, kind_of_work
from app.text.folding import make_slug

MAX_IDENTIFIER = 300
MAX_LISTED_AUTHORS = 4
MAX_VENUE_LABEL = 40  # characters of the name of a venue in lists
IDENTIFIER_KINDS = ("key", "doi", "arxiv", "openreview", "acl", "url")


def rank(summaries_count: int, year: int | None, top_score: int) -> int:
    """The rank of a paper in lists; more is further up.

    Papers with public summaries are first; of these and of the others the newest, and in a year
    those with the best summary.
    """
    score = min(max(top_score, -499_999), 499_999) + 500_000
    return (10**10 if summaries_count else 0) + (year or 0) * 10**6 + score


def folded(identifier: str) -> str:
    """An identifier as it is compared: in lower case, and not longer than its column."""
    return identifier.lower()[:MAX_IDENTIFIER]


def venue_label(printed: str | None, shared: str) -> str:
    """The short name of a venue beside a paper.

    What its record prints, unless that is a sentence where the venue has a name, or only lacks its
    capitals.
    """
    if not printed or (len(printed) > MAX_VENUE_LABEL and len(shared) < len(printed)):
        return shared
    return shared if printed.islower() and printed == shared.lower() else printed


def printed_venue(printed: str | None, name: str, title: str) -> tuple[str, str]:
    """Name and title of a venue as the record of a paper prints them.

    The title is empty where there is no other one than the name.
    """
    if not printed:
        return name, title
    same = make_slug(printed) == make_slug(name)
    return (printed, "") if same else (name, printed)


class ListedAuthors(NamedTuple):
    """The first authors of a paper, at most `MAX_LISTED_AUTHORS`, and how many there are."""

    names: tuple[str, ...]
    total: int


class Paper(Base):
    """One work.

    `key` is its bibtex key and its address; `title_html` and `abstract_html` are rendered when
    written, like every text. `title_folded` is the beginning of the title in search words, by which
    doubles are found. `venue_name` is what its record prints as its venue, `None` where that is the
    venue's title, or its name where no title. `details` holds what else a citation shows,
    under BibTeX's names.
    `summaries_count` (public ones), `top_score` (of these) and `rank`, by which lists are ordered,
    are kept in step by `services.counters.counts`, `retraction_state` by
    `services.retractions.marking`. `source_stamp` tells an import whether what it
    read has changed since.
    """

    __tablename__ = "papers"
    __table_args__ = (
        Index("ix_papers_venue_id_rank", "venue_id", "rank", "id"),
        Index("ix_papers_venue_id_year_rank", "venue_id", "year", "rank", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_html: Mapped[str] = mapped_column(Text)
    title_folded: Mapped[str] = mapped_column(String(300), index=True)
    year: Mapped[int | None] = mapped_column(index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    venue_name: Mapped[str | None] = mapped_column(String(400))
    section_slug: Mapped[str | None] = mapped_column(ForeignKey("sections.slug"), index=True)
    doi: Mapped[str | None] = mapped_column(String(300))
    arxiv_id: Mapped[str | None] = mapped_column(String(40))
    url: Mapped[str | None] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text, default="")
    abstract_html: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[str] = mapped_column(Text, default="")
    published_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(20))
    source_stamp: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    summaries_count: Mapped[int] = mapped_column(default=0, server_default="0")
    top_score: Mapped[int] = mapped_column(default=0, server_default="0")
    rank: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    retraction_state: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    renderer_version: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    venue: Mapped[Venue | None] = relationship(lazy="raise")
    authorships: Mapped[list[PaperAuthor]] = relationship(
        lazy="raise", order_by=PaperAuthor.position, passive_deletes=True
    )
    identifiers: Mapped[list[Identifier]] = relationship(
        lazy="raise", back_populates="paper", passive_deletes=True
    )

    # Not a column: what lists show of the authors, where they are read without the rest.
    __allow_unmapped__ = True
    _listed_authors: ListedAuthors | None = None

    @property
    def listed_authors(self) -> ListedAuthors:
        """What a list shows of the authors; needs all of them, or `list_authors`, before."""
        if self._listed_authors is not None:
            return self._listed_authors
        names = [authorship.printed for authorship in self.authorships]
        return ListedAuthors(tuple(names[:MAX_LISTED_AUTHORS]), len(names))

    @property
    def has_listed_authors(self) -> bool:
        """Whether `listed_authors` can be asked for."""
        return self._listed_authors is not None or "authorships" in self.__dict__

    def list_authors(self, authors: ListedAuthors) -> None:
        """Set what lists show of the authors."""
        self._listed_authors = authors

    @property
    def authors(self) -> list[Author]:
        """The authors in order; needs `authorships` and their `author` to be loaded."""
        return [authorship.author for authorship in self.authorships]

    @property
    def work(self) -> WorkFacts:
        """What tells whether another paper is the same work; needs authors and venue."""
        venue = self.venue
        record = PaperRecord(
            self.title,
            venue=venue.name if venue else "",
            venue_key=venue.key if venue else "",
            doi=self.doi or "",
            arxiv_id=self.arxiv_id or "",
            details=self.details,
        )
        return WorkFacts(
            self.title,
            tuple(authorship.numbered for authorship in self.authorships),
            self.year,
            kind_of_work(record, venue.kind if venue else ""),
            tuple(authorship.author_id for authorship in self.authorships),
        )

    @property
    def retraction(self) -> Retraction | None:
        """That it is retracted, or of concern; `None` for most papers."""
        return retractions.read_mark(self.retraction_state)

    @property
    def venue_label(self) -> str:
        """The short name of its venue, empty without one; needs `venue` to be loaded."""
        return "" if self.venue is None else venue_label(self.venue_name, self.venue.name)

    @property
    def printed_venue(self) -> tuple[str, str]:
        """Name and title of its venue as its record prints them.

        Both are empty without one. Needs `venue` to be loaded.
        """
        venue = self.venue
        return (
            ("", "") if venue is None else printed_venue(self.venue_name, venue.name, venue.title)
        )


class Identifier(Base):
    """One name under which a work is found.

    Its key and former keys, DOI, arXiv ID and the like.

    `folded` is `value` in lower case, for what people type; the pair with `kind` is unique.
    """

    __tablename__ = "identifiers"
    __table_args__ = (
        UniqueConstraint("kind", "folded"),
        CheckConstraint(f"kind IN {IDENTIFIER_KINDS}", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(MAX_IDENTIFIER))
    folded: Mapped[str] = mapped_column(String(MAX_IDENTIFIER))

    paper: Mapped[Paper] = relationship(lazy="raise", back_populates="identifiers")
