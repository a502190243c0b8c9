"""What searches found, kept until anything is changed.

Guests share what they asked for. What a member asked for is kept for them alone, although it holds
nothing but public texts: how quickly an answer comes must not tell what others have looked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from app.cache.names import ANYTHING
from app.cache.parts import PagePart
from app.models import User
from app.queries.lists.own_facts import OwnFacts
from app.queries.search import results
from app.queries.search.hits import SearchHit
from app.queries.search.own import may_find_own
from app.queries.search.results import Asked, SearchPage
from app.search import parse_query
from app.search.query import Query
from app.views.http.access import db
from app.views.parts import own_entries
from app.views.parts.kept import find_parts, make_part
from app.views.parts.own_parts import find_own_part, make_own_key, make_own_part
from app.views.site.search_facets import print_facets
from app.views.site.search_rows import FoundRow, make_found_rows

_HIT_BYTES, _FACET_BYTES = 4500, 2000  # about as much memory as each takes


@dataclass(frozen=True)
class ShownSearch:
    """What a search found for its reader.

    Attributes:
        rows: of the results that others are shown the same, by paper.
        facets: HTML of those that stand beside the results.
        own: what is filled in for the reader.
    """

    found: SearchPage
    rows: Mapping[int, FoundRow]
    facets: Markup
    own: OwnFacts


def load_search_page(asked: Asked, reader: User | None) -> ShownSearch:
    """The page of results and what is the reader's own.

    It is kept if others would be shown the same.
    """
    if reader is not None and _may_find_own(asked, reader):
        return _load_own(asked, reader)
    shared: Hashable = ("search", asked)
    key = shared if reader is None else ("search", asked, reader.id)
    kept = find_parts((shared, key))
    part = kept.get(shared) or kept.get(key) or _make(key, asked)
    found: SearchPage = part.facts["found"]
    rows: Mapping[int, FoundRow] = part.facts["rows"]
    facets: Markup = part.facts["facets"]
    if reader is None:
        return ShownSearch(found, rows, facets, _load_facts(found))
    if found.corrected and _may_find_hidden(found.query, reader):
        return _load_own(asked, reader)
    own = _load_facts(found)
    if own.hiding:
        return _load_own(asked, reader)
    shown = replace(
        found,
        hits=[_for_reader(hit, reader) for hit in found.hits],
        partial=[_for_reader(hit, reader) for hit in found.partial],
    )
    return ShownSearch(shown, rows, facets, own)


def _load_own(asked: Asked, reader: User) -> ShownSearch:
    found = results.load_search_page(db(), asked, reader)
    rows = make_found_rows(found.hits + found.partial)
    return ShownSearch(found, rows, _print_facets(found, asked), _load_facts(found))


def _print_facets(found: SearchPage, asked: Asked) -> Markup:
    return print_facets(found.facets, asked.sort if asked.sort != "best" else None)


def _load_facts(found: SearchPage) -> OwnFacts:
    hits = found.hits + found.partial
    return own_entries.load_own_facts_for_page(
        [hit.summary.id for hit in hits if hit.summary is not None],
        {hit.paper.id for hit in hits},
    )


def _make(key: Hashable, asked: Asked) -> PagePart:
    found = results.load_search_page(db(), asked, None)
    hits = found.hits + found.partial
    rows: dict[int, FoundRow] = {}

    def render() -> str:
        # Made here, so that the part ends when an age in a row does.
        rows.update(make_found_rows(hits))
        return ""

    size = _HIT_BYTES * len(hits) + _FACET_BYTES * len(found.facets)
    facets = _print_facets(found, asked)
    facts: dict[str, Any] = {"found": found, "rows": rows, "facets": facets}
    return make_part(key, render, (ANYTHING,), more_bytes=size, **facts)


def _may_find_own(asked: Asked, reader: User) -> bool:
    query = parse_query(asked.text)
    return query.is_enclosed or bool(query.shelves) or _may_find_hidden(query, reader)


def _may_find_hidden(query: Query, reader: User) -> bool:
    """Whether a query may find a hidden text of the reader; kept, as all of these are looked at."""
    key = make_own_key("search among hidden texts", reader, query.text)
    part = find_own_part(key)
    if part is None:
        part = make_own_part(
            key, reader, lambda: "found" if may_find_own(db(), reader, query) else ""
        )
    return bool(part.html)


def _for_reader(hit: SearchHit, reader: User) -> SearchHit:
    """A result; only its writer sees that an anonymous summary is theirs."""
    summary = hit.summary
    is_theirs = summary is not None and summary.anonymous and summary.user_id == reader.id
    return replace(hit, is_for_viewer=True) if is_theirs else hit
