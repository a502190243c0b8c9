"""Parts of the present page: found where they are kept, or made and kept.

What a part stands on is found in the part, as for pages: the papers and users that it links to.
Whoever makes one names the rest.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import unquote

from flask import g, request

from app.cache.names import is_about_one, names_of_page
from app.cache.pages import PageCache
from app.cache.parts import PagePart, estimate_bytes
from app.cache.wsgi import CACHE, PageNote
from app.change_log import name_of_facts, name_of_text, name_of_user
from app.views.http.paths import is_read
from app.views.http.shared_pages import expire_at, list_notes, name_page

_LINK = re.compile(r'href="(/(paper|user)/[^"?#]+)')
# Nobody can write a mark: nothing that is stored holds a NUL, and nobody knows the rest.
_UNKNOWN = secrets.token_hex(8)


def make_mark(name: str) -> str:
    """A mark for a place that is filled in for each reader."""
    return f"\0{name}-{_UNKNOWN}\0"


def find_parts(keys: Iterable[Hashable]) -> dict[Hashable, PagePart]:
    """Those of some parts that are kept; the page ends with the first."""
    cache: PageCache | None = request.environ.get(CACHE)
    found: dict[Hashable, PagePart] = {} if cache is None else cache.find_all(keys)
    _stand_on(found.values())
    return found


def _stand_on(parts: Collection[PagePart]) -> None:
    """Let the page end with the first of the parts that it has, and stand on what they do."""
    if not parts:
        return
    ends = [part.expires_at for part in parts if part.expires_at is not None]
    if ends:
        expire_at(min(ends))
    name_page(*chain.from_iterable(part.names for part in parts))


def find_or_make_text(key: Hashable, make: Callable[[], str]) -> str:
    """A text of which its key says all: it never becomes untrue."""
    cache: PageCache | None = request.environ.get(CACHE)
    part: PagePart | None = None if cache is None else cache.find(key)
    if part is not None:
        return part.html
    text = make()
    if cache is not None and cache.was_asked(key) and (number := cache.begin()) is not None:
        cache.keep(key, number, PagePart(text, frozenset(), more_bytes=estimate_bytes(key)))
    return text


def find_page_part(key: Hashable) -> PagePart | None:
    """A part that is the greater part of a page, if need be confirmed."""
    cache: PageCache | None = request.environ.get(CACHE)
    if cache is None:
        return None
    part: PagePart | None = cache.find(key) or cache.confirm(key)
    if part is None:
        return None
    _stand_on((part,))
    return part


def make_part(
    key: Hashable,
    render: Callable[[], str],
    names: Iterable[str],
    *,
    about: str = "",
    without_votes: Collection[str] = (),
    more_bytes: int = 0,
    **facts: Any,
) -> PagePart:
    """Make a part, and keep it if it is made of what everybody sees now.

    Args:
        render: gives its HTML.
        names: what it stands on besides its links.
        about: the path of the page of which it is the greater part: it stands on what that does,
            and is confirmed as that is.
        without_votes: paths of papers and summaries of which it shows no votes.
        more_bytes, facts: see `PagePart`.
    """
    maker = PartMaker()
    return maker.make(
        key,
        render,
        names,
        facts,
        about=about,
        without_votes=without_votes,
        more_bytes=more_bytes,
    )


class PartMaker:
    """Makes many parts of one page, and asks the request once for all of them."""

    def __init__(self) -> None:
        self._globals = g._get_current_object()
        self._outer: PageNote | None = g.get("part_note")
        self._notes = list_notes()
        cache: PageCache | None = request.environ.get(CACHE)
        # What a form was answered with may show what is written and not yet committed.
        self._cache = cache if is_read() else None
        self._number: int | None = g.get("newest_change")

    def make(
        self,
        key: Hashable,
        render: Callable[[], str],
        names: Iterable[str],
        facts: dict[str, Any],
        *,
        about: str = "",
        without_votes: Collection[str] = (),
        more_bytes: int = 0,
    ) -> PagePart:
        """See `make_part`."""
        is_kept = self._is_kept(key)
        if not is_kept and not self._notes:  # nobody asks on what it stands
            return PagePart(str(render()), frozenset(), facts=facts)
        confirmed = bool(about) and not is_about_one(about)
        note = self._globals.part_note = PageNote(reads=[] if confirmed else None)
        try:
            html = str(render())  # plain: what is filled in is HTML as well, and must stay as it is
        finally:
            self._globals.part_note = self._outer
        if self._outer is not None and note.expires_at is not None:
            self._outer.expire(note.expires_at)
        linked = names_of_page(about, html.encode()) if about else _linked(html)
        if without_votes:
            linked = {name_of_text(each) if each in without_votes else each for each in linked}
        on = frozenset((*names, *linked, *note.names))
        part = PagePart(html, on, note.expires_at, facts, more_bytes)
        for each in self._notes:
            each.names.update(on)
        return self._keep(key, part, note) if is_kept else part

    def _is_kept(self, key: Hashable) -> bool:
        # What is asked for once is not kept: a crawler must not push out what people read.
        cache = self._cache
        return cache is not None and self._number is not None and cache.was_asked(key)

    def _keep(self, key: Hashable, part: PagePart, note: PageNote) -> PagePart:
        cache, number = self._cache, self._number
        if cache is None or number is None:
            return part
        reads = tuple(note.reads or ())
        digest = cache.digest_reads(reads, number, note.answers)
        if digest is not None:
            part = replace(part, reads=reads, digest=digest)
            cache.keep(key, number, part)
        return part


def _linked(html: str) -> set[str]:
    names = set()
    for link, noun in set(_LINK.findall(html)):
        path = unquote(unescape(link)).replace("//", "/")
        names.add(name_of_user(path) if noun == "user" else name_of_facts(path))
    return names
