"""Search entries and words of new papers by the thousand, for an import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import SearchEntry, SearchWord
from app.search import entries
from app.search.entries import PaperFacts
from app.services.bulk import among, insert_rows, is_sqlite

PUT_OFF = 50_000  # words whose counts are kept in memory
_COLUMNS = ("id", "paper_id", "title", "people", "facts", "body")
# FTS5 writes its terms to the disk at the end of every statement, so all rows come in one.
_ALL_AT_ONCE = text(
    "INSERT INTO search_entries (id, paper_id, title, people, facts, body, text)"
    " SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, ''"
    " FROM json_each(:rows)"
)


class BulkIndex:
    """Makes papers known to search, in a session that writes.

    A new word is there with the paper; how often words occur is about right, and is written from
    time to time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._counts: Counter[str] = Counter()

    def add(self, papers: Iterable[PaperFacts]) -> None:
        """Index papers that have no entry and no summary yet."""
        rows: list[tuple[Any, ...]] = []
        words: Counter[str] = Counter()
        for paper in papers:
            row = entries.of_paper(paper)
            rows.append(tuple([row[name] for name in _COLUMNS]))
            words.update(entries.vocabulary(paper))
        if not rows:
            return
        rows.sort()  # the order of the index, which takes it so in the least time
        if is_sqlite(self._session):
            self._session.execute(_ALL_AT_ONCE, {"rows": json.dumps(rows)})
        else:
            insert_rows(self._session, SearchEntry, _COLUMNS, rows)
        self._learn(words)

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

    def _learn(self, words: Counter[str]) -> None:
        unknown = [word for word in words if word not in self._counts]
        known = set(
            self._session.scalars(
                select(SearchWord.word).where(among(self._session, SearchWord.word, unknown))
            )
        )
        new = [word for word in unknown if word not in known]
        insert_missing(
            self._session,
            SearchWord,
            [{"word": word, "reversed": word[::-1], "entries": 0} for word in new],
            ["word"],
        )
        self._counts.update(words)
        if len(self._counts) > PUT_OFF:
            self.finish()
