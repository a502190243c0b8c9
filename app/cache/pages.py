"""Pages that are ready to be sent, kept until something that they show has changed."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

import brotli

from app.cache.encodings import choose_encoding
from app.cache.keys import PageKey
from app.cache.log import LogReader, LogUnavailable
from app.cache.names import ANYTHING
from app.change_log import EVERYTHING

Headers = list[tuple[str, str]]

# Once for a page that is kept; for one answer it must not take longer than making it.
GZIP_LEVEL = 6
QUICK_GZIP_LEVEL = 1
BROTLI_QUALITY = 5
MIN_PACKED_BYTES = 500  # less is not worth it
MAX_PAGE_BYTES = 2_000_000
# Of whatever is asked for once, only a mark is kept: a crawler must not push out what people read.
MAX_ASKED_ONCE = 50_000
MAX_REMEMBERED_CHANGES = 5_000
_OVERHEAD_BYTES = 1_000  # of a page, for its names and headers


@dataclass(frozen=True)
class CachedPage:
    """An answer that everybody gets who is not signed in.

    Attributes:
        etag: of the plain body, in quotes.
        bodies: by content encoding; "" is plain.
        headers: by content encoding, whole.
        names: what it stands on.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
    """

    status: int
    etag: str
    bodies: dict[str, bytes]
    headers: dict[str, Headers]
    names: frozenset[str]
    expires_at: float | None

    @property
    def size(self) -> int:
        return _OVERHEAD_BYTES + sum(map(len, self.bodies.values()))


Answer = tuple[int, Headers, bytes]


class PageCache:
    """The pages of one process.

    Args:
        log: what was changed.
        max_bytes: how much memory pages may take.
    """

    def __init__(self, log: LogReader, max_bytes: int) -> None:
        self._log = log
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._pages: OrderedDict[PageKey, CachedPage] = OrderedDict()
        self._by_name: defaultdict[str, set[PageKey]] = defaultdict(set)
        self._size = 0
        self._asked_once: tuple[set[int], set[int]] = set(), set()
        self._number = 0  # of the newest change that is known here
        self._changes: deque[tuple[int, str]] = deque(maxlen=MAX_REMEMBERED_CHANGES)
        self._forgotten = 0  # the newest change that is not in `_changes` any more
        self._seen = threading.local()  # the version that this thread has seen, as `version`

    def __len__(self) -> int:
        return len(self._pages)

    def find(self, key: PageKey) -> CachedPage | None:
        """The page for a request, if there is one that is true now."""
        try:
            self._catch_up()
        except LogUnavailable:
            return None
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.expires_at is not None and page.expires_at <= time.time():
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return page

    def is_caught_up(self) -> bool:
        """Whether `find` would answer without reading the log."""
        try:
            return self._log.version() == getattr(self._seen, "version", None)
        except LogUnavailable:
            return False

    def begin(self) -> int | None:
        """The newest change, or `None` if no page can be kept.

        To be asked before a page is made.
        """
        try:
            self._catch_up()
        except LogUnavailable:
            return None
        return self._number

    def keep(self, key: PageKey, number: int, page: CachedPage) -> bool:
        """Keep a page that was asked for before, unless something it shows was changed since.

        Args:
            number: what `begin` said before the page was made.
        """
        if page.size > min(MAX_PAGE_BYTES, self._max_bytes):
            return False
        try:
            self._catch_up()
        except LogUnavailable:
            return False
        with self._lock:
            if number < self._forgotten or any(
                since > number and _concerns(name, page.names) for since, name in self._changes
            ):
                return False
            self._drop(key)
            self._pages[key] = page
            self._size += page.size
            for name in page.names:
                self._by_name[name].add(key)
            while self._size > self._max_bytes:
                self._drop(next(iter(self._pages)))
            return True

    def was_asked(self, key: PageKey) -> bool:
        """Whether a page was asked for lately; from now on it was."""
        mark = hash(key)
        with self._lock:
            present, before = self._asked_once
            if mark in present or mark in before:
                return True
            present.add(mark)
            if len(present) > MAX_ASKED_ONCE // 2:
                self._asked_once = set(), present
            return False

    def close(self) -> None:
        """Let go of pages and connections."""
        with self._lock:
            self._clear()
        self._log.close()

    def _catch_up(self) -> None:
        version = self._log.version()
        if version == getattr(self._seen, "version", None):
            return
        with self._lock:
            newest, rows = self._log.read(self._number)
            for number, name in rows:
                self._remember(number, name)
            self._number = newest
        self._seen.version = version

    def _remember(self, number: int, name: str) -> None:
        if len(self._changes) == MAX_REMEMBERED_CHANGES:
            self._forgotten = self._changes[0][0]
        self._changes.append((number, name))
        if name == EVERYTHING:
            self._clear()
            return
        for changed in (name, ANYTHING):
            for key in list(self._by_name.get(changed, ())):
                self._drop(key)

    def _drop(self, key: PageKey) -> None:
        page = self._pages.pop(key, None)
        if page is None:
            return
        self._size -= page.size
        for name in page.names:
            keys = self._by_name[name]
            keys.discard(key)
            if not keys:
                del self._by_name[name]

    def _clear(self) -> None:
        self._pages.clear()
        self._by_name.clear()
        self._size = 0


def make_page(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    names: Iterable[str] = (),
    expires_at: float | None = None,
    is_kept: bool,
) -> CachedPage:
    """A page of what the app answered, with its other encodings.

    Args:
        headers: the app's; length, encoding and ETag are set here.
        is_kept: whether it is sent often, and so worth being packed well.
    """
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    bodies = {"": body}
    if len(body) >= MIN_PACKED_BYTES:
        level = GZIP_LEVEL if is_kept else QUICK_GZIP_LEVEL
        bodies["gzip"] = gzip.compress(body, level, mtime=0)
        if is_kept:
            bodies["br"] = brotli.compress(body, quality=BROTLI_QUALITY)
    kept = [
        pair
        for pair in headers
        if pair[0].lower() not in ("content-length", "content-encoding", "etag", "vary")
    ]
    vary = ", ".join(
        dict.fromkeys(
            [value for name, value in headers if name.lower() == "vary"] + ["Accept-Encoding"]
        )
    )
    by_encoding = {
        encoding: [
            *kept,
            ("Vary", vary),
            ("ETag", etag_in(etag, encoding)),
            *([("Content-Encoding", encoding)] if encoding else []),
            ("Content-Length", str(len(content))),
        ]
        for encoding, content in bodies.items()
    }
    return CachedPage(status, etag, bodies, by_encoding, frozenset(names), expires_at)


def etag_in(etag: str, encoding: str) -> str:
    """The ETag of one encoding of a page: other bytes need another one."""
    return f'{etag[:-1]}-{encoding}"' if encoding else etag


def answer_with(page: CachedPage, method: str, accepted: str, known: str) -> Answer:
    """What to send of a page.

    Args:
        method: GET or HEAD.
        accepted: the request's `Accept-Encoding`.
        known: its `If-None-Match`.
    """
    encoding = choose_encoding(accepted, page.bodies)
    headers = page.headers[encoding]
    if known and page.status == 200 and _is_known(page, known):
        passed = ("content-length", "content-encoding", "content-type")
        return 304, [pair for pair in headers if pair[0].lower() not in passed], b""
    return page.status, headers, b"" if method == "HEAD" else page.bodies[encoding]


def _is_known(page: CachedPage, known: str) -> bool:
    if known.strip() == "*":
        return True
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return any(etag_in(page.etag, encoding) in tags for encoding in page.bodies)


def _concerns(name: str, names: frozenset[str]) -> bool:
    return name == EVERYTHING or name in names or ANYTHING in names
