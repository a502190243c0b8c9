"""What somebody may be looking for who has typed a few letters.

It is asked at every key, and kept by nobody: so its statements are made once, give rows and no
objects, and go to the driver where that is faster.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app import search
from app.models import Author, Paper, PaperAuthor, Venue
from app.prepared_statements import MAX_LISTED
from app.search.query import Query
from app.sources.retractions import Retraction, read_mark
from app.statements import read_alone
from app.text.folding import fold
from app.text.person_names import number_of_key
from app.text.words import words

PAPERS = 6
AUTHORS = 3
VENUES = 2
_WILD = re.compile("([/%_])")  # what `LIKE` gives a meaning, and the sign before such


class SuggestedPaper(NamedTuple):
    """What a suggestion shows of a paper.

    Attributes:
        first_author: as the paper prints the name; `None` without authors.
        authors_count: how many there are.
    """

    id: int
    key: str
    title: str
    title_html: str
    year: int | None
    retraction_state: dict[str, Any] | None
    first_author: str | None
    authors_count: int

    @property
    def retraction(self) -> Retraction | None:
        """That it is retracted, or of concern; `None` for most papers."""
        return read_mark(self.retraction_state)


class SuggestedAuthor(NamedTuple):
    """What a suggestion shows of an author."""

    key: str
    name: str

    @property
    def number(self) -> str:
        """dblp's number of a namesake; empty without one."""
        return number_of_key(self.key)


class SuggestedVenue(NamedTuple):
    """What a suggestion shows of a venue."""

    key: str
    name: str


@dataclass(frozen=True)
class Suggestions:
    """Papers, authors and venues, the likeliest first."""

    papers: list[SuggestedPaper]
    authors: list[SuggestedAuthor]
    venues: list[SuggestedVenue]


def suggest_completions(session: Session, typed: str) -> Suggestions:
    """Suggestions for the beginning of a query; what every reader may know."""
    query = search.parse_query(typed)
    found = search.search_by_prefix(session, query, PAPERS)
    return Suggestions(
        _load_papers(session, found.papers),
        _find_authors(session, query, found.named),
        [] if query.filters else _find_venues(session, query.text),
    )


def _load_papers(session: Session, paper_ids: Sequence[int]) -> list[SuggestedPaper]:
    if not paper_ids:
        return []
    rows = read_alone(session, _select_papers(), {"papers": paper_ids})
    known = {row[0]: SuggestedPaper(*row) for row in rows}
    return [known[number] for number in paper_ids if number in known]


def _find_authors(
    session: Session, query: Query, paper_ids: Sequence[int]
) -> list[SuggestedAuthor]:
    """The authors of some papers whose names have the words, those of most of them first."""
    wanted = [word for part in query.plain for word in part.words]
    if not paper_ids or not wanted:
        return []
    wrote: Counter[tuple[int, str, str]] = Counter()
    for start in range(0, len(paper_ids), MAX_LISTED):
        some = paper_ids[start : start + MAX_LISTED]
        wrote.update(map(tuple, read_alone(session, _select_authors(), {"papers": some})))
    named = [each for each in wrote if _has_words(each[2], wanted)]
    named.sort(key=lambda each: (-wrote[each], each[0]))
    return [SuggestedAuthor(key, name) for _, key, name in named[:AUTHORS]]


def _has_words(name: str, wanted: Sequence[str]) -> bool:
    found = words(name)
    return all(any(word.startswith(each) for word in found) for each in wanted)


def _find_venues(session: Session, typed: str) -> list[SuggestedVenue]:
    if len(typed) < 2:
        return []
    name, key = (_WILD.sub(r"/\1", each) for each in (fold(typed), f"/{typed.lower()}"))
    values = {"name": f"{name}%", "key": f"%{key}%"}
    return [SuggestedVenue(*row) for row in read_alone(session, _select_venues(), values)]


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_papers() -> Select[Any]:
    columns = [getattr(Paper, name) for name in SuggestedPaper._fields[:-2]]
    of_paper = PaperAuthor.paper_id == Paper.id
    name = func.coalesce(func.nullif(PaperAuthor.name, ""), Author.name)
    first = (
        select(name)
        .select_from(PaperAuthor)
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(of_paper)
        .order_by(PaperAuthor.position)
        .limit(1)
    )
    count = select(func.count()).select_from(PaperAuthor).where(of_paper)
    return select(*columns, first.scalar_subquery(), count.scalar_subquery()).where(
        Paper.id.in_(bindparam("papers", expanding=True))
    )


@cache
def _select_authors() -> Select[Any]:
    columns: tuple[Any, ...] = (Author.id, Author.key, Author.name)
    return (
        select(*columns)
        .join(PaperAuthor, PaperAuthor.author_id == Author.id)
        .where(PaperAuthor.paper_id.in_(bindparam("papers", expanding=True)))
    )


@cache
def _select_venues() -> Select[Any]:
    columns: tuple[Any, ...] = (Venue.key, Venue.name)
    return (
        select(*columns)
        .where(
            or_(
                Venue.folded.like(bindparam("name"), escape="/"),
                Venue.key.like(bindparam("key"), escape="/"),
            )
        )
        # Not by the index of this order: most beginnings are those of no venue, and to look for
        # rows in an index's order takes twice as long as to read the table.
        .order_by((Venue.summaries_count + 0).desc(), Venue.papers_count.desc(), Venue.id)
        .limit(VENUES)
    )
