from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.text.person_names import add_number, make_author_key, number_of_key


class Author(Base):
    """Who wrote papers.

    `key` stands in addresses; dblp's number of a namesake is part of it.

    `dblp_id` is dblp's number of a person (`65/9612`), `orcid` their ORCID iD with hyphens.
    """

    __tablename__ = "authors"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    dblp_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    orcid: Mapped[str | None] = mapped_column(String(19), index=True)

    @property
    def number(self) -> str:
        """dblp's number of a namesake, as `0002`; empty without one."""
        return number_of_key(self.key)


class AuthorName(Base):
    """Another name under which an author has written.

    `key` is what it would be in an address.
    """

    __tablename__ = "author_names"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))


class PaperAuthor(Base):
    """One author of one paper.

    `position` counts from 0 in the order of the title page.

    `name` is the author's name as it stands there, `None` where it is the author's usual one.
    """

    __tablename__ = "paper_authors"

    paper_id: Mapped[int] = mapped_column(
        ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(200))

    author: Mapped[Author] = relationship(lazy="raise")

    @property
    def printed(self) -> str:
        """The author's name as it stands on the paper; needs `author` to be loaded."""
        return self.name or self.author.name

    @property
    def numbered(self) -> str:
        """A name for files, with dblp's number of a namesake.

        Where that number belongs to another name than is printed, the usual one: it says who it is.
        """
        author = self.author
        printed = add_number(self.printed, author.key)
        if author.number and make_author_key(printed) != author.key:
            return add_number(author.name, author.key)
        return printed
