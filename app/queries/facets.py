"""By what the results of a search can be narrowed, and how many of them each value leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from app.models import Author, PaperAuthor, SearchEntry, Section, SummaryTag, Tag, Venue
from app.search import Hits

SHOWN = 8


@dataclass(frozen=True)
class Value:
    """One value of a facet: how it reads, how many results have it, the query that keeps these."""

    label: str
    count: int
    query: str


@dataclass(frozen=True)
class Facet:
    """One way to narrow results."""

    name: str
    values: list[Value]


def of_hits(session: Session, hits: Hits) -> list[Facet]:
    """The facets of found papers: of all, or where there are too many of the first ones.

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
        "tag": _tags(session, hits),
        "author": _authors(session, hits),
    }
    names = _names(session, [key for key, _ in _most(counted["venue"])], counted["section"])
    facets = []
    for field, counts in counted.items():
        values = _values(hits, field, counts, names.get(field))
        if field == "year":
            values.sort(key=lambda value: value.label, reverse=True)
        if values:
            facets.append(Facet(field, values))
    return facets


def _values(
    hits: Hits, field: str, counts: Counter[str], names: Mapping[str, tuple[str, str]] | None
) -> list[Value]:
    values = []
    for key, count in _most(counts):
        label, typed = (key, key) if names is None else names.get(key, ("", ""))
        if label and 0 < count < len(hits.papers):
            values.append(Value(label, count, hits.query.narrowed(field, typed)))
    return values


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]


def _names(
    session: Session, venues: Iterable[str], sections: Iterable[str]
) -> dict[str, dict[str, tuple[str, str]]]:
    """What stands for a value, and what is typed for it, where that is not the value itself."""
    rows = session.execute(
        select(literal("venue"), cast(Venue.id, String), Venue.name, Venue.key)
        .where(Venue.id.in_(list(map(int, venues))))
        .union_all(
            select(literal("section"), Section.slug, Section.name, Section.slug).where(
                Section.slug.in_(list(sections))
            )
        )
    )
    names: dict[str, dict[str, tuple[str, str]]] = {"venue": {}, "section": {}}
    names["has"] = {"summary": ("With a summary", "summary")}
    for field, value, label, typed in rows:
        names[field][value] = (label, typed)
    return names


def _authors(session: Session, hits: Hits) -> Counter[str]:
    number = func.count()
    most = (
        select(PaperAuthor.author_id, number.label("papers"))
        .where(PaperAuthor.paper_id.in_([paper.paper_id for paper in hits.papers]))
        .group_by(PaperAuthor.author_id)
        .order_by(number.desc(), PaperAuthor.author_id)
        .limit(SHOWN)
        .subquery()
    )
    rows = session.execute(
        select(Author.name, most.c.papers).join(most, most.c.author_id == Author.id)
    )
    found: Counter[str] = Counter()
    for name, papers in rows:
        found[name] += papers
    return found


def _tags(session: Session, hits: Hits) -> Counter[str]:
    """Tags of the found summaries: of those whose own entries fulfil the query.

    Only public ones have entries.
    """
    summaries = [number for paper in hits.papers for number in paper.summaries]
    rows = session.execute(
        select(Tag.name, func.count(SearchEntry.paper_id.distinct()))
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .join(SearchEntry, SearchEntry.summary_id == SummaryTag.summary_id)
        .where(SummaryTag.summary_id.in_(summaries))
        .group_by(Tag.name)
    )
    return Counter(dict(rows.all()))
