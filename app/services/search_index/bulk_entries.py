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
from app.models.search_entry import entry_number
from app.search import entries
from app.search.entries import PaperFacts, PaperTexts
from app.services.bulk import among, insert_rows, is_sqlite

MAX_WORDS_IN_MEMORY = 30_000  # words whose counts are kept in memory
MAX_YEARS_IN_MEMORY = 10_000  # years of venues
_COLUMNS = ("id", "paper_id", "title", "people", "facts", "body")
# FTS5 writes its terms to the disk at the end of every statement, so all rows come in one.
_ALL_AT_ONCE = text(
    "INSERT INTO search_entries (id, paper_id, title, people, facts, body, text)"
    " SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, ''"
    " FROM json_each(:rows)"
)
# Key, name and title of a venue (nothing without one), a year, and a section.
YearAndVenue = tuple[tuple[str, ...], int | None, str | None]


class NewPaper(NamedTuple):
    """What is searched of a paper that has no summary yet.

    All but its venue and year.

    Attributes:
        texts: as entries have them.
        namesakes: keys of authors with dblp's number of a namesake.
        words, names: words of the title, and of the authors' names, that are worth suggesting.
    """

    texts: PaperTexts
    namesakes: Sequence[str]
    words: list[str]
    names: list[str]

    @classmethod
    def of(cls, paper: PaperFacts) -> NewPaper:
        """The parts of an entry that a paper has before its venue is known."""
        return cls(
            entries.build_paper_texts(paper),
            paper.namesakes,
            entries.list_text_vocabulary(paper),
            entries.list_name_vocabulary(paper),
        )


class BulkIndex:
    """Makes papers known to search, in a session that writes.

    It writes what `app.search.entries` makes, and remembers what that makes of venues and years:
    they come again and again. A new word is there with the paper; how often words occur is about
    right, and is written from time to time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counts: Counter[str] = Counter()
        self._names: set[str] = set()
        self._places: dict[YearAndVenue, tuple[str, list[str]]] = {}

    def add(self, papers: Iterable[tuple[int, NewPaper, YearAndVenue]]) -> None:
        """Index papers that have no entry yet, given by number."""
        rows: list[tuple[Any, ...]] = []
        words: Counter[str] = Counter()
        names: set[str] = set()
        for number, paper, where in papers:
            place, called = self._known(where)
            texts = paper.texts
            facts = entries.build_paper_facts(place, texts, paper.namesakes)
            entry = entry_number(False, where[1], number)
            rows.append((entry, number, texts.title, texts.people, facts, texts.body))
            names.update(paper.names)
            words.update({*paper.words, *paper.names, *called})
        if not rows:
            return
        rows.sort()  # the order of the index, which takes it so in the least time
        if is_sqlite(self._session):
            self._session.execute(_ALL_AT_ONCE, {"rows": json.dumps(rows)})
        else:
            insert_rows(self._session, SearchEntry, _COLUMNS, rows)
        self._learn(words, names)

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
        self._names.clear()

    def forget(self) -> None:
        """After a transaction was undone."""
        self._counts.clear()
        self._names.clear()

    def _known(self, where: YearAndVenue) -> tuple[str, list[str]]:
        """The facts of a paper of a venue, year and section, and the words of the venue."""
        found = self._places.get(where)
        if found is None:
            if len(self._places) > MAX_YEARS_IN_MEMORY:
                self._places.clear()
            venue, year, section = where
            paper = PaperFacts(0, "", (), venue, year, section or "", (), False)
            known = entries.build_place_facts(paper), entries.list_venue_vocabulary(paper)
            found = self._places[where] = known
        return found

    def _learn(self, words: Counter[str], names: set[str]) -> None:
        new_names = names - self._names
        unsure = [word for word in words if word not in self._counts or word in new_names]
        query = select(SearchWord.word, SearchWord.is_name).where(
            among(self._session, SearchWord.word, unsure)
        )
        known: dict[str, bool] = dict(self._session.execute(query).all())
        rows = [
            {"word": word, "reversed": word[::-1], "entries": 0, "is_name": word in names}
            for word in unsure
            if word not in known
        ]
        insert_missing(self._session, SearchWord, rows, ["word"])
        called = [word for word in new_names if not known.get(word, True)]
        if called:
            self._session.execute(
                update(SearchWord)
                .where(among(self._session, SearchWord.word, called))
                .values(is_name=True)
                .execution_options(synchronize_session=False)
            )
        self._names |= names
        self._counts.update(words)
        if len(self._counts) > MAX_WORDS_IN_MEMORY:
            self.finish()
