"""Search results as a reader sees them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import search
from app.models import Paper, User
from app.queries import papers as paper_queries
from app.queries import summaries
from app.queries.papers import PaperRow
from app.queries.summaries import Entry


@dataclass(frozen=True)
class SearchHit:
    """A found paper, or with `entry` a found summary of it."""

    paper: Paper
    entry: Entry | None
    summaries_count: int


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, best first; `total` is a floor unless it is exact."""

    hits: list[SearchHit]
    total: int
    total_is_exact: bool


def results(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> SearchPage:
    """Papers and public summaries that contain all words of the query."""
    found = search.find(session, query, limit=limit, offset=offset)
    ids = list(dict.fromkeys(hit.paper_id for hit in found.rows))
    known = paper_queries.by_ids(session, ids)
    entries = summaries.by_ids(
        session, [hit.summary_id for hit in found.rows if hit.summary_id is not None], viewer
    )
    counts = summaries.counts_by_paper(session, set(ids), viewer)
    hits = [
        SearchHit(
            known[hit.paper_id],
            None if hit.summary_id is None else entries.get(hit.summary_id),
            counts.get(hit.paper_id, 0),
        )
        for hit in found.rows
        if hit.paper_id in known
    ]
    return SearchPage(hits, found.total, found.total_is_exact)


def papers(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> list[PaperRow]:
    """Papers that are found themselves or by a summary, best first, each once."""
    found = search.find(session, query, limit=limit, offset=offset)
    ids = list(dict.fromkeys(hit.paper_id for hit in found.rows))
    known = paper_queries.by_ids(session, ids)
    return paper_queries.rows(session, [known[each] for each in ids if each in known], viewer)
