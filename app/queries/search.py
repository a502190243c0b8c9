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

SHOWN_OF_ONE_PAPER = 5  # how many found summaries of a paper compete for its row


@dataclass(frozen=True)
class SearchHit:
    """A found paper with one of its summaries: a found one, else its best, else `None`."""

    paper: Paper
    entry: Entry | None
    entry_is_found: bool
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
    """Papers that contain all words of the query, in themselves or in a public summary."""
    found = search.find(session, query, limit=limit, offset=offset)
    rows = {row.paper.id: row for row in _rows(session, found, viewer)}
    wanted = [number for hit in found.rows for number in hit.summary_ids[:SHOWN_OF_ONE_PAPER]]
    entries = summaries.by_ids(session, wanted, viewer)
    hits = []
    for hit in found.rows:
        if hit.paper_id not in rows:  # gone since the index was asked
            continue
        row = rows[hit.paper_id]
        matching = [entries[each] for each in hit.summary_ids if each in entries]
        best = max(matching, key=lambda entry: entry.summary.score, default=None)
        hits.append(SearchHit(row.paper, best or row.best, best is not None, row.summaries_count))
    return SearchPage(hits, found.total, found.total_is_exact)


def papers(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> list[PaperRow]:
    """The same papers, each with its best summary."""
    return _rows(session, search.find(session, query, limit=limit, offset=offset), viewer)


def _rows(session: Session, found: search.Hits, viewer: User | None) -> list[PaperRow]:
    ids = [hit.paper_id for hit in found.rows]
    known = paper_queries.by_ids(session, ids)
    return paper_queries.rows(session, [known[each] for each in ids if each in known], viewer)
