"""How search reads its index, and the shape that both databases share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Text, column
from sqlalchemy.orm import Session

from app.prepared_statements import Values
from app.search.clauses import Clause
from app.statements import connection_of, read_alone, read_rows

# What is found of an entry, in the order in which `Ranking.add` takes it.
ENTRY_COLUMNS = (
    *(column("paper_id", Integer), column("summary_id", Integer), column("title", Text)),
    *(column("people", Text), column("year", Integer), column("venue_id", Integer)),
    *(column("section_slug", Text), column("top_score", Integer), column("id", Integer)),
)
# Runs a statement that was built once, with its values.
Read = Callable[[Session, Any, Values], Sequence[Any]]


def read_for_page(session: Session, statement: Any, values: Values) -> Sequence[Any]:
    """Read so that the cache of pages is told what the page is made of."""
    return read_rows(connection_of(session), statement, values)


@dataclass(frozen=True)
class Engine:
    """The index of a database: its statements, and what turns clauses into their `:query`.

    Args:
        entries: selects `ENTRY_COLUMNS` of at most `:limit` entries from the number `:start` on.
        papers: selects the papers of at most `:limit` entries.
        any_entry: selects something if there is an entry.
        titles: selects papers whose folded title is from `:first` on and before `:last`.
        build_expression: takes the clauses, and the columns in which words without one must stand.
    """

    entries: Any
    papers: Any
    any_entry: Any
    titles: Any
    build_expression: Callable[[Sequence[Clause], str], str]

    def first(
        self,
        session: Session,
        clauses: Sequence[Clause],
        limit: int,
        within: str = "",
        start: int = 0,
        read: Read = read_for_page,
    ) -> Sequence[Any]:
        """The first entries that fulfil the clauses, with what they are ranked by.

        Args:
            within: the columns, with spaces between, in which words without a column must stand.
            start: the number of an entry, before which none is taken.
            read: `read_alone` where nobody keeps what is found.
        """
        expression = self.build_expression(clauses, within)
        return read(session, self.entries, {"query": expression, "limit": limit, "start": start})

    def is_any(self, session: Session, clauses: Sequence[Clause]) -> bool:
        """Whether any entry fulfils the clauses."""
        values = {"query": self.build_expression(clauses, "")}
        return session.execute(self.any_entry, values).first() is not None

    def list_papers(self, session: Session, clauses: Sequence[Clause], limit: int) -> list[int]:
        """Papers of the first entries that fulfil the clauses."""
        values = {"query": self.build_expression(clauses, ""), "limit": limit}
        return list({row[0]: None for row in read_alone(session, self.papers, values)})

    def list_titles(self, session: Session, start: str, end: str, limit: int) -> list[int]:
        """Papers whose folded title is from `start` on and before `end`."""
        values = {"first": start, "last": end, "limit": limit}
        return [row[0] for row in read_alone(session, self.titles, values)]
