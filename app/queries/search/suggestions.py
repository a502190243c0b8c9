"""What somebody may be looking for who has typed a few letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import search
from app.models import Author, Paper, PaperAuthor, Venue
from app.queries import papers
from app.search.query import Query
from app.text.folding import fold
from app.text.words import words

PAPERS = 6
AUTHORS = 3
VENUES = 2


@dataclass(frozen=True)
class Suggestions:
    """Papers, authors and venues, the likeliest first."""

    papers: list[Paper]
    authors: list[Author]
    venues: list[Venue]


def suggest_completions(session: Session, typed: str) -> Suggestions:
    """Suggestions for the beginning of a query; what every reader may know."""
    query = search.parse_query(typed)
    found = search.search_by_prefix(session, query, PAPERS)
    known = papers.load_papers(session, found.papers)
    return Suggestions(
        [known[number] for number in found.papers if number in known],
        _find_authors(session, query, found.named),
        [] if query.filters else _find_venues(session, query.text),
    )


def _find_authors(session: Session, query: Query, paper_ids: Sequence[int]) -> list[Author]:
    """The authors of some papers whose names have the words, those of most of them first."""
    if not paper_ids:
        return []
    wrote = Counter(
        session.scalars(
            select(PaperAuthor.author_id).where(PaperAuthor.paper_id.in_(paper_ids))
        ).all()
    )
    wanted = [word for part in query.plain for word in part.words]
    authors = [
        author
        for author in session.scalars(select(Author).where(Author.id.in_(list(wrote))))
        if wanted and _has_words(author.name, wanted)
    ]
    return sorted(authors, key=lambda author: (-wrote[author.id], author.id))[:AUTHORS]


def _has_words(name: str, wanted: Sequence[str]) -> bool:
    found = words(name)
    return all(any(word.startswith(each) for word in found) for each in wanted)


def _find_venues(session: Session, typed: str) -> list[Venue]:
    if len(typed) < 2:
        return []
    query = (
        select(Venue)
        .where(
            or_(
                Venue.folded.startswith(fold(typed), autoescape=True),
                Venue.key.contains(f"/{typed.lower()}", autoescape=True),
            )
        )
        .order_by(Venue.summaries_count.desc(), Venue.papers_count.desc(), Venue.id)
        .limit(VENUES)
    )
    return list(session.scalars(query))
