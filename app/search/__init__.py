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
    """A found paper, and the numbers of its summaries in which the words were found."""

    paper_id: int
    summary_ids: tuple[int, ...]


@dataclass(frozen=True)
class Hits:
    """A page of papers, best first. `total` counts at most `COUNT_LIMIT`; beyond, it is a floor."""

    rows: list[Hit]
    total: int
    total_is_exact: bool


def find(session: Session, query: str, *, limit: int, offset: int = 0) -> Hits:
    """Papers that contain every word of the query (or a word that begins so), best first.

    A paper is found by its own entry (title, authors, …) or by that of one of its summaries.
    Any string is a valid query; one without words finds nothing.
    """
    wanted = words(query)
    if not wanted:
        return Hits([], 0, True)
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    total = engine.count(session, wanted, COUNT_LIMIT + 1)
    rows = engine.ranked(session, wanted, limit, offset)
    return Hits(
        [
            Hit(paper_id, tuple(int(each) for each in (summary_ids or "").split(",") if each))
            for paper_id, summary_ids in rows
        ],
        min(total, COUNT_LIMIT),
        total <= COUNT_LIMIT,
    )
