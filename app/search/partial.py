"""Papers that have some of the words of a query, for sentences and questions.

Words that stand in any text are left out. Of the others as many as possible must be there; where
only one is left, the rarest come first. Each step takes so many candidates and no more, however
many papers have the words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import log2
from typing import Any

from sqlalchemy.orm import Session

from app.search import vocabulary
from app.search.clauses import Clause, Phrase, build_clauses
from app.search.engine import engine_of
from app.search.query import Part, Query
from app.search.ranking import RankedPaper, rank_papers
from app.text.stop_words import is_common

MAX_WORDS = 6  # of a query, the rarest
MAX_STEPS = 5  # statements
CANDIDATES = 200  # entries of one step
ENOUGH = 10  # papers after which no further step is made
MAX_FOUND = 20
_Completions = Mapping[Part, tuple[str, ...]]
_Weights = Mapping[Part, tuple[float, int]]


@dataclass(frozen=True)
class PartialHits:
    """Papers that have some words of a query, best first.

    Attributes:
        query: the words that were looked for.
    """

    query: Query
    papers: list[RankedPaper]


def find_partly(
    session: Session, query: Query, completions: _Completions, known: Collection[int]
) -> PartialHits:
    """Find papers that have some of the telling words of a query.

    Args:
        completions: words of the index that parts of the query may be the beginning of.
        known: numbers of papers that have all words, or are not wanted: they are left out.
    """
    telling = [part for part in query.plain if not all(map(is_common, part.words))]
    if len(query.plain) < 2 or not telling:
        return PartialHits(query, [])
    counts = vocabulary.entry_counts(session, {word for part in telling for word in part.words})
    weights = {part: _weight(part, counts) for part in telling}
    chosen = sorted(telling, key=weights.__getitem__, reverse=True)[:MAX_WORDS]
    narrowed = Query(query.text, tuple(part for part in query.parts if part in chosen))
    filters = build_clauses(Query("", query.filters)) if query.filters else []
    most = len(chosen) if len(chosen) < len(query.plain) else len(chosen) - 1
    engine = engine_of(session)
    seen = set(known)
    found: list[RankedPaper] = []

    needles = {
        part: [f" {' '.join(each.words)} " for each in ways if not each.is_begun]
        for part, ways in ((part, _ways(part, completions)) for part in weights)
    }

    def take(rows: Sequence[Any]) -> None:
        in_title = {row[0]: _in_title(row[2], needles, weights) for row in rows}
        ranked = rank_papers(rows, narrowed, completions)
        new = [each for each in ranked if each.paper_id not in seen]
        found.extend(sorted(new, key=lambda each: -in_title[each.paper_id]))
        seen.update(each.paper_id for each in new)

    steps = list(islice(_steps(chosen, most, completions), MAX_STEPS))
    for clauses in steps:
        take(engine.first(session, [*clauses, *filters], CANDIDATES))
        if len(found) >= ENOUGH:
            return PartialHits(narrowed, found[:MAX_FOUND])
    if most > 0:
        singles = [
            engine.first(session, [Clause(_ways(part, completions)), *filters], CANDIDATES)
            for part in chosen[: MAX_STEPS - len(steps)]
        ]
        for rows in sorted(singles, key=len):
            if len(found) < MAX_FOUND:
                take(rows)
    return PartialHits(narrowed, found[:MAX_FOUND])


def _weight(part: Part, counts: Mapping[str, int]) -> tuple[float, int]:
    """How much a part says: the rarer its rarest word is the more, and long ones before short."""
    rarest = min(counts.get(word, 0) for word in part.words)
    return (1 / (1 + log2(1 + rarest)), sum(map(len, part.words)))


def _steps(parts: Sequence[Part], most: int, completions: _Completions) -> Iterator[list[Clause]]:
    """What an entry has to fulfil in each step: to have `most` of the parts, one less, … two.

    "At least m of k" means that of any k - m + 1 parts one is there.
    """
    ways = {part: _ways(part, completions) for part in parts}
    for wanted in range(most, 1, -1):
        yield [
            Clause(tuple(dict.fromkeys(phrase for part in some for phrase in ways[part])))
            for some in combinations(parts, len(parts) - wanted + 1)
        ]


def _ways(part: Part, completions: _Completions) -> tuple[Phrase, ...]:
    (clause,) = build_clauses(Query("", (part,)), completions)
    return clause.choices


def _in_title(title: str, needles: Mapping[Part, Sequence[str]], weights: _Weights) -> float:
    padded = f" {title} "
    return sum(
        weights[part][0]
        for part, some in needles.items()
        if any(needle in padded for needle in some)
    )
