"""Search entries and words of new papers by the thousand, for an import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import SearchEntry, SearchWord
from app.models.search_entry import place
from app.search import entries
from app.search.entries import PaperFacts
from app.search.words import stem, stems
from app.services.bulk import among, insert_rows, is_sqlite

PUT_OFF = 50_000  # words whose counts are kept in memory
REMEMBERED = 20_000  # years of venues
_COLUMNS = ("id", "paper_id", "title", "people", "facts", "body")
# FTS5 writes its terms to the disk at the end of every statement, so all rows come in one.
_ALL_AT_ONCE = text(
    "INSERT INTO search_entries (id, paper_id, title, people, facts, body, text)"
    " SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, ''"
    " FROM json_each(:rows)"
)


class NewPaper(NamedTuple):
    """What is searched of a paper that has just been added and has no summary yet.

    Attributes:
        title, authors: as words (`app.search.words.words`); of each author their own.
        venue: its key, name and title; empty without a venue.
        identifiers: their values.
    """

    id: int
    title: Sequence[str]
    authors: Sequence[Sequence[str]]
    venue: tuple[str, ...]
    year: int | None
    section: str | None
    identifiers: Sequence[str]


class BulkIndex:
    """Makes papers known to search, in a session that writes.

    What it writes is what `app.search.entries` makes, in a third of the time: names, venues and
    years come again and again. A new word is there with the paper; how often words occur is about
    right, and is written from time to time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counts: Counter[str] = Counter()
        self._facts: dict[tuple[Any, ...], str] = {}
        self._venue_words: dict[tuple[str, ...], list[str]] = {}

    def add(self, papers: Iterable[NewPaper]) -> None:
        """Index papers that have no entry yet."""
        rows: list[tuple[Any, ...]] = []
        words: list[str] = []
        for paper in papers:
            rows.append(self.row(paper))
            words += self.vocabulary(paper)
        if not rows:
            return
        rows.sort()  # the order of the index, which takes it so in the least time
        if is_sqlite(self._session):
            self._session.execute(_ALL_AT_ONCE, {"rows": json.dumps(rows)})
        else:
            insert_rows(self._session, SearchEntry, _COLUMNS, rows)
        self._learn(Counter(words))

    def row(self, paper: NewPaper) -> tuple[int, int, str, str, str, str]:
        """The entry: the values of `_COLUMNS`, as `entries.of_paper` has them."""
        number, title, authors, _, year, _, identifiers = paper
        return (
            place(False, year, number),
            number,
            " ".join(map(stem, title)),
            " ".join([stem(word) for author in authors for word in author]),
            self._facts_of(paper),
            " ".join(stems(" ".join(identifiers))),
        )

    def vocabulary(self, paper: NewPaper) -> set[str]:
        """The words that are worth suggesting, as `entries.vocabulary` has them."""
        found = set(paper.title).union(*paper.authors, self._words_of_venue(paper.venue))
        return {word for word in found if len(word) > 2 and not word.isdecimal()}

    def finish(self) -> None:
        """Write the counts of words that were put off."""
        if self._counts:
            self._session.connection().execute(
                update(SearchWord)
                .where(SearchWord.word == bindparam("which"))
                .values(entries=SearchWord.entries + bindparam("more")),
                [{"which": word, "more": more} for word, more in sorted(self._counts.items())],
            )
        self._counts.clear()

    def forget(self) -> None:
        """After a transaction was undone."""
        self._counts.clear()

    def _facts_of(self, paper: NewPaper) -> str:
        key = (paper.venue, paper.year, paper.section)
        found = self._facts.get(key)
        if found is None:
            if len(self._facts) > REMEMBERED:
                self._facts.clear()
            facts = PaperFacts(0, "", (), paper.venue, paper.year, paper.section or "", (), False)
            found = self._facts[key] = str(entries.of_paper(facts)["facts"])
        return found

    def _words_of_venue(self, venue: tuple[str, ...]) -> list[str]:
        found = self._venue_words.get(venue)
        if found is None:
            if len(self._venue_words) > REMEMBERED:
                self._venue_words.clear()
            facts = PaperFacts(0, "", (), venue, None, "", (), False)
            found = self._venue_words[venue] = list(entries.vocabulary(facts))
        return found

    def _learn(self, words: Counter[str]) -> None:
        unknown = [word for word in words if word not in self._counts]
        known = set(
            self._session.scalars(
                select(SearchWord.word).where(among(self._session, SearchWord.word, unknown))
            )
        )
        rows = [
            {"word": word, "reversed": word[::-1], "entries": 0}
            for word in unknown
            if word not in known
        ]
        insert_missing(self._session, SearchWord, rows, ["word"])
        self._counts.update(words)
        if len(self._counts) > PUT_OFF:
            self.finish()
