"""What the catalogue says of a member's list, kept as long as it says so.

To count it takes a look at each paper of the list. So it is kept for one member, by which papers
are on their list; and of the changes since then it is asked whether one is of these papers.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from flask import g, request

from app.cache.pages import PageCache
from app.cache.parts import PagePart
from app.cache.wsgi import CACHE
from app.change_log import name_of_facts, name_of_path, name_of_text
from app.models import User
from app.queries.lists import list_overview
from app.queries.lists.list_overview import CatalogueFacets
from app.views.http.access import db
from app.views.http.shared_pages import reading_for_parts
from app.views.parts.own_parts import find_own_part, make_own_key, make_own_part

MAX_KEYS = 50  # papers changed meanwhile; with more it is counted anew
_PATH = name_of_path("paper", "")
_TEXT = name_of_text(name_of_path("summary", ""))
_OF_PAPERS = (_PATH, name_of_facts(_PATH))  # with what names of changes of papers begin


def load_facets(reader: User) -> CatalogueFacets:
    """The numbers of a list by year and venue, and of those with summaries."""
    key = make_own_key("list facets", reader)
    part = find_own_part(key)
    if part is None or not _confirm(part, reader):
        part = _make(key, reader)
    found: CatalogueFacets = part.facts["facets"]
    return found


def _confirm(part: PagePart, reader: User) -> bool:
    """Note that the catalogue still says the same of the papers of a list, if it does."""
    cache: PageCache | None = request.environ.get(CACHE)
    number: int | None = g.get("newest_change")
    known: int | None = part.facts["known"]
    if cache is None or number is None or known is None:
        return False
    if known >= number:
        return True
    names = cache.list_changes(known)
    keys = None if names is None else _list_keys(names)
    if keys is None or len(keys) > MAX_KEYS:
        return False
    if keys and list_overview.are_on_list(db(), reader, keys):
        return False
    part.facts["known"] = number
    return True


def _make(key: Hashable, reader: User) -> PagePart:
    facts: dict[str, Any] = {}

    def render() -> str:
        # What it is confirmed by; how the papers change is in the log.
        list_overview.load_listed_papers(db(), reader)
        with reading_for_parts():
            facts["facets"] = list_overview.load_facets(db(), reader)
        facts["known"] = g.get("newest_change")
        return ""

    return make_own_part(key, reader, render, facts=facts)


def _list_keys(names: frozenset[str]) -> list[str]:
    """The keys of the papers among some names of which more than votes may have changed."""
    # Votes change no text, and of a paper neither its facts nor whether it has a summary.
    has_text = any(name.startswith(_TEXT) for name in names)
    starts = _OF_PAPERS if has_text else _OF_PAPERS[1:]
    found = {
        name.removeprefix(start) for name in names for start in starts if name.startswith(start)
    }
    return sorted(found)
