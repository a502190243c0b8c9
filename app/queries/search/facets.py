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

from sqlalchemy import (
    CompoundSelect,
    String,
    TextualSelect,
    bindparam,
    cast,
    column,
    literal,
    select,
    text,
    union_all,
)
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
        session, [paper.paper_id for paper in hits.papers], alone, map(int, papers)
    )
    tags = Counter(of_alone)
    both = zip(of_several[::2], of_several[1::2], strict=True)
    tags.update(tag for _, tag in {(papers[number], tag) for number, tag in both})
    return tags, Counter(written)


def _read_numbers(
    session: Session, papers: Iterable[int], alone: Iterable[int], several: Iterable[int]
) -> list[list[str]]:
    """The numbers of authors of papers, of tags of summaries, and of summaries with their tags.

    As one text of each, joined by the database, and asked for by one text of each: to make a row
    of Python for each number, or a parameter, takes several times as long as to read them.

    Args:
        several: of these each tag stands behind the summary that has it.
    """
    is_sqlite = connection_of(session).dialect.name == "sqlite"
    form = "[{}]" if is_sqlite else "{{{}}}"
    wanted = {"papers": papers, "alone": alone, "several": several}
    # In order, so that a database reads neighbours one after the other.
    values = {
        name: form.format(",".join(map(str, sorted(map(int, some)))))
        for name, some in wanted.items()
    }
    (found,) = read_alone(session, _select_numbers(is_sqlite), values)
    return [joined.split(",") if joined else [] for joined in found]


@cache
def _select_numbers(is_sqlite: bool) -> TextualSelect:
    """Made once for an engine: SQLite has lists as JSON, PostgreSQL as arrays."""
    if is_sqlite:
        either = "IN (SELECT value FROM json_each(:{}))"
        join, number = "group_concat({}, ',')", "{}"
    else:
        either = "= ANY (CAST(:{} AS INTEGER[]))"
        join, number = "string_agg({}, ',')", "CAST({} AS TEXT)"
    pair = " || ',' || ".join(map(number.format, ("summary_id", "tag_id")))
    texts = (
        ("paper_authors", number.format("author_id"), "paper_id", "papers"),
        ("summary_tags", number.format("tag_id"), "summary_id", "alone"),
        ("summary_tags", pair, "summary_id", "several"),
    )
    columns = [
        f"(SELECT {join.format(row)} FROM {table}"  # noqa: S608  (names only)
        f" WHERE {chosen_by} {either.format(name)}) AS {name}"
        for table, row, chosen_by, name in texts
    ]
    names = [name for *_, name in texts]
    return (
        text(f"SELECT {', '.join(columns)}")
        .bindparams(*(bindparam(name, type_=String) for name in names))
        .columns(*(column(name, String) for name in names))
    )
