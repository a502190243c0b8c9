"""Authors of papers: who they are, with whom and when they wrote."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app import search
from app.entities import find_entity, select_columns
from app.models import Author, AuthorName, Paper, PaperAuthor
from app.queries.catalogue.venues import YearCount
from app.statements import connection_of, read_rows
from app.text.person_names import number_of_key, remove_number_from_key
from app.text.words import words

MAX_CO_AUTHORS = 12
MAX_NAMESAKES = 60
MAX_SEARCHED_PAPERS = 60  # papers among whose authors one is looked for
MAX_PAPERS = 2000  # in which co-authors are looked for
MAX_JOINT_AUTHORSHIPS = 20_000  # authors of these


class AuthorLink(NamedTuple):
    """An author in as much as a link to them needs."""

    key: str
    name: str

    @property
    def number(self) -> str:
        """See `Author.number`."""
        return number_of_key(self.key)


class CoAuthor(NamedTuple):
    """Somebody with whom an author has written, and how many papers."""

    author: AuthorLink
    papers: int


def find_author(session: Session, key: str) -> Author | None:
    return find_entity(session, Author, _select_author(), {"key": key})


def find_author_by_other_name(session: Session, key: str) -> Author | None:
    """Who has also written under the name that would have this key."""
    theirs = select(AuthorName.author_id).where(AuthorName.key == key).scalar_subquery()
    return session.scalar(select(Author).where(Author.id == theirs))


def find_author_by_folded_name(session: Session, name: str) -> Author | None:
    """Find an author by the folded name.

    So "Lukasz Kaiser" finds "Łukasz Kaiser".

    It goes by what is searched, for only there names are folded so; authors stay apart by key.
    """
    typed = words(name)
    if not typed:
        return None
    hits = search.search_papers(session, search.parse_query(f'author:"{" ".join(typed)}"'))
    papers = [found.paper_id for found in hits.papers[:MAX_SEARCHED_PAPERS]]
    wrote = select(PaperAuthor.author_id).where(PaperAuthor.paper_id.in_(papers))
    query = select(Author, AuthorName.key).where(Author.id.in_(wrote)).order_by(Author.id)
    called = session.execute(query.outerjoin(AuthorName, AuthorName.author_id == Author.id))
    return next(
        (author for author, other in called if typed in (words(author.key), words(other or ""))),
        None,
    )


def list_namesakes(session: Session, key: str) -> list[AuthorLink]:
    """Other people with this name whom dblp tells apart by a number.

    In the order of these numbers, the one without a number first; at most `MAX_NAMESAKES`.
    """
    base = remove_number_from_key(key)
    asked = {"base": base, "first": f"{base}-0001", "last": f"{base}-9999"}
    rows = read_rows(connection_of(session), _select_namesakes(), asked)
    found = [AuthorLink(*row) for row in rows]
    # Between these two stand other names where the database sorts by a language's rules.
    theirs = [each for each in found if each.key in (base, f"{base}-{each.number}")]
    return [each for each in theirs if each.key != key][:MAX_NAMESAKES]


def list_other_names(session: Session, author: Author) -> list[str]:
    """Under which other names an author has written."""
    found = read_rows(connection_of(session), _select_other_names(), {"author": author.id})
    return sorted({name for (name,) in found} - {author.name})


def list_co_authors(session: Session, author: Author) -> list[CoAuthor]:
    """With whom an author has written most, the most frequent first.

    Of somebody with thousands of papers, or papers with thousands of authors, the latest count.
    """
    limits = {"most_papers": MAX_PAPERS, "most_joint": MAX_JOINT_AUTHORSHIPS}
    found = read_rows(connection_of(session), _select_co_authors(), {"author": author.id, **limits})
    return [CoAuthor(AuthorLink(key, name), papers) for key, name, papers in found]


def list_author_years(session: Session, author: Author) -> list[YearCount]:
    """The years of an author's papers, the latest first."""
    found = read_rows(connection_of(session), _select_years(), {"author": author.id})
    return [YearCount(*row) for row in found]


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_author() -> Select[Any]:
    return select_columns(Author).where(Author.key == bindparam("key"))


@cache
def _select_namesakes() -> Select[Any]:
    columns: tuple[Any, ...] = (Author.key, Author.name)
    numbered = Author.key.between(bindparam("first"), bindparam("last"))
    called = or_(Author.key == bindparam("base"), numbered)
    return select(*columns).where(called).order_by(Author.key).limit(MAX_NAMESAKES + 1)


@cache
def _select_other_names() -> Select[Any]:
    columns: tuple[Any, ...] = (AuthorName.name,)
    return select(*columns).where(AuthorName.author_id == bindparam("author"))


@cache
def _select_co_authors() -> Select[Any]:
    latest = (
        select(PaperAuthor.paper_id)
        .where(PaperAuthor.author_id == bindparam("author"))
        .order_by(PaperAuthor.paper_id.desc())
        .limit(bindparam("most_papers", type_=Integer))
        .subquery()
    )
    together = (
        select(PaperAuthor.author_id)
        .join(latest, latest.c.paper_id == PaperAuthor.paper_id)
        .where(PaperAuthor.author_id != bindparam("author"))
        .limit(bindparam("most_joint", type_=Integer))
        .subquery()
    )
    most = (
        select(together.c.author_id, func.count().label("papers"))
        .group_by(together.c.author_id)
        .order_by(func.count().desc(), together.c.author_id)
        .limit(MAX_CO_AUTHORS)
        .subquery()
    )
    columns: tuple[Any, ...] = (Author.key, Author.name, most.c.papers)
    query = select(*columns).join(most, most.c.author_id == Author.id)
    return query.order_by(most.c.papers.desc(), Author.name, Author.id)


@cache
def _select_years() -> Select[Any]:
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == bindparam("author"))
    with_summaries = func.count().filter(Paper.summaries_count > 0)
    columns: tuple[Any, ...] = (Paper.year, func.count(), with_summaries)
    return (
        select(*columns)
        .where(Paper.id.in_(theirs), Paper.year.is_not(None))
        .group_by(Paper.year)
        .order_by(Paper.year.desc())
    )
