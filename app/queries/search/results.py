"""Search results as a reader sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from app import search
from app.models import User
from app.queries import papers as paper_queries
from app.queries.papers import PaperRow
from app.queries.search import facets
from app.queries.search.drafts import FoundDraft, find_drafts
from app.queries.search.facets import Facet
from app.queries.search.hits import SearchHit, load_hits
from app.queries.search.listed import find_listed_entries
from app.queries.search.own import entries_of
from app.queries.search.shelved import find_shelved_entries, list_unwanted_papers
from app.search import Hits
from app.search.query import Query
from app.search.ranking import RankedPaper
from app.search.snippets import Marker


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, best first; `total` is a floor unless it is exact.

    Attributes:
        query: what was looked for: what was typed, or that corrected.
        partial: papers with some of the words, where hardly any has all.
        facets: by what the results can be narrowed, counted in the first `total`.
        corrected: whether nothing has what was typed, and these are the results of `query`.
        correction: another query that may have been meant; `None` mostly.
        drafts: the viewer's own that have the words, on the first page of a search `in:mine`.
    """

    query: Query
    hits: list[SearchHit]
    partial: list[SearchHit]
    total: int
    total_is_exact: bool
    facets: list[Facet]
    corrected: bool
    correction: str | None
    drafts: list[FoundDraft]


@dataclass(frozen=True)
class Asked:
    """What a page of results is asked for.

    Attributes:
        sort: one of `app.search.SORTS`.
        is_exact: whether nothing but what was typed is looked for.
    """

    text: str
    limit: int
    offset: int = 0
    sort: str = "best"
    is_exact: bool = False


def load_search_page(session: Session, asked: Asked, viewer: User | None) -> SearchPage:
    """Papers that fulfil a query (see `app.search.query`), in themselves or in a summary.

    In a public one, or in one of the viewer's.
    """
    found = _find(session, asked.text, asked.sort, viewer)
    correction = None if asked.is_exact else search.suggest_correction(session, found)
    is_corrected = False
    if correction is not None and not found.papers:
        corrected = _find(session, correction, asked.sort, viewer)
        is_corrected = bool(corrected.papers)
        found, correction = corrected if is_corrected else found, None
    page = found.papers[asked.offset : asked.offset + asked.limit]
    marker = Marker(found.query, found.completions)
    wanted = [(each, marker) for each in page]
    is_sentence = not (is_corrected or found.query.is_enclosed or asked.offset)
    if is_sentence and len(found.papers) <= search.FEW:
        known = {paper.paper_id for paper in found.papers}
        known |= list_unwanted_papers(session, found.query, viewer)
        some = search.find_partly(session, found.query, found.completions, known)
        narrowed = Marker(some.query, found.completions)
        wanted += [(each, narrowed) for each in some.papers]
    drafts: list[FoundDraft] = []
    if viewer is not None and found.query.is_mine and not asked.offset:
        drafts = find_drafts(session, viewer, found, marker)
    hits = load_hits(session, wanted, viewer)
    first = {each.paper_id for each in page}
    return SearchPage(
        found.query,
        [hit for hit in hits if hit.paper.id in first],
        [hit for hit in hits if hit.paper.id not in first],
        len(found.papers),
        found.is_all,
        facets.count_facets(session, found),
        is_corrected,
        correction,
        drafts,
    )


def _find(session: Session, text: str, sort: str, viewer: User | None) -> Hits:
    query = search.parse_query(text)
    own: search.OwnEntries = search.no_entries
    if viewer is not None:
        own = partial(find_listed_entries if query.is_listed else entries_of, session, viewer)
    if query.is_enclosed and query.shelves and not query.is_listed:
        own = partial(find_shelved_entries, session, viewer)
    found = search.search_papers(session, query, sort=sort, own=own)
    unwanted = list_unwanted_papers(session, query, viewer)
    if unwanted:
        wanted = [each for each in found.papers if each.paper_id not in unwanted]
        found = replace(found, papers=wanted)
    return found


def list_found_papers(
    session: Session, query: str, viewer: User | None, *, limit: int, offset: int
) -> list[PaperRow]:
    """The same papers, each with its best summary."""
    found = _find(session, query, "best", viewer)
    return _load_rows(session, found.papers[offset : offset + limit], viewer)


def list_found_paper_ids(session: Session, asked: Asked, viewer: User | None) -> list[int]:
    """The numbers of what exactly this query finds, in the same order."""
    found = _find(session, asked.text, asked.sort, viewer)
    page = found.papers[asked.offset : asked.offset + asked.limit]
    return [paper.paper_id for paper in page]


def _load_rows(
    session: Session, found: Sequence[RankedPaper], viewer: User | None
) -> list[PaperRow]:
    ids = [each.paper_id for each in found]
    known = paper_queries.load_papers(session, ids)
    return paper_queries.load_paper_rows(
        session, [known[each] for each in ids if each in known], viewer
    )
