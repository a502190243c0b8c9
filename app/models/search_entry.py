from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Integer, String, Text, false, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

_LATEST_YEAR = 9999
_YEAR = 10**11  # more than twice as many papers or summaries as there will be
UNSUMMARISED = 10**15  # from here on papers without public summaries: more than all years together
MAX_WORD_CHARS = 64


def entry_number(
    summarised: bool, year: int | None, paper_id: int, summary_id: int | None = None
) -> int:
    """The number of an entry, by which search ranks it.

    Papers with public summaries come before others, and of these and of those the newest.

    Taking the first matches by number is what makes search fast: no match need be weighed for it.
    """
    number = 2 * paper_id if summary_id is None else 2 * summary_id + 1
    later = (_LATEST_YEAR - (year or 0)) * _YEAR
    return (0 if summarised else UNSUMMARISED) + later + number


def is_summarised(number: int) -> bool:
    """Whether an entry's number is that of a paper with public summaries.

    The same holds for the number of such a summary.
    """
    return number < UNSUMMARISED


class SearchEntry(Base):
    """What search sees: one row a paper, and one a public summary.

    `id` is its `entry_number`.

    `title`, `people`, `facts` and `body` are folded words in the singular (`app.text.plurals`), the
    same for every engine; in `facts` also marks such as `=year=2015`. A summary's entry says what
    its paper's does, and its own text; `text` is that text as it is read, for excerpts. The index
    over the words (FTS5, tsvector) is made by the migrations and kept by the database itself.
    """

    __tablename__ = "search_entries"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id", ondelete="CASCADE"), index=True)
    summary_id: Mapped[int | None] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), unique=True
    )
    title: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="", server_default="")


class HiddenEntry(Base):
    """What search sees of a summary that only its writer finds.

    `tags` are marks as in the `facts` of a `SearchEntry`; `body` and `text` are as there. What it
    says of its paper stands in that paper's entry. There is no index over the words.
    """

    __tablename__ = "hidden_entries"

    summary_id: Mapped[int] = mapped_column(
        ForeignKey("summaries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tags: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


def is_paper_entry(entry: type[SearchEntry] = SearchEntry) -> ColumnElement[bool]:
    """Entries of papers themselves, not of their summaries: to be used with a paper's number.

    As an expression, so that SQLite looks for the paper and not for all that have no summary.
    """
    return func.coalesce(entry.summary_id, 0) == 0


def _word() -> String:
    # Compared by bytes, so that the index serves for beginnings of words, whatever the locale.
    return String(MAX_WORD_CHARS).with_variant(String(MAX_WORD_CHARS, collation="C"), "postgresql")


class SearchWord(Base):
    """A folded word of titles, names, venues and abstracts.

    For beginnings of words and "did you mean".

    `entries` is about how many papers have it; it may be one that none has any more. `reversed`
    finds the ends of words; `is_name` says that some author is called so.
    """

    __tablename__ = "search_words"
    # The rows lie in the order of words, so that those that begin alike are read at once.
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(_word(), primary_key=True)
    reversed: Mapped[str] = mapped_column(_word(), index=True)
    entries: Mapped[int] = mapped_column(default=1, server_default="1")
    is_name: Mapped[bool] = mapped_column(default=False, server_default=false())
