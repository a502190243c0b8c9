"""The facets by which the results of a search can be narrowed.

Each value says how many results it leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from typing import Any

from sqlalchemy import CompoundSelect, String, bindparam, cast, literal, select, union_all
from sqlalchemy.orm import Session

from app.models import Author, Section, Tag, Venue
from app.search import Hits
from app.statements import read_alone
from app.text.person_names import number_of_key

MAX_VALUES = 8
Counts = Sequence[tuple[str, int]]  # the most frequent values of a facet


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
    counted: dict[str, Counts] = {
        "has": [("summary", sum(paper.is_summarised for paper in found))],
        "year": _choose_most_frequent(Counter(paper.year for paper in found if paper.year)),
        "venue": _choose_most_frequent(Counter(each.venue_id for each in found if each.venue_id)),
        "section": _choose_most_frequent(Counter(each.section for each in found if each.section)),
        "tag": _choose_most_frequent(_count_tags(session, hits)),
        "author": _count_authors(session, hits),
    }
    names = _load_names(session, counted)
    facets = []
    for field, counts in counted.items():
        values = _list_values(hits, field, counts, names.get(field))
        if field == "year":
            values.sort(key=lambda value: value.label, reverse=True)
        if values:
            facets.append(Facet(field, values))
    return facets


def _list_values(
    hits: Hits, field: str, counts: Counts, names: Mapping[str, tuple[str, str]] | None
) -> list[FacetValue]:
    values = []
    for key, count in counts:
        label, typed = (key, key) if names is None else names.get(key, ("", ""))
        if label and 0 < count < len(hits.papers):
            values.append(FacetValue(label, count, hits.query.narrowed(field, typed)))
    return values


def _choose_most_frequent(counts: Counter[Any]) -> Counts:
    # Of many authors or tags few are sorted: those as frequent as the last that is chosen.
    least = min(nlargest(MAX_VALUES, counts.values()), default=0)
    frequent = [(str(key), count) for key, count in counts.items() if count >= least]
    return sorted(frequent, key=lambda item: (-item[1], item[0]))[:MAX_VALUES]


def _load_names(
    session: Session, counted: Mapping[str, Counts]
) -> dict[str, dict[str, tuple[str, str]]]:
    """What stands for a value, and what is typed for it, where that is not the value itself."""
    values: dict[str, list[Any]] = {
        field: [int(key) for key, _ in counted[field]] for field in ("venue", "author", "tag")
    }
    values["section"] = [key for key, _ in counted["section"]]
    rows = read_alone(session, _select_names(), values)
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


@cache
def _select_names() -> CompoundSelect[Any]:
    """Made once: making it takes longer than reading what it asks for."""
    named: tuple[tuple[str, Any, Any, Any], ...] = (
        ("venue", Venue.id, Venue.name, Venue.key),
        ("author", Author.id, Author.name, Author.key),
        ("tag", Tag.id, Tag.name, Tag.name),
    )
    return union_all(
        *(
            select(literal(field), cast(number, String), label, typed).where(
                number.in_(bindparam(field, expanding=True))
            )
            for field, number, label, typed in named
        ),
        select(literal("section"), Section.slug, Section.name, Section.slug).where(
            Section.slug.in_(bindparam("section", expanding=True))
        ),
    )


def _count_authors(session: Session, hits: Hits) -> Counts:
    """The most frequent authors, counted here: most papers have others, which is slow to sort."""
    listed = _list_numbers(paper.paper_id for paper in hits.papers)
    return _choose_most_frequent(
        Counter(_read_numbers(session, "author_id", f"paper_authors WHERE paper_id IN ({listed})"))
    )


def _count_tags(session: Session, hits: Hits) -> Counter[str]:
    """Tags of the found summaries: of those whose own entries fulfil the query.

    Only public ones have entries. A tag that several found summaries of a paper have counts once.
    """
    alone = [each.summaries[0] for each in hits.papers if len(each.summaries) == 1]
    papers = {
        str(number): each.paper_id
        for each in hits.papers
        if len(each.summaries) > 1
        for number in each.summaries
    }
    counts: Counter[str] = Counter()
    if alone:
        of_alone = f"summary_tags WHERE summary_id IN ({_list_numbers(alone)})"
        counts.update(_read_numbers(session, "tag_id", of_alone))
    if papers:
        several = f"summary_tags WHERE summary_id IN ({_list_numbers(map(int, papers))})"
        both = _read_numbers(session, "summary_id, tag_id", several)
        tagged = {(papers[number], tag) for number, tag in zip(both[::2], both[1::2], strict=True)}
        counts.update(tag for _, tag in tagged)
    return counts


def _read_numbers(session: Session, columns: str, which: str) -> list[str]:
    """The numbers in some columns of many rows, each row behind the other.

    As one text, written out and joined by the database: to make a row of Python for each, or a
    parameter, takes several times as long as to read them.
    """
    connection = session.connection()
    join = "string_agg" if connection.dialect.name == "postgresql" else "group_concat"
    row = " || ',' || ".join(f"CAST({column} AS TEXT)" for column in columns.split(", "))
    found = connection.exec_driver_sql(f"SELECT {join}({row}, ',') FROM {which}").scalar()  # noqa: S608  (numbers only)
    return found.split(",") if found else []


def _list_numbers(numbers: Iterable[int]) -> str:
    # In order, so that a database reads neighbours one after the other.
    return ",".join(map(str, sorted(map(int, numbers))))
