"""Full-text search: one interface, one module per database engine.

Only public texts are in the index (`services.search_index` sees to it), so nothing private can
influence an order, a count or a snippet.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.search import postgresql, sqlite
from app.search.words import words

COUNT_LIMIT = 1000


@dataclass(frozen=True)
class Hit:
    """A found row: a summary of a paper, or the paper itself when `summary_id` is `None`."""

    paper_id: int
    summary_id: int | None


@dataclass(frozen=True)
class Hits:
    """A page of hits, best first. `total` counts at most `COUNT_LIMIT`; beyond, it is a floor."""

    rows: list[Hit]
    total: int
    total_is_exact: bool


def find(session: Session, query: str, *, limit: int, offset: int = 0) -> Hits:
    """Rows that contain every word of the query (or a word that begins so), best first.

    Any string is a valid query; one without words finds nothing.
    """
    wanted = words(query)
    if not wanted:
        return Hits([], 0, True)
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    total = engine.count(session, wanted, COUNT_LIMIT + 1)
    rows = engine.ranked(session, wanted, limit, offset)
    return Hits(
        [Hit(paper_id, summary_id) for paper_id, summary_id in rows],
        min(total, COUNT_LIMIT),
        total <= COUNT_LIMIT,
    )
