"""ShortScience.org's exports: the RSS of all summaries, and a person's own as CSV."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import StringIO
from typing import BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.text.lines import one_line

NAMESPACE = "{http://www.shortscience.org}"
CHUNK = 65_536
MAX_FEED = 200_000_000  # bytes
MAX_ITEM = 1_000_000  # characters of one element
MAX_TAG = 4 * CHUNK  # bytes
MAX_DEPTH = 20
ANONYMOUS_AUTHORS = ("anonymous", "anon")
# The fragment for an anonymous one there; the others are those of our own feed.
_ANON = re.compile(r"anon(\..*)?(comments)?$|page-by-\d+$", re.IGNORECASE)
_FIELDS = {
    f"{NAMESPACE}bibtexkey": "key",
    f"{NAMESPACE}arxivid": "arxiv_id",
    f"{NAMESPACE}votes": "votes",
    **{name: name for name in ("title", "author", "description", "link", "guid", "pubDate")},
}


@dataclass(frozen=True)
class FeedItem:
    """A summary in the feed.

    `line` is that of its item; `user` is its writer's name as it stands in the address, else the
    one that was shown, empty for an anonymous one; `author` is the name that was shown.
    """

    line: int
    key: str
    arxiv_id: str
    title: str
    author: str
    user: str
    text: str
    written_at: datetime | None
    votes: int

    @property
    def anonymous(self) -> bool:
        return not self.user


@dataclass(frozen=True)
class KeyedText:
    """A row of the CSV.

    The key of a paper, and what its owner wrote about it.
    """

    line: int
    key: str
    text: str


@dataclass(frozen=True)
class BadItem:
    """An item or row that cannot be used, with the reason."""

    line: int
    message: str


class BadFeed(ValueError):
    """A file that is no feed, or that no program should read.

    `line` counts from 1.
    """

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def looks_like_feed(start: bytes) -> bool:
    """Whether the beginning of a file is that of an RSS feed."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return bool(re.match(rb"(\xef\xbb\xbf)?\s*<(\?xml|rss|!--|!DOCTYPE)", start, re.IGNORECASE))


def read_feed(file: BinaryIO) -> Iterator[FeedItem | BadItem]:
    """The items of a feed, in order, with bounded memory.

    Raises:
        BadFeed: for a document type definition, another kind of file, or one beyond the limits.
            What came before it has been yielded.
    """
    target = _Items()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.expat = parser.parser
    size = 0
    try:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > MAX_FEED:
                raise BadFeed(f"The feed has more than {MAX_FEED // 1_000_000} MB.", target.line)
            parser.feed(chunk)
            if size - target.place > MAX_TAG:  # expat holds it all until the tag ends
                raise BadFeed("A tag of this file is too long.", target.line)
            yield from target.take()
        parser.close()
    except ParseError as error:
        line = error.position[0]
        yield from target.take()
        if not target.is_feed:
            raise BadFeed("This is not XML.", line) from None
        yield BadItem(line, "The file breaks off here, or is not XML from here on.")
        return
    except DefusedXmlException:
        yield from target.take()
        raise BadFeed("The feed defines entities or a document type.", target.line) from None
    except BadFeed:
        yield from target.take()
        raise
    except (LookupError, ValueError):  # expat knows few encodings, and asks Python about others
        raise BadFeed(
            "The feed is in an encoding that cannot be read here: save it as UTF-8.", target.line
        ) from None
    yield from target.take()
    if not target.is_feed:
        raise BadFeed("This is XML, but no RSS feed.")


def read_keyed_texts(text: str) -> Iterator[KeyedText | BadItem]:
    """The rows of the CSV, which has no header: key, text."""
    before = csv.field_size_limit(MAX_ITEM)
    rows = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        while True:
            line = rows.line_num + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield BadItem(line, f"This row cannot be read: {error}.")
                return
            if row is None:
                return
            if row:
                yield _row(line, row)
    finally:
        csv.field_size_limit(before)


def _row(line: int, row: list[str]) -> KeyedText | BadItem:
    if len(row) != 2:
        return BadItem(line, f"A row has a key and a text; this has {len(row)} columns.")
    key, written = row[0].strip(), row[1]
    if not key:
        return BadItem(line, "This row has no key.")
    if not written.strip():
        return BadItem(line, "This row has no text.")
    return KeyedText(line, key, written)


@dataclass
class _Items:
    """What the parser reports to: keeps the fields of the item it is in, and nothing else."""

    is_feed: bool = False
    path: list[str] = field(default_factory=list)
    begun_at: int = 1
    item: dict[str, str] | None = None
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    done: list[FeedItem | BadItem] = field(default_factory=list)
    expat: object = None

    @property
    def line(self) -> int:
        return int(getattr(self.expat, "CurrentLineNumber", 1))

    @property
    def place(self) -> int:
        """Where in the file, in bytes, the last thing was that the parser understood."""
        return int(getattr(self.expat, "CurrentByteIndex", 0))

    def take(self) -> list[FeedItem | BadItem]:
        found, self.done = self.done, []
        return found

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self.path.append(tag)
        if len(self.path) > MAX_DEPTH:
            raise BadFeed("The elements of this file are nested too deeply.", self.line)
        if self.path == ["rss"]:
            self.is_feed = True
        if self.path == ["rss", "channel", "item"]:
            self.item = {}
            self.begun_at = self.line
        self.pieces = []
        self.length = 0

    def data(self, text: str) -> None:
        if self.item is None:
            return
        self.length += len(text)
        if self.length <= MAX_ITEM:
            self.pieces.append(text)

    def end(self, tag: str) -> None:
        self.path.pop()
        if self.item is None:
            return
        if self.path == ["rss", "channel", "item"] and tag in _FIELDS:
            if self.length > MAX_ITEM:
                self.item["too long"] = tag
            self.item.setdefault(_FIELDS[tag], "".join(self.pieces))
        elif self.path == ["rss", "channel"]:
            self.done.append(_item(self.begun_at, self.item))
            self.item = None

    def close(self) -> None:
        """The parser's interface asks for it."""


def _item(line: int, fields: dict[str, str]) -> FeedItem | BadItem:
    if "too long" in fields:
        return BadItem(line, f"This item has more than {MAX_ITEM:,} characters.")
    address = fields.get("link") or fields.get("guid") or ""
    key = fields.get("key", "").strip() or _key_of(address)
    title = one_line(fields.get("title", ""))
    text = fields.get("description", "")
    for what, there in (("key of a paper", key), ("title", title), ("text", text.strip())):
        if not there:
            return BadItem(line, f"This item has no {what}.")
    author = one_line(fields.get("author", ""))
    user = _writer(author, fields.get("link", ""), fields.get("guid", ""))
    return FeedItem(
        line=line,
        key=key,
        arxiv_id=fields.get("arxiv_id", "").strip(),
        title=title,
        author=author if user else "",
        user=user,
        text=text,
        written_at=_moment(fields.get("pubDate", "")),
        votes=_votes(fields.get("votes", "")),
    )


def _key_of(address: str) -> str:
    try:
        query = parse_qs(urlsplit(address.strip()).query)
    except ValueError:
        return ""
    return next((value[0] for name, value in query.items() if name.lower() == "bibtexkey"), "")


def _writer(author: str, *addresses: str) -> str:
    """Whose an item is; nobody's where one of its fields says so, or where two disagree: a name
    that is not told can be told later, and one that was told can't be taken back."""
    names = {name.lower(): name for name in map(_fragment, reversed(addresses)) if name}
    if author.lower() in ANONYMOUS_AUTHORS or len(names) > 1 or any(map(_ANON.match, names)):
        return ""
    return next(iter(names.values()), author)


def _fragment(address: str) -> str:
    try:
        return unquote(urlsplit(address.strip()).fragment).strip()
    except ValueError:
        return ""


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text.strip())
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _votes(text: str) -> int:
    match = re.fullmatch(r"\s*([+-]?\d{1,6})(?:\.\d*)?\s*", text)
    return int(match[1]) if match else 0
