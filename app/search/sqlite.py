"""Search with SQLite's FTS5; the table `search_index` is made by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

# Weights of title, people and body in the bm25 rank.
_RANKED = text(
    """
    SELECT e.paper_id, e.summary_id
    FROM search_index JOIN search_entries AS e ON e.id = search_index.rowid
    WHERE search_index MATCH :query
    ORDER BY bm25(search_index, 10.0, 6.0, 1.0), e.summary_id IS NOT NULL, e.id
    LIMIT :limit OFFSET :offset
    """
)
_COUNT = text(
    "SELECT count(*) FROM"
    " (SELECT 1 FROM search_index WHERE search_index MATCH :query LIMIT :limit) AS found"
)


def ranked(
    session: Session, wanted: Sequence[str], limit: int, offset: int
) -> list[tuple[int, int | None]]:
    """Pairs of paper and summary, best first."""
    found = session.execute(
        _RANKED, {"query": _match(wanted), "limit": limit, "offset": offset}
    ).all()
    return [(row[0], row[1]) for row in found]


def count(session: Session, wanted: Sequence[str], limit: int) -> int:
    """How many rows match, counting no further than `limit`."""
    return session.scalar(_COUNT, {"query": _match(wanted), "limit": limit}) or 0


def _match(wanted: Sequence[str]) -> str:
    # Words hold letters and digits only, so nothing in them is FTS5 syntax once quoted.
    return " AND ".join(f'"{word}"*' if len(word) > 2 else f'"{word}"' for word in wanted)
