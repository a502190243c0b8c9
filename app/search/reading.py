"""How search reads: for a page that may be kept, or for what nobody keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Integer, Text, column
from sqlalchemy.orm import Session

from app.prepared_statements import Values
from app.statements import connection_of, read_rows

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
