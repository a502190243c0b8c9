"""Full-text search: one interface, one module per database engine.

Weighing every match would take time that grows with the library. Entries are numbered by
importance instead (`app.models.search_entry.entry_number`); the first `MAX_HITS` matches by number
are taken, and those are ranked (`app.search.ranking`), the same way for every engine.

Only public texts are in the index (`services.search_index.indexing` sees to it), so nothing private
can influence an order, a count, an excerpt or a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import Paper, SearchEntry, Section
from app.models.search_entry import UNSUMMARISED, is_paper_entry
from app.search import vocabulary
from app.search.clauses import ANY_ENTRY, Clause, Phrase, build_clauses
from app.search.engine import engine_of
from app.search.entries import make_name_mark, make_section_mark
from app.search.partial import PartialHits, find_partly
from app.search.query import OF_READER, Part, Query, parse_query
from app.search.ranking import IN_TITLE_AND_NAMES, RankedPaper, Ranking, rank_papers
from app.search.reading import Read, read_for_page
from app.statements import read_alone
from app.text.plurals import stem
from app.text.words import MAX_TITLE, indexable

__all__ = [
    "FEW",
    "MAX_HITS",
    "SORTS",
    "Hits",
    "PartialHits",
    "PrefixMatches",
    "Query",
    "RankedPaper",
    "find_partly",
    "no_entries",
    "parse_query",
    "search_by_prefix",
    "search_papers",
    "suggest_correction",
]

MAX_HITS = 1000
FORMER_SECTIONS = {make_section_mark("compsci"): "cs"}  # names that are still typed
_IN_TITLES = 500  # of those that have the words in the title or the names
_ENOUGH = 200  # of these among the first ones make it needless to ask for more
_SAME_TITLE = 20
_SUGGESTED = 60  # entries of which suggestions are chosen
FEW = 3  # with so many results or fewer, a word may be misspelt
_CORRECTED = 3  # parts of a query that are looked up among similar words
SORTS: dict[str, Callable[[RankedPaper], tuple[Any, ...]]] = {
    "best": lambda paper: paper.order,
    "date": lambda paper: (-(paper.year or 0), *paper.order),
    "votes": lambda paper: (not paper.is_summarised, -paper.score, *paper.order),
}


@dataclass(frozen=True)
class Hits:
    """Found papers, best first, at most `MAX_HITS`; `is_all` says that there are no others.

    `unknown` are the words of the query that no text has.
    """

    query: Query
    papers: list[RankedPaper]
    is_all: bool
    completions: dict[Part, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[Part, ...] = ()


OwnEntries = Callable[[Query, Mapping[Part, tuple[str, ...]]], Sequence[Any]]


def no_entries(_query: Query, _completions: Mapping[Part, tuple[str, ...]]) -> Sequence[Any]:
    """What somebody has of their own who is not signed in."""
    return ()


def search_papers(
    session: Session, query: Query, *, sort: str = "best", own: OwnEntries = no_entries
) -> Hits:
    """Papers that fulfil a query, in themselves or together with one of their summaries.

    A word is met in singular and plural; the last one, and one that no text has, also as the
    beginning of others.

    Args:
        sort: one of `SORTS`. Where there are too many matches, the newest are found however many
            there are, and the best by votes among those that are most important.
        own: gives what the index does not have, in the form of an engine's rows: what is only
            for the one who searches. Of a query `in:mine`, or about a list or shelf, nothing else
            is looked at.
    """
    if not query.parts:
        return Hits(query, [], True)
    query = _replace_section_names(session, query)
    completions, unknown = _find_completions(session, query)
    mine = own(query, completions)
    if query.is_enclosed:
        papers = rank_papers((), query, completions, mine)
        papers.sort(key=SORTS[sort])
        return Hits(query, papers[:MAX_HITS], len(papers) <= MAX_HITS, completions, unknown)
    papers, is_all = _ranked(session, query, completions, mine, sort)
    if sort != "best":
        papers.sort(key=SORTS[sort])
    return Hits(query, papers[:MAX_HITS], is_all, completions, unknown)


def _ranked(
    session: Session,
    query: Query,
    completions: dict[Part, tuple[str, ...]],
    mine: Sequence[Any],
    sort: str,
) -> tuple[list[RankedPaper], bool]:
    """Papers that fulfil a query, ranked, and whether there are no others."""
    engine = engine_of(session)
    clauses = build_clauses(query, completions) or [ANY_ENTRY]
    rows = engine.first(session, clauses, MAX_HITS + 1)
    ranking = Ranking(query, completions, mine)
    ranking.add(rows)
    if len(rows) <= MAX_HITS:
        return ranking.sort(), True
    if sort == "date":
        # They are numbered by year, those with summaries first, the others from here on.
        ranking.add(engine.first(session, clauses, MAX_HITS, start=UNSUMMARISED))
    elif sort == "best" and query.plain:
        titled = sum(each.relevance >= IN_TITLE_AND_NAMES for each in ranking.papers.values())
        # Those that have the words in the title or the names may be further back.
        ranking.add(_find_titled(session, query))
        if titled < _ENOUGH:
            behind, more = rows[-1][-1] + 1, _IN_TITLES - titled
            ranking.add(engine.first(session, clauses, more, "title people", start=behind))
    return ranking.sort(), False


@dataclass(frozen=True)
class PrefixMatches:
    """Numbers of papers that somebody may mean who has typed so much, best first.

    `named` have an author whose name has the words.
    """

    papers: list[int]
    named: list[int]


def search_by_prefix(session: Session, query: Query, limit: int) -> PrefixMatches:
    """Find papers for suggestions while somebody types.

    By the beginning of their title, and by words of titles and names.
    """
    if not query.parts:
        return PrefixMatches([], [])
    query = _replace_section_names(session, query)
    engine = engine_of(session)
    completions, _ = _find_completions(session, query, read_alone)
    clauses = build_clauses(query, completions)
    if not clauses:  # nothing but what says where to look
        return PrefixMatches([], [])
    rows = engine.first(session, clauses, _SUGGESTED, "title people", read=read_alone)
    papers = [found.paper_id for found in rank_papers(rows, query, completions)]
    typed = indexable(query.text)
    if typed and not query.filters:
        papers += engine.list_titles(session, typed, vocabulary.compute_prefix_end(typed), limit)
    names = [] if query.filters else _build_name_clauses(session, query)
    named = engine.list_papers(session, names, _SUGGESTED) if names else []
    return PrefixMatches(list(dict.fromkeys(papers))[:limit], named)


def _build_name_clauses(session: Session, query: Query) -> list[Clause]:
    """The words of a query as words of authors' names, each of which may be only begun.

    None where one of them begins no name: then nobody has all.
    """
    typed = [word for part in query.plain for word in part.words]
    begun = vocabulary.look_up(session, (), set(typed), names=True, read=read_alone).completions
    if any(len(word) >= vocabulary.MIN_PREFIX_CHARS and not begun[word] for word in typed):
        return []
    return [
        Clause(
            tuple(
                Phrase((make_name_mark(each),), "facts")
                for each in vocabulary.drop_repeats(map(stem, [word, *begun[word]]))
            )
        )
        for word in typed
    ]


def suggest_correction(session: Session, hits: Hits) -> str | None:
    """The query with misspelt words corrected, if that finds something."""
    if len(hits.papers) > FEW:
        return None
    query = hits.query
    better = {
        part: _correct_part(session, part) for part in _list_doubtful_parts(hits)[:_CORRECTED]
    }
    changed = {part: text for part, text in better.items() if text is not None}
    if not changed:
        return None
    text = " ".join(changed.get(part) or part.text for part in query.parts)
    corrected = _replace_section_names(session, parse_query(text))
    completions, _ = _find_completions(session, corrected)
    found = engine_of(session).is_any(session, build_clauses(corrected, completions))
    return text if found else None


def _replace_section_names(session: Session, query: Query) -> Query:
    """The query with the slugs of sections in the place of their names."""
    if not any(part.field == "section" for part in query.parts):
        return query
    rows = session.execute(select(Section.name, Section.slug))
    slugs = FORMER_SECTIONS | {make_section_mark(name): slug for name, slug in rows}
    return replace(
        query,
        parts=tuple(
            replace(part, value=slugs.get(make_section_mark(part.value), part.value))
            if part.field == "section"
            else part
            for part in query.parts
        ),
    )


def _find_titled(session: Session, query: Query) -> list[Any]:
    """What `first` of an engine says, of papers whose title is exactly the query."""
    title = indexable(query.text)
    if not title or query.filters or len(title) >= MAX_TITLE:
        return []
    return list(read_for_page(session, _select_titled(), {"title": title}))


@cache
def _select_titled() -> Select[Any]:
    """The papers of one title; made once, which takes longer than reading what it asks for."""
    columns: tuple[Any, ...] = (
        *(SearchEntry.paper_id, SearchEntry.summary_id, SearchEntry.title, SearchEntry.people),
        *(Paper.year, Paper.venue_id, Paper.section_slug, Paper.top_score, SearchEntry.id),
    )
    return (
        select(*columns)
        .join(Paper, Paper.id == SearchEntry.paper_id)
        .where(Paper.title_folded == bindparam("title"), is_paper_entry())
        .order_by(SearchEntry.id)
        .limit(_SAME_TITLE)
    )


def _list_doubtful_parts(hits: Hits) -> list[Part]:
    """The parts in which a word may be misspelt."""
    named = [
        part
        for part in hits.query.parts
        if part.words
        and not part.negative
        and (part.field in ("author", "title", "venue") or len(part.words) > 1)
        and part.field not in ("year", "tag", "section", "has", *OF_READER)
    ]
    return [*hits.unknown, *named]


def _correct_part(session: Session, part: Part) -> str | None:
    """A part with the nearest known words in the place of unknown ones; `None` if none differs."""
    known = vocabulary.look_up(session, part.words, ()).known
    field = f"{part.field}:" if part.field else ""
    if len(part.words) == 1 and not known:
        for row in vocabulary.split_unknown_word(session, part.words[0]):
            text = f"{field}{row}"
            if engine_of(session).is_any(session, build_clauses(parse_query(text))):
                return text
    found = []
    for word in part.words:
        near = [] if word in known else vocabulary.find_nearest_words(session, word, 1)
        found.append(near[0] if near else word)
    if tuple(found) == part.words:
        return None
    text = " ".join(found)
    return f'{field}"{text}"' if len(found) > 1 else f"{field}{text}"


def _find_completions(
    session: Session, query: Query, read: Read = read_for_page
) -> tuple[dict[Part, tuple[str, ...]], tuple[Part, ...]]:
    """What open and unknown words may be the beginning of, and which words are unknown."""
    single = [part for part in query.plain if len(part.words) == 1]
    if not single:
        return {}, ()
    first = vocabulary.look_up(
        session,
        {part.words[0] for part in single},
        {part.words[0] for part in single if part.is_open},
        read=read,
    )
    begun = {part.words[0] for part in single if not part.is_open} - first.known
    more = vocabulary.look_up(session, (), begun, read=read).completions if begun else {}
    words = {**first.completions, **more}
    found = {
        part: vocabulary.drop_repeats(map(stem, words[part.words[0]]))
        for part in single
        if part.words[0] in words
    }
    unknown = [part for part in single if part.words[0] not in first.known and not found.get(part)]
    return found, tuple(unknown)
