"""The cache in front of a WSGI app."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from app.cache.keys import PageKey, key_of
from app.cache.log import Read
from app.cache.names import is_about_one, names_of_page
from app.cache.pages import Answer, CachedPage, Headers, PageCache, answer_with, make_page

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

CACHE = "shortlist.cache"  # in the environment of every request
NOTE = "shortlist.page"  # in the environment of a request whose answer could be kept


@dataclass
class PageNote:
    """What a view says of its answer.

    Attributes:
        is_shared: whether everybody who is not signed in gets the same.
        is_kept: whether it is kept, if it is shared; else nothing more has to be said of it.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
        names: what it stands on besides its links.
        reads: the statements that it was made of, by which a page about many things is confirmed;
            `None` where that is not wanted, or cannot be.
        answers: what they answered, where all of that is known.
    """

    is_shared: bool = False
    is_kept: bool = True
    expires_at: float | None = None
    names: set[str] = field(default_factory=set)
    reads: list[Read] | None = None
    answers: list[Any] = field(default_factory=list)

    def expire(self, moment: float) -> None:
        """Let the page count until a moment at most, in seconds since 1970."""
        if self.expires_at is None or moment < self.expires_at:
            self.expires_at = moment


class CachedApp:
    """A WSGI app behind a cache.

    Args:
        app: asked for all that is not kept.
        cache: of pages; it may be asked by others too.
    """

    def __init__(self, app: App, cache: PageCache) -> None:
        self._app = app
        self.cache = cache

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ[CACHE] = self.cache
        has_body = environ.get("CONTENT_LENGTH") not in (None, "", "0")
        key = None if has_body else _key(self.cache, environ)
        if key is None:
            return self._app(environ, start_response)
        page: CachedPage | None = self.cache.find(key) or self.cache.confirm(key)
        if page is not None:
            asked = _asked(environ)
            page = self.cache.pack(key, page, asked[1])
            return _send(answer_with(page, *asked), start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self._app(environ, start_response)
        return self._ask(key, environ, start_response)

    def _ask(
        self, key: PageKey, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        number = self.cache.begin()
        if number is None:
            return self._app(environ, start_response)
        note = environ[NOTE] = PageNote(
            is_kept=self.cache.was_asked(key), reads=None if is_about_one(key.path) else []
        )
        head: list[Any] = []
        asked = _asked(environ)
        written: list[bytes] = []

        def start(status: str, headers: Headers, *rest: Any) -> Callable[[bytes], object]:
            head[:] = [status, headers, *rest]
            if not note.is_shared:
                write: Callable[[bytes], object] = start_response(status, headers, *rest)
                return write
            return written.append

        result = self._app(environ, start)
        if not note.is_shared:
            return result
        try:
            body = b"".join([*written, *result])
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        status, headers = int(head[0][:3]), head[1]
        if any(name.lower() == "content-encoding" for name, _ in headers):
            raise ValueError("What is shared must not be packed before it is kept.")
        is_plain = all(value.isascii() for _, value in headers)  # as servers and WSGI both have it
        page = make_page(status, headers, body, expires_at=note.expires_at, accepted=asked[1])
        if is_plain and note.is_kept:
            names = names_of_page(key.path, body) | note.names
            reads = tuple(note.reads or ())
            digest = self.cache.digest_reads(reads, number, note.answers)
            if digest is not None:
                page = replace(page, names=names, reads=reads, digest=digest)
                self.cache.keep(key, number, page)
        return _send(answer_with(page, *asked), start_response)


def find_answer(
    cache: PageCache, method: str, path: str, query: str, header: Callable[[str], str | None]
) -> Answer | None:
    """The answer to a request, if it is kept and surely true.

    It neither waits for the database nor works for long: when something was changed, or the page
    has yet to be packed, it leaves the request to the app.
    """
    if not cache.catch_up_at_once():
        return None
    key = None if _is_personal(cache, header) else key_of(method, path, query, header)
    page: CachedPage | None = None if key is None else cache.find(key)
    accepted = header("accept-encoding") or ""
    if page is None or not page.is_ready(accepted):
        return None
    return answer_with(page, method, accepted, header("if-none-match") or "")


def _is_personal(cache: PageCache, header: Callable[[str], str | None]) -> bool:
    return bool(cache.personal_header and header(cache.personal_header))


def _key(cache: PageCache, environ: Environ) -> PageKey | None:
    def header(name: str) -> str | None:
        value: str | None = environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    if _is_personal(cache, header):
        return None
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    return key_of(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""), header)


def _asked(environ: Environ) -> tuple[str, str, str]:
    return (
        environ["REQUEST_METHOD"],
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        environ.get("HTTP_IF_NONE_MATCH", ""),
    )


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = answer
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
