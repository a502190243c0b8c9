"""Answers that are the same for all who are not signed in.

They may be kept. A view says so by `shared`; whether an answer really is one is decided when it is
made: it sets no cookie, was made for nobody in particular, and its address holds nothing but what
the view reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, g, request, session
from sqlalchemy import Engine, event
from werkzeug.wrappers import Response

from app.cache.wsgi import NOTE, PageNote
from app.statements import tell_of_reads
from app.views.http import access
from app.views.http.paths import is_read

# Caches in front of ours may keep it too, and ask each time whether it is still true.
SHARED = "public, no-cache"
MAX_READS = 30  # statements; what takes more is rather made again
STATUSES = (200, 404)  # a paper that nobody has written about has a page, and no status of success
View = TypeVar("View", bound=Callable[..., Any])


def init(app: Flask) -> None:
    """Look at each answer."""
    app.after_request(_mark_shared)


def shared(*arguments: str) -> Callable[[View], View]:
    """Let a view's pages be kept for who is not signed in.

    Args:
        arguments: the query arguments that the view reads.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            g.is_shared = all(name in arguments for name in request.args)
            return view(*args, **kwargs)

        return cast("View", wrapped)

    return decorate


def keep_private() -> None:
    """Say that the present page must not be kept after all."""
    g.is_shared = False


def is_packed_later() -> bool:
    """Whether the cache in front of the app compresses the present answer."""
    note = _note()
    return note is not None and note.is_shared


def expire_page(moment: datetime) -> None:
    """Say that the present page, or part, says something else from a moment on."""
    expire_at(moment.timestamp())


def expire_at(seconds: float) -> None:
    """The same, in seconds since 1970."""
    for note in list_notes():
        note.expire(seconds)


def name_page(*names: str) -> None:
    """Say on what the present page, or part, stands besides its links."""
    for note in list_notes():
        note.names.update(names)


@contextmanager
def reading_for_parts() -> Iterator[None]:
    """What is read meanwhile goes into parts, which say on what they stand."""
    notes = list_notes()
    reads = [note.reads for note in notes]
    for note in notes:
        note.reads = None
    yield
    for note, before in zip(notes, reads, strict=True):
        note.reads = before


@event.listens_for(Engine, "after_cursor_execute")
def _note_read(
    _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
) -> None:
    _note_statement(statement, values)


def _note_statement(statement: str, values: Any, rows: Sequence[Any] | None = None) -> None:
    for note in list_notes():
        if note.reads is None:
            continue
        if statement.startswith(("SELECT", "WITH")) and len(note.reads) < MAX_READS:
            note.reads.append((statement, values))
            if rows is not None:
                note.answers.append(rows)
        else:
            note.reads = None


tell_of_reads(_note_statement)


def _note() -> PageNote | None:
    found: PageNote | None = request.environ.get(NOTE) if request else None
    return found


def list_notes() -> list[PageNote]:
    """The notes of the present page and part, where these are kept."""
    if not request:
        return []
    found = (request.environ.get(NOTE), g.get("part_note"))
    return [note for note in found if note is not None and note.is_kept]


def _mark_shared(response: Response) -> Response:
    if (
        g.get("is_shared")
        and is_read()
        and response.status_code in STATUSES
        and not response.is_streamed
        and not access.token()
        and not access.viewer_is_known()
        and not session.modified
        and "Set-Cookie" not in response.headers
    ):
        response.headers["Cache-Control"] = SHARED
        response.vary.add("Cookie")
        note = _note()
        if note is not None:
            note.is_shared = True
    return response
