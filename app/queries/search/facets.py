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
from app.statements import connection_of, read_alone
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
    tags, authors = _count_linked(session, hits)
    counted: dict[str, Counts] = {
        "has": [("summary", sum(paper.is_summarised for paper in found))],
        "year": _choose_most_frequent(Counter(paper.year for paper in found if paper.year)),
        "venue": _choose_most_frequent(Counter(each.venue_id for each in found if each.venue_id)),
        "section": _choose_most_frequent(Counter(each.section for each in found if each.section)),
        "tag": _choose_most_frequent(tags),
        "author": _choose_most_frequent(authors),
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


def _count_linked(session: Session, hits: Hits) -> tuple[Counter[str], Counter[str]]:
    """The tags of the found summaries and the authors of the found papers.

    Counted here, not by the database: most papers have other authors, which is slow to sort. The
    tags are those of summaries whose own entries fulfil the query; only public ones have entries.
    A tag that several found summaries of a paper have counts once.
    """
    alone = [each.summaries[0] for each in hits.papers if len(each.summaries) == 1]
    papers = {
        str(number): each.paper_id
        for each in hits.papers
        if len(each.summaries) > 1
        for number in each.summaries
    }
    written, of_alone, of_several = _read_numbers(
        session,
        ("paper_authors", "author_id", "paper_id", [paper.paper_id for paper in hits.papers]),
        ("summary_tags", "tag_id", "summary_id", alone),
        ("summary_tags", "summary_id, tag_id", "summary_id", map(int, papers)),
    )
    tags = Counter(of_alone)
    both = zip(of_several[::2], of_several[1::2], strict=True)
    tags.update(tag for _, tag in {(papers[number], tag) for number, tag in both})
    return tags, Counter(written)


def _read_numbers(
    session: Session, *wanted: tuple[str, str, str, Iterable[int]]
) -> list[list[str]]:
    """The numbers in columns of many rows, each row behind the other, all in one statement.

    As one text of each, written out and joined by the database: to make a row of Python for each,
    or a parameter, takes several times as long as to read them.

    Args:
        wanted: a table, its columns, by which column the rows are chosen, and its values.
    """
    connection = connection_of(session)
    is_sqlite = connection.dialect.name == "sqlite"
    join, cast_to = ("group_concat", "{}") if is_sqlite else ("string_agg", "CAST({} AS TEXT)")
    texts = []
    for table, columns, chosen_by, numbers in wanted:
        listed = _list_numbers(numbers)
        row = " || ',' || ".join(cast_to.format(column) for column in columns.split(", "))
        text = f"(SELECT {join}({row}, ',') FROM {table} WHERE {chosen_by} IN ({listed}))"  # noqa: S608  (numbers only)
        texts.append(text if listed else "NULL")
    found = connection.exec_driver_sql(f"SELECT {', '.join(texts)}").one()
    return [text.split(",") if text else [] for text in found]


def _list_numbers(numbers: Iterable[int]) -> str:
    # In order, so that a database reads neighbours one after the other.
    return ",".join(map(str, sorted(map(int, numbers))))
