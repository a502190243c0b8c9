"""Authors of papers: who they are, with whom and when they wrote."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import search
from app.models import Author, AuthorName, Paper, PaperAuthor
from app.queries.catalogue.venues import YearCount
from app.text.person_names import remove_number_from_key
from app.text.words import words

MAX_CO_AUTHORS = 12
MAX_NAMESAKES = 60
MAX_SEARCHED_PAPERS = 60  # papers among whose authors one is looked for
MAX_PAPERS = 2000  # in which co-authors are looked for
MAX_JOINT_AUTHORSHIPS = 20_000  # authors of these


@dataclass(frozen=True)
class CoAuthor:
    """Somebody with whom an author has written, and how many papers."""

    author: Author
    papers: int


def find_author(session: Session, key: str) -> Author | None:
    return session.scalar(select(Author).where(Author.key == key))


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


def list_namesakes(session: Session, key: str) -> list[Author]:
    """Other people with this name whom dblp tells apart by a number.

    In the order of these numbers, the one without a number first; at most `MAX_NAMESAKES`.
    """
    base = remove_number_from_key(key)
    numbered = Author.key.between(f"{base}-0001", f"{base}-9999")
    found = session.scalars(
        select(Author)
        .where((Author.key == base) | numbered)
        .order_by(Author.key)
        .limit(MAX_NAMESAKES + 1)
    )
    # Between these two stand other names where the database sorts by a language's rules.
    theirs = [each for each in found if each.key in (base, f"{base}-{each.number}")]
    return [each for each in theirs if each.key != key][:MAX_NAMESAKES]


def list_other_names(session: Session, author: Author) -> list[str]:
    """Under which other names an author has written."""
    found = session.scalars(select(AuthorName.name).where(AuthorName.author_id == author.id))
    return sorted(set(found) - {author.name})


def list_co_authors(session: Session, author: Author) -> list[CoAuthor]:
    """With whom an author has written most, the most frequent first.

    Of somebody with thousands of papers, or papers with thousands of authors, the latest count.
    """
    latest = (
        select(PaperAuthor.paper_id)
        .where(PaperAuthor.author_id == author.id)
        .order_by(PaperAuthor.paper_id.desc())
        .limit(MAX_PAPERS)
        .subquery()
    )
    together = (
        select(PaperAuthor.author_id)
        .join(latest, latest.c.paper_id == PaperAuthor.paper_id)
        .where(PaperAuthor.author_id != author.id)
        .limit(MAX_JOINT_AUTHORSHIPS)
        .subquery()
    )
    most = (
        select(together.c.author_id, func.count().label("papers"))
        .group_by(together.c.author_id)
        .order_by(func.count().desc(), together.c.author_id)
        .limit(MAX_CO_AUTHORS)
        .subquery()
    )
    query = select(Author, most.c.papers).join(most, most.c.author_id == Author.id)
    found = session.execute(query.order_by(most.c.papers.desc(), Author.name, Author.id))
    return [CoAuthor(each, papers) for each, papers in found]


def list_author_years(session: Session, author: Author) -> list[YearCount]:
    """The years of an author's papers, the latest first."""
    theirs = select(PaperAuthor.paper_id).where(PaperAuthor.author_id == author.id)
    query = (
        select(Paper.year, func.count(), func.count().filter(Paper.summaries_count > 0))
        .where(Paper.id.in_(theirs), Paper.year.is_not(None))
        .group_by(Paper.year)
        .order_by(Paper.year.desc())
    )
    return [YearCount(year or 0, papers, some) for year, papers, some in session.execute(query)]
