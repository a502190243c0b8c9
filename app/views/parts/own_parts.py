"""What is made for one member alone, and kept for them.

It shows texts that only they see, and the log of changes tells nothing of these. So it is kept with
all statements that it was made of, and they are asked again unless nothing at all was committed
meanwhile: that takes a tenth of the time of making it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from flask import g, request

from app.cache.log import digest_answers
from app.cache.names import names_of_page
from app.cache.pages import PageCache
from app.cache.parts import PagePart, estimate_bytes
from app.cache.wsgi import CACHE, PageNote
from app.models import User
from app.statements import answer_in_transaction
from app.views.http.access import db
from app.views.http.paths import is_read, this_address
from app.views.parts.places import token_as_mark

_COLUMNS = User.__table__.columns
_OF_READER = tuple(each.key for each in _COLUMNS if each is not _COLUMNS.password_hash)


def make_own_key(kind: str, reader: User, *of_what: Hashable) -> Hashable:
    """The key of a part of one member.

    It has all that a template might ask of them.
    """
    of_reader = tuple(getattr(reader, name) for name in _OF_READER)
    return kind, of_reader, this_address(), db().info["site_url"], *of_what


def find_own_part(key: Hashable) -> PagePart | None:
    """A part of a member that still says what it would say now."""
    cache: PageCache | None = request.environ.get(CACHE)
    if cache is None or not is_read():
        return None
    found: PagePart | None = cache.confirm(key)
    return found


def make_own_part(
    key: Hashable,
    reader: User,
    render: Callable[[], str],
    *,
    about: str = "",
    facts: dict[str, Any] | None = None,
) -> PagePart:
    """Make a part for one member.

    Tokens of forms are marks in it. It is kept from the second time on that it is asked for.

    Args:
        render: gives its HTML. It asks the database all that this depends on, but for what the key
            says and what belongs to `about`.
        about: the path of a page; the part is forgotten when that page changes for others.
        facts: see `PagePart`; `render` may fill it.
    """
    cache: PageCache | None = request.environ.get(CACHE)
    number: int | None = g.get("newest_change")
    is_kept = cache is not None and number is not None and is_read() and cache.was_asked(key)
    if is_kept:
        # What the session knows already it would not ask again.
        db().expunge_all()
        db().add(reader)
    outer = g.get("part_note")
    note = g.part_note = PageNote(reads=[])
    try:
        with token_as_mark():
            html = str(render())
    finally:
        g.part_note = outer
    names = names_of_page(about, html.encode()) | note.names if about else frozenset(note.names)
    reads, size = tuple(note.reads or ()), estimate_bytes(key)  # which holds much of the reader
    part = PagePart(html, names, note.expires_at, facts or {}, more_bytes=size, reads=reads)
    answer = answer_in_transaction(db()) if is_kept and part.reads else None
    if cache is not None and number is not None and answer is not None:
        digest = digest_answers(answer(*read) for read in part.reads)
        cache.keep(key, number, replace(part, digest=digest))
    return part
