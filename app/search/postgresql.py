"""Search with PostgreSQL's tsvector; the column and its index are made by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

# Weights of D, C, B, A: body, (unused), people, title.
_RANKED = text(
    """
    SELECT e.paper_id, string_agg(e.summary_id::text, ',')
    FROM search_entries AS e, to_tsquery('simple', :query) AS query
    WHERE e.vector @@ query
    GROUP BY e.paper_id
    ORDER BY max(ts_rank_cd('{0.1, 0.1, 0.6, 1.0}', e.vector, query, 1)) DESC, e.paper_id
    LIMIT :limit OFFSET :offset
    """
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT DISTINCT e.paper_id FROM search_entries AS e"
    " WHERE e.vector @@ to_tsquery('simple', :query) LIMIT :limit) AS found"
)


def ranked(
    session: Session, wanted: Sequence[str], limit: int, offset: int
) -> list[tuple[int, str | None]]:
    """Papers with the numbers of their found summaries, joined by commas; best first."""
    found = session.execute(
        _RANKED, {"query": _tsquery(wanted), "limit": limit, "offset": offset}
    ).all()
    return [(row[0], row[1]) for row in found]


def count(session: Session, wanted: Sequence[str], limit: int) -> int:
    """How many papers are found, counting no further than `limit`."""
    return session.scalar(_COUNT, {"query": _tsquery(wanted), "limit": limit}) or 0


def _tsquery(wanted: Sequence[str]) -> str:
    # Words hold letters and digits only, so nothing in them is tsquery syntax.
    return " & ".join(f"{word}:*" if len(word) > 2 else word for word in wanted)
