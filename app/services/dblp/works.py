"""A work of dblp's in the form in which it is stored.

Checked, folded, rendered, stamped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any
from zlib import crc32

from app.models import folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.references.identifiers import CORR, kind_of_venue, stream_of
from app.references.mentions import arxiv_in
from app.references.parsing import reference_of_link
from app.rendering import RenderError, curl_quotes, render_inline
from app.search.entries import PaperFacts
from app.services.papers.facts import (
    MAX_AUTHORS,
    MAX_NAME,
    MAX_TITLE,
    MAX_URL,
    MAX_VENUE_KEY,
    YEARS,
)
from app.services.search_index.bulk_entries import NewPaper
from app.sources.dblp_dump.reader import DumpRecord
from app.sources.record import PaperRecord
from app.sources.same_work import WorkFacts, kind_of_work
from app.text.lines import visible_line
from app.text.person_names import make_author_key, remove_number
from app.text.words import MAX_TITLE as MAX_TITLE_FOLDED
from app.text.words import indexable, words

SOURCE = "dblp"
STREAMS = ("conf/", "journals/", "series/")
MAX_DETAIL = 2000
MAX_SHOWN = 100  # characters of a key
MAX_LINKS = 10  # addresses of one work
DIGEST = 8  # characters of one digest
HEAD = 2 * DIGEST  # characters of a stamp before the digests of fields
FIELDS = ("title", "authors", "place", "doi", "url", "details")
# What `render_inline` does more for than escaping and quotes: formulas, our tokens, controls.
_SPECIAL = re.compile(r"[$\\\x00-\x1f\x7f-\x9f\ue000-\uf8ff]|zqM")


@dataclass(slots=True)
class DumpWork:
    """One work, ready to be stored.

    Attributes:
        key: dblp's.
        names: authors with dblp's number of a namesake; `bare` are the same without.
        refs: kind, value and folded value of every identifier; its key first.
        html: the title, rendered.
        searched: what search sees of it; by `title_folded` titles are compared.
        authors: numbers of the authors' rows, once they are known.
        stamp: what `papers.source_stamp` becomes (see `head`).
    """

    key: str
    title: str
    names: list[str]
    bare: list[str]
    year: int | None
    venue_key: str
    venue_name: str
    doi: str
    arxiv_id: str
    url: str
    details: dict[str, str]
    refs: list[tuple[str, str, str]]
    html: str
    searched: NewPaper
    title_folded: str
    stamp: str
    authors: list[int] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.stamp[:HEAD]

    @property
    def facts(self) -> WorkFacts:
        """What tells whether a paper is the same work."""
        record = PaperRecord(
            self.title,
            venue=self.venue_name,
            venue_key=self.venue_key,
            doi=self.doi,
            arxiv_id=self.arxiv_id,
            details=self.details,
        )
        kind = kind_of_work(record, self.kind)
        authors, ids = tuple(self.names), tuple(self.authors)
        return WorkFacts(self.title, authors, self.year, kind, ids, SOURCE)

    @property
    def kind(self) -> str:
        """The kind of venue, as `venues.kind` has it; empty without a venue."""
        return kind_of_venue(self.venue_key) if self.venue_key else ""

    def as_tuple(self) -> tuple[Any, ...]:
        """The arguments that make it again: for another process."""
        return tuple([getattr(self, name) for name in self.__slots__])


def head(record: DumpRecord) -> str:
    """The beginning of a stamp.

    It tells which record of dblp's, and is a digest of all that it says.

    A stamp goes on with digests of what is stored of each of `FIELDS`: a field that has another
    value by now was changed by a person.
    """
    return f"{crc32(record.key.encode()):08x}{crc32(repr(record).encode()):08x}"


def compute_digests(
    title: str,
    bare: Iterable[str],
    year: int | None,
    venue_key: str,
    doi: str,
    url: str,
    details: Mapping[str, str],
) -> str:
    """The digests of `FIELDS`, one behind the other.

    Of what dblp says and of what is stored.
    """
    place = f"{year} {venue_key}"
    others = repr(sorted(details.items()))
    return (
        f"{crc32(title.encode()):08x}{crc32(chr(10).join(bare).encode()):08x}"
        f"{crc32(place.encode()):08x}{crc32(doi.encode()):08x}"
        f"{crc32(url.encode()):08x}{crc32(others.encode()):08x}"
    )


def prepare_work(record: DumpRecord) -> DumpWork | None:
    """Make a work of a record.

    `None` when its key is none, or a fact in it cannot be right.
    """
    key, title, authors, year, venue, _, details = record
    if not stream_of(key) or len(key) > MAX_IDENTIFIER or "/." in key:
        return None
    title = _line(title, MAX_TITLE)
    if not title or len(authors) > MAX_AUTHORS:
        return None
    named = [each for each in map(_name, authors) if each[0]]
    bare = [each[1] for each in named]
    if year is not None and not YEARS[0] <= year <= YEARS[1]:
        year = None
    venue_key = stream_of(key)[:MAX_VENUE_KEY] if venue and key.startswith(STREAMS) else ""
    refs, doi, arxiv_id, url = _identifiers(record)
    if not all(map(_is_short, details.values())):
        details = {name: _line(value, MAX_DETAIL) for name, value in details.items()}
    fields = compute_digests(title, bare, year, venue_key, doi, url, details)
    values = [value for kind, value, _ in refs if kind != "url"]
    namesakes = list(
        dict.fromkeys(make_author_key(name) for name, without in named if name != without)
    )
    searched = PaperFacts(0, title, bare, (), None, "", ("", "", *values), False, namesakes)
    return DumpWork(
        key,
        title,
        [each[0] for each in named],
        bare,
        year,
        venue_key,
        _line(venue, MAX_NAME) if venue_key else "",
        doi,
        arxiv_id,
        url,
        details,
        refs,
        render_title(title),
        NewPaper.of(searched),
        # As `app.text.words.title_folded` has it; only signs beyond ASCII make a difference.
        (" ".join(words(title)) if title.isascii() else indexable(title))[:MAX_TITLE_FOLDED],
        head(record) + fields,
    )


def explain_omission(record: DumpRecord) -> str:
    """Why `prepare_work` makes nothing of a record, in a sentence."""
    key = record.key if len(record.key) <= MAX_SHOWN else record.key[:MAX_SHOWN] + "…"
    if not _line(record.title, MAX_TITLE):
        why = "has no title"
    elif len(record.authors) > MAX_AUTHORS:
        why = f"has more than {MAX_AUTHORS:,} authors"
    else:
        why = "has no key as dblp's are"
    return f"Left out: {key!r} {why}."


def render_title(title: str) -> str:
    """What `render_inline` makes of a title, without its machinery where nothing needs it."""
    if not _SPECIAL.search(title):
        return escape(curl_quotes(title))
    try:
        return render_inline(title)
    except RenderError:
        return escape(title)


def _identifiers(record: DumpRecord) -> tuple[list[tuple[str, str, str]], str, str, str]:
    """Identifiers, the DOI, the arXiv id and the address among them."""
    key = record.key
    refs = {("key", key.lower()): key}
    doi = arxiv_id = url = ""
    if key.startswith(CORR):
        arxiv_id = arxiv_in(record.details.get("volume", ""))
        if arxiv_id:
            refs["arxiv", arxiv_id.lower()] = arxiv_id
    for link in record.links[:MAX_LINKS]:
        kind, value = reference_of_link(link)
        if not kind:
            url = url or (link if _is_address(link) else "")
        elif len(value) <= MAX_IDENTIFIER:
            refs.setdefault((kind, folded(value)), value)
            if kind == "doi":
                doi = doi or value
            elif kind == "arxiv":
                arxiv_id = arxiv_id or value
            else:
                url = url or (link if _is_address(link) else "")
    return [(kind, value, low) for (kind, low), value in refs.items()], doi, arxiv_id, url


@lru_cache(maxsize=30_000)
def _name(name: str) -> tuple[str, str]:
    """A name as it is kept, and the same without number."""
    name = _line(name, MAX_NAME)
    return name, remove_number(name)


def _is_short(text: str) -> bool:
    return len(text) <= MAX_DETAIL and text.isprintable()


def _is_address(text: str) -> bool:
    return (
        text.startswith(("https://", "http://"))
        and len(text) <= MAX_URL
        and text.isprintable()
        and " " not in text
    )


def _line(text: str, longest: int) -> str:
    if not text.isprintable() or "  " in text or text != text.strip():
        text = visible_line(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
