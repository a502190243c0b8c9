"""Pages that are ready to be sent."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import brotli

from app.cache.encodings import ENCODINGS, choose_encoding
from app.cache.keys import PageKey
from app.cache.log import LogReader, Read
from app.cache.names import NAME_BYTES
from app.cache.store import ItemStore

Headers = list[tuple[str, str]]

# A page that is asked for again is packed once; one answer must not take longer than making it.
GZIP_LEVEL = 6
QUICK_GZIP_LEVEL = 1
BROTLI_QUALITY = 5
MIN_PACKED_BYTES = 500  # less is not worth it
# Of whatever is asked for once, only a mark is kept: a crawler must not push out what people read.
MAX_ASKED_ONCE = 50_000
_OVERHEAD_BYTES = 1_000  # of a page, for its headers
_SET_HERE = ("content-length", "content-encoding", "etag", "vary")


@dataclass(frozen=True)
class CachedPage:
    """An answer that everybody gets who is not signed in.

    Attributes:
        etag: of the plain body, in quotes.
        encodings: in which it may be sent besides plain.
        bodies: by content encoding, those that were asked for; "" is plain.
        headers: by content encoding, whole.
        names: what it stands on.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
        reads: the statements that it was made of, if it can be asked whether it is still true.
        digest: what they answered.
        is_packed: whether what is there is packed well.
    """

    status: int
    etag: str
    encodings: tuple[str, ...]
    bodies: dict[str, bytes]
    headers: dict[str, Headers]
    names: frozenset[str]
    expires_at: float | None
    is_packed: bool = False
    reads: tuple[Read, ...] = ()
    digest: bytes = b""

    @property
    def size(self) -> int:
        statements = sum(len(statement) for statement, _ in self.reads)
        names = NAME_BYTES * len(self.names)
        return _OVERHEAD_BYTES + names + statements + sum(map(len, self.bodies.values()))

    def is_ready(self, accepted: str) -> bool:
        """Whether the best of what a client takes is there, packed well."""
        return self.is_packed and choose_encoding(accepted, self.encodings) in self.bodies


Answer = tuple[int, Headers, bytes]


class PageCache(ItemStore):
    """The pages of one process, and the parts that are kept beside them.

    Args:
        personal_header: a header that says who asks; a request with it is for nobody else.
    """

    def __init__(self, log: LogReader, max_bytes: int, personal_header: str = "") -> None:
        super().__init__(log, max_bytes)
        self.personal_header = personal_header.lower()
        self._asked_once: tuple[set[int], set[int]] = set(), set()

    def __len__(self) -> int:
        return sum(isinstance(key, PageKey) for key in self._items)

    def was_asked(self, key: Hashable) -> bool:
        """Whether a page or part was asked for lately; from now on it was."""
        mark = hash(key)
        with self._lock:
            present, before = self._asked_once
            if mark in present or mark in before:
                return True
            present.add(mark)
            if len(present) > MAX_ASKED_ONCE // 2:
                self._asked_once = set(), present
            return False

    def pack(self, key: PageKey, page: CachedPage, accepted: str) -> CachedPage:
        """A kept page, packed well as a client takes it best.

        Browsers all take the same encoding, in which a page is a seventh of its size: no other one
        is kept until somebody asks for it.
        """
        if page.is_ready(accepted):
            return page
        encoding = choose_encoding(accepted, page.encodings)
        bodies = {**(page.bodies if page.is_packed else {}), encoding: _encode(page, encoding)}
        headers = next(iter(page.headers.values()))
        packed = _with_bodies(page, headers, bodies, is_packed=True)
        self.replace(key, page, packed)
        return packed


def make_page(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    names: Iterable[str] = (),
    expires_at: float | None = None,
    accepted: str = "",
) -> CachedPage:
    """A page of what the app answered, packed quickly for who asked.

    Args:
        headers: the app's; length, encoding and ETag are set here.
        accepted: the request's `Accept-Encoding`.
    """
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    encodings = ENCODINGS if len(body) >= MIN_PACKED_BYTES else ()
    bodies = {"": body}
    if encodings and choose_encoding(accepted, ("gzip",)):
        bodies["gzip"] = gzip.compress(body, QUICK_GZIP_LEVEL, mtime=0)
    page = CachedPage(status, etag, encodings, {}, {}, frozenset(names), expires_at)
    return _with_bodies(page, headers, bodies, is_packed=not encodings)


def _encode(page: CachedPage, encoding: str) -> bytes:
    if "" in page.bodies:
        body = page.bodies[""]
    elif "gzip" in page.bodies:
        body = gzip.decompress(page.bodies["gzip"])
    else:
        body = brotli.decompress(page.bodies["br"])
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return brotli.compress(body, quality=BROTLI_QUALITY) if encoding == "br" else body


def _with_bodies(
    page: CachedPage, headers: Headers, bodies: dict[str, bytes], *, is_packed: bool
) -> CachedPage:
    kept = [pair for pair in headers if pair[0].lower() not in _SET_HERE]
    given = [value for name, value in headers if name.lower() == "vary"]
    varies = [each.strip() for value in (*given, "Accept-Encoding") for each in value.split(",")]
    vary = ", ".join(dict.fromkeys(varies))
    by_encoding = {
        encoding: [
            *kept,
            ("Vary", vary),
            ("ETag", etag_in(page.etag, encoding)),
            *([("Content-Encoding", encoding)] if encoding else []),
            ("Content-Length", str(len(content))),
        ]
        for encoding, content in bodies.items()
    }
    return replace(page, bodies=bodies, headers=by_encoding, is_packed=is_packed)


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
    encoding = choose_encoding(accepted, page.encodings)
    if encoding not in page.bodies:
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
    return any(etag_in(page.etag, encoding) in tags for encoding in ("", *ENCODINGS))
