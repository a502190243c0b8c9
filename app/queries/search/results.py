"""Search results as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.models import Paper, SearchEntry, User
from app.queries import papers as paper_queries
from app.queries import summaries
from app.queries.papers import PaperRow
from app.queries.search import facets
from app.queries.search.facets import Facet
from app.queries.summary_entries import SummaryEntry
from app.search.query import Query
from app.search.ranking import RankedPaper
from app.search.snippets import Marker, Piece
from app.text.lines import one_line

SUMMARIES_LOOKED_AT = 3  # of one paper, for the words of the query
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True)
class SearchHit:
    """A found paper with one of its summaries.

    The found one, else its best, else `None`.

    Attributes:
        title: the title in pieces, where it is plain text; else empty.
        excerpt: where the words stand in the summary or the abstract; empty where they do not.
        entry_is_found: whether the words stand in that summary's text.
    """

    paper: Paper
    entry: SummaryEntry | None
    entry_is_found: bool
    summaries_count: int
    title: list[Piece]
    excerpt: list[Piece]


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, best first; `total` is a floor unless it is exact.

    Attributes:
        facets: by what the results can be narrowed, counted in the first `total`.
        correction: another query that may have been meant; `None` mostly.
    """

    query: Query
    hits: list[SearchHit]
    total: int
    total_is_exact: bool
    facets: list[Facet]
    correction: str | None


def results(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> SearchPage:
    """Papers that fulfil a query (see `app.search.query`), in themselves or in a public summary."""
    found = search.find_papers(session, search.parse(query))
    page = found.papers[offset : offset + limit]
    marker = Marker(found.query, found.completions)
    known = paper_queries.by_ids(session, [each.paper_id for each in page])
    texts = _texts(session, page)
    chosen = {each.paper_id: _best_text(marker, each, texts) for each in page}
    entries = summaries.best_of_papers(
        session,
        [paper_id for paper_id, number in chosen.items() if number is None],
        viewer,
        chosen=[number for number in chosen.values() if number is not None],
    )
    hits = []
    for each in page:
        paper = known.get(each.paper_id)
        if paper is None:  # gone since the index was asked
            continue
        entry = entries.get(paper.id)
        is_found = entry is not None and entry.summary.id == chosen[paper.id]
        own = texts[entry.summary.id] if entry is not None and is_found else None
        text = _paragraphs(paper.abstract) if own is None else own
        hits.append(
            SearchHit(
                paper=paper,
                entry=entry,
                entry_is_found=is_found,
                summaries_count=entry.summaries_count if entry is not None else 0,
                title=_title(marker, paper),
                excerpt=marker.excerpt(text),
            )
        )
    return SearchPage(
        found.query,
        hits,
        len(found.papers),
        found.is_all,
        facets.of_hits(session, found),
        search.correction(session, found),
    )


def papers(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> list[PaperRow]:
    """The same papers, each with its best summary."""
    found = search.find_papers(session, search.parse(query))
    return _rows(session, found.papers[offset : offset + limit], viewer)


def _rows(session: Session, found: Sequence[RankedPaper], viewer: User | None) -> list[PaperRow]:
    ids = [each.paper_id for each in found]
    known = paper_queries.by_ids(session, ids)
    return paper_queries.rows(session, [known[each] for each in ids if each in known], viewer)


def _texts(session: Session, page: Sequence[RankedPaper]) -> dict[int, str]:
    wanted = [number for each in page for number in each.summaries[:SUMMARIES_LOOKED_AT]]
    rows = session.execute(
        select(SearchEntry.summary_id, SearchEntry.text).where(SearchEntry.summary_id.in_(wanted))
    )
    return {number: text for number, text in rows if number is not None}


def _best_text(marker: Marker, found: RankedPaper, texts: dict[int, str]) -> int | None:
    """The summary whose text has most of the words; `None` if none has any."""
    numbers = [each for each in found.summaries[:SUMMARIES_LOOKED_AT] if each in texts]
    counts = {number: marker.count(texts[number]) for number in numbers}
    best = max(numbers, key=lambda number: counts[number], default=None)
    if best is None or (counts[best] == 0 and found.is_itself):
        return None
    return best


def _paragraphs(abstract: str) -> str:
    """An abstract with a line for each paragraph, as the texts of summaries are stored."""
    return "\n".join(map(one_line, _BLANK_LINE.split(abstract)))


def _title(marker: Marker, paper: Paper) -> list[Piece]:
    # A title with formulas or emphasis is shown as it was rendered.
    return marker.mark(paper.title) if paper.title_html == str(escape(paper.title)) else []
