"""The order of results, the same for every engine.

1. Relevance, a whole number: how the words stand in the title and the names of the authors.
   9 they are the title; 8 the title begins with them; 7 the title has them in a row, or an author
   is called so; 6 and 5 as 8 and 7, the last word only begun; 4 the title has all of them; 3 the
   title and the authors have all; 2 they have some; 1 they stand elsewhere (venue, abstract,
   keywords, identifiers, summaries).
2. What one wrote oneself and only oneself finds; papers with a public summary, by the score of
   their best one; then those without.
3. The year, newest first.
4. The paper's number, so that the order is always the same.

A query without plain words (`venue:nips year:2015`) is ordered by 2 to 4 alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from app.models.search_entry import is_summarised
from app.search.query import Part, Query
from app.text.plurals import stem, stems

IN_TITLE_AND_NAMES = 3


@dataclass(slots=True)
class RankedPaper:
    """A found paper; `summaries` are the numbers of its summaries whose entries were found."""

    paper_id: int
    year: int | None
    venue_id: int | None
    section: str | None
    score: int
    is_summarised: bool
    relevance: int = 0
    is_itself: bool = False  # whether its own entry was found
    is_mine: bool = False  # whether a text was found that only the one who searches finds
    summaries: tuple[int, ...] = ()  # no list: most of a thousand papers have none

    @property
    def order(self) -> tuple[int, bool, bool, int, int, int]:
        return (
            -self.relevance,
            not self.is_mine,
            not self.is_summarised,
            -self.score,
            -(self.year or 0),
            -self.paper_id,
        )


def rank_papers(
    rows: Iterable[Any],
    query: Query,
    completions: Mapping[Part, tuple[str, ...]],
    mine: Iterable[Any] = (),
) -> list[RankedPaper]:
    """Papers, best first.

    Args:
        rows: entries, as `first` of an engine gives them.
        completions: words that an open part of the query may be the beginning of.
        mine: such rows of what only the one who searches finds.
    """
    ranking = Ranking(query, completions, mine)
    ranking.add(rows)
    return ranking.sort()


class Ranking:
    """Papers that a query finds, each weighed once, however often rows are added.

    It is made of what `rank_papers` takes.
    """

    def __init__(
        self,
        query: Query,
        completions: Mapping[Part, tuple[str, ...]],
        mine: Iterable[Any] = (),
    ) -> None:
        mine = list(mine)
        self.papers: dict[int, RankedPaper] = {}
        self._measure = _Measure(query, completions)
        self._own = {row[1] for row in mine}
        self.add(mine)

    def add(self, rows: Iterable[Any]) -> None:
        """Add entries, in the order of their numbers."""
        papers, own = self.papers, self._own
        measure = self._measure.relevance
        for paper_id, summary_id, title, people, year, venue_id, section, score, place in rows:
            found = papers.get(paper_id)
            if found is None:
                is_read = is_summarised(place)
                found = papers[paper_id] = RankedPaper(
                    paper_id, year, venue_id, section, score, is_read, measure(title, people)
                )
            if own and summary_id in own:
                found.is_mine = True
            if summary_id is None:
                found.is_itself = True
            elif summary_id not in found.summaries:
                found.summaries += (summary_id,)

    def sort(self) -> list[RankedPaper]:
        """The papers, best first."""
        return sorted(self.papers.values(), key=attrgetter("order"))


class _Measure:
    """The plain words of a query, made ready to be looked for in a thousand titles."""

    def __init__(self, query: Query, completions: Mapping[Part, tuple[str, ...]]) -> None:
        # What is a word is looked for among the words of a title, the rest in its letters.
        self.words = [
            (frozenset((*part.stems[:1], *completions.get(part, ()))), "")
            if len(part.words) == 1
            else (frozenset(completions.get(part, ())), f" {' '.join(part.stems)} ")
            for part in query.plain
        ]
        row = [stem for part in query.plain for stem in part.stems]
        self.row = f" {' '.join(row)} "
        # Behind its words a title has those that signs divide, each as a whole: typed as the title
        # has them, or apart.
        typed = " ".join(part.value for part in query.plain) if query.filters else query.text
        self.whole = f" {' '.join(stems(typed))} "
        self.joined = {stem("".join(words)) for words in _neighbours(query)}
        last = query.plain[-1] if query.plain else None
        begun = completions.get(last, ()) if last is not None else ()
        beginning = common_beginning([row[-1], *begun]) if begun else ""
        self.begun = f" {' '.join([*row[:-1], beginning])}" if beginning else self.row

    def relevance(self, title: str, people: str) -> int:
        if not self.words:
            return 0
        title, people = f" {title} ", f" {people} "
        if title == self.whole:
            return 9
        if self.row in title:
            if not title.startswith(self.row):
                return 7
            return 9 if self.joined.issuperset(title[len(self.row) :].split()) else 8
        if self.row in people:
            return 7
        if self.begun in title:
            return 6 if title.startswith(self.begun) else 5
        if self.begun in people:
            return 5
        in_title = in_both = 0
        of_title = title.split()
        of_people: list[str] | None = None
        for words, row in self.words:
            if not words.isdisjoint(of_title) or (row and row in title):
                in_title += 1
                in_both += 1
                continue
            if of_people is None:
                of_people = people.split()
            if not words.isdisjoint(of_people) or (row and row in people):
                in_both += 1
        if in_title == len(self.words):
            return 4
        if in_both == len(self.words):
            return IN_TITLE_AND_NAMES
        return 2 if in_both else 1


def _neighbours(query: Query) -> Iterator[Sequence[str]]:
    """Two and three words of a query that follow each other: what hyphens may join in a title."""
    typed = [word for part in query.plain for word in part.words]
    for start in range(len(typed)):
        yield typed[start : start + 2]
        yield typed[start : start + 3]


def common_beginning(words: Sequence[str]) -> str:
    """What all of these words begin with."""
    first, last = min(words), max(words)
    same = 0
    while same < len(first) and first[same] == last[same : same + 1]:
        same += 1
    return first[:same]
