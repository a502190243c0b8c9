"""The facets by which the results of a search can be narrowed.

Each value says how many results it leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from app.db import Base
from app.models import Author, PaperAuthor, Section, SummaryTag, Tag, Venue
from app.search import Hits
from app.text.person_names import number_of_key

MAX_VALUES = 8


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet.

    How it reads, how many results have it, and the query that keeps these.
    """

    label: str
    count: int
    query: str


@dataclass(frozen=True)
class Facet:
    """One way to narrow results."""

    name: str
    values: list[FacetValue]


def count_facets(session: Session, hits: Hits) -> list[Facet]:
    """Count the facets of found papers.

    Of all, or where there are too many of the first ones.

    A value that all of them have is left out: it would narrow nothing.
    """
    if len(hits.papers) < 2:
        return []
    found = hits.papers
    counted: dict[str, Counter[str]] = {
        "has": Counter(summary=sum(paper.is_summarised for paper in found)),
        "year": Counter(str(paper.year) for paper in found if paper.year),
        "venue": Counter(str(paper.venue_id) for paper in found if paper.venue_id),
        "section": Counter(paper.section for paper in found if paper.section),
        "tag": _count_tags(session, hits),
        "author": _count_authors(session, hits),
    }
    names = _load_names(
        session,
        {
            field: [key for key, _ in _choose_most_frequent(counts)]
            for field, counts in counted.items()
        },
    )
    facets = []
    for field, counts in counted.items():
        values = _list_values(hits, field, counts, names.get(field))
        if field == "year":
            values.sort(key=lambda value: value.label, reverse=True)
        if values:
            facets.append(Facet(field, values))
    return facets


def _list_values(
    hits: Hits, field: str, counts: Counter[str], names: Mapping[str, tuple[str, str]] | None
) -> list[FacetValue]:
    values = []
    for key, count in _choose_most_frequent(counts):
        label, typed = (key, key) if names is None else names.get(key, ("", ""))
        if label and 0 < count < len(hits.papers):
            values.append(FacetValue(label, count, hits.query.narrowed(field, typed)))
    return values


def _choose_most_frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_VALUES]


def _load_names(
    session: Session, keys: Mapping[str, list[str]]
) -> dict[str, dict[str, tuple[str, str]]]:
    """What stands for a value, and what is typed for it, where that is not the value itself."""
    rows = session.execute(
        union_all(
            *(
                select(literal(field), cast(number, String), label, typed).where(
                    number.in_([int(key) for key in keys[field]])
                )
                for field, number, label, typed in (
                    ("venue", Venue.id, Venue.name, Venue.key),
                    ("author", Author.id, Author.name, Author.key),
                    ("tag", Tag.id, Tag.name, Tag.name),
                )
            ),
            select(literal("section"), Section.slug, Section.name, Section.slug).where(
                Section.slug.in_(keys["section"])
            ),
        )
    )
    names: dict[str, dict[str, tuple[str, str]]] = {
        **{field: {} for field in ("venue", "author", "tag", "section")},
        "has": {"summary": ("With a summary", "summary")},
    }
    for field, value, label, typed in rows:
        if field == "author":
            number = number_of_key(typed)
            names[field][value] = (f"{label} {number}", typed) if number else (label, label)
        else:
            names[field][value] = (label, typed)
    return names


def _count_authors(session: Session, hits: Hits) -> Counter[str]:
    wrote = _load_pairs(
        session, "paper_id, author_id", PaperAuthor, [p.paper_id for p in hits.papers]
    )
    return Counter(str(author_id) for _, author_id in wrote)


def _count_tags(session: Session, hits: Hits) -> Counter[str]:
    """Tags of the found summaries: of those whose own entries fulfil the query.

    Only public ones have entries.
    """
    papers = {number: each.paper_id for each in hits.papers for number in each.summaries}
    carried = _load_pairs(session, "summary_id, tag_id", SummaryTag, list(papers))
    once = {(tag_id, papers[number]) for number, tag_id in carried}
    return Counter(str(tag_id) for tag_id, _ in once)


def _load_pairs(
    session: Session, columns: str, table: type[Base], numbers: Sequence[int]
) -> Sequence[Any]:
    """Two columns of the rows of a table whose first one is among a thousand numbers.

    Counting them here and writing the numbers out takes a third of the time of the same with
    parameters and groups.
    """
    if not numbers:
        return []
    first = columns.partition(",")[0]
    listed = ",".join(str(int(number)) for number in numbers)
    statement = f"SELECT {columns} FROM {table.__tablename__} WHERE {first} IN ({listed})"  # noqa: S608  (numbers only)
    return session.connection().exec_driver_sql(statement).all()
