"""Search with SQLite's FTS5; the table `search_index` is made by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

# Weights of title, people and body in the bm25 rank. It cannot be called where rows are grouped,
# so it is worked out before, in a table of its own.
_RANKED = text(
    """
    WITH found AS MATERIALIZED (
        SELECT e.paper_id, e.summary_id, bm25(search_index, 10.0, 6.0, 1.0) AS place
        FROM search_index JOIN search_entries AS e ON e.id = search_index.rowid
        WHERE search_index MATCH :query
    )
    SELECT paper_id, group_concat(summary_id)
    FROM found
    GROUP BY paper_id
    ORDER BY min(place), paper_id
    LIMIT :limit OFFSET :offset
    """
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT DISTINCT e.paper_id"
    " FROM search_index JOIN search_entries AS e ON e.id = search_index.rowid"
    " WHERE search_index MATCH :query LIMIT :limit)"
)


def ranked(
    session: Session, wanted: Sequence[str], limit: int, offset: int
) -> list[tuple[int, str | None]]:
    """Papers with the numbers of their found summaries, joined by commas; best first."""
    found = session.execute(
        _RANKED, {"query": _match(wanted), "limit": limit, "offset": offset}
    ).all()
    return [(row[0], row[1]) for row in found]


def count(session: Session, wanted: Sequence[str], limit: int) -> int:
    """How many papers are found, counting no further than `limit`."""
    return session.scalar(_COUNT, {"query": _match(wanted), "limit": limit}) or 0


def _match(wanted: Sequence[str]) -> str:
    # Words hold letters and digits only, so nothing in them is FTS5 syntax once quoted.
    return " AND ".join(f'"{word}"*' if len(word) > 2 else f'"{word}"' for word in wanted)
