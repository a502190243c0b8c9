"""What the catalogue says of a member's list, kept as long as it says so.

To count it takes a look at each paper of the list. So it is kept for one member, by which papers
are on their list; and of the changes since then it is asked whether one is of these papers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any

from flask import g, request

from app.cache.pages import PageCache
from app.cache.parts import PagePart
from app.cache.wsgi import CACHE
from app.change_log import name_of_facts, name_of_path
from app.models import User
from app.queries.lists import list_overview
from app.queries.lists.list_overview import CatalogueFacets
from app.views.http.access import db
from app.views.http.shared_pages import reading_for_parts

MAX_KEYS = 50  # papers changed meanwhile; with more it is counted anew
_PATH = name_of_path("paper", "")
_OF_PAPERS = (_PATH, name_of_facts(_PATH))  # with what names of changes of papers begin
_FACET_BYTES = 20_000  # about as much memory as they take


def load_facets(reader: User) -> CatalogueFacets:
    """The numbers of a list by year and venue, and of those with summaries.

    What is asked here is no read of the page, which is told by the numbers themselves.
    """
    with reading_for_parts():
        listed = hashlib.blake2b(list_overview.load_listed_papers(db(), reader).encode())
        key = ("list facets", reader.id, listed.digest())
        part = _find(key, reader) or _make(key, reader)
    found: CatalogueFacets = part.facts["facets"]
    return found


def _find(key: Hashable, reader: User) -> PagePart | None:
    cache: PageCache | None = request.environ.get(CACHE)
    number: int | None = g.get("newest_change")
    part: PagePart | None = None if cache is None else cache.find(key)
    if cache is None or part is None or number is None:
        return None
    known: dict[str, int] = part.facts["known"]
    names = cache.list_changes(known["number"])
    keys = None if names is None else _list_keys(names)
    if keys is None or len(keys) > MAX_KEYS:
        return None
    if keys and list_overview.are_on_list(db(), reader, keys):
        return None
    known["number"] = max(known["number"], number)
    return part


def _make(key: Hashable, reader: User) -> PagePart:
    number: int | None = g.get("newest_change")
    facts: dict[str, Any] = {
        "facets": list_overview.load_facets(db(), reader),
        "known": {"number": number},
    }
    # It stands on no name: which papers these are would take a name for each of thousands.
    part = PagePart("", frozenset(), facts=facts, more_bytes=_FACET_BYTES)
    cache: PageCache | None = request.environ.get(CACHE)
    if cache is not None and number is not None and request.method in ("GET", "HEAD"):
        cache.keep(key, number, part)
    return part


def _list_keys(names: frozenset[str]) -> list[str]:
    """The keys of the papers among some names."""
    found = set()
    for name in names:
        for start in _OF_PAPERS:
            if name.startswith(start):
                found.add(name.removeprefix(start))
    return sorted(found)
