"""A work of dblp's in the form in which it is stored: checked, folded, rendered, stamped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

from app.models import folded
from app.models.paper import MAX_IDENTIFIER
from app.queries.papers import MAX_TITLE_FOLDED
from app.rendering import PaperRef, RenderError, reference_from_url, render_inline
from app.search.words import indexable
from app.services.paper_facts import (
    MAX_AUTHORS,
    MAX_NAME,
    MAX_TITLE,
    MAX_URL,
    MAX_VENUE_KEY,
    YEARS,
    clean,
)
from app.sources.dblp_dump import DumpRecord, stream_of

CORR = "journals/corr"
STREAMS = ("conf/", "journals/", "series/")
MAX_DETAIL = 2000
MAX_LINKS = 10  # addresses of one work
KINDS = {"conf": "conference", "journals": "journal", "series": "book"}
FIELDS = ("title", "authors", "place", "doi", "url", "details")
_KEY = re.compile(r"[A-Za-z]+/[\w-]+(?:/[\w+.-]+)+", re.ASCII)
_NUMBER = re.compile(r" \d{4}$", re.ASCII)
_DOI_ADDRESS = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/[\w.()/:;-]+)", re.ASCII)
_ARXIV_VOLUME = re.compile(r"abs/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-zA-Z]{2})?/\d{7})", re.ASCII)
# What `render_inline` does more than escaping for: formulas, tokens of our own, controls.
_SPECIAL = re.compile(r"[$\\\x00-\x1f\x7f-\x9f\ue000-\uf8ff]|zqM")


@dataclass(slots=True)
class Work:
    """One work, ready to be stored.

    Attributes:
        key: dblp's.
        names: authors with dblp's number of a namesake; `bare` are the same without.
        refs: kind, value and folded value of every identifier; its key first.
        html: the title, rendered.
        words: the title in search words.
        authors: numbers of the authors' rows, once they are known.
        stamp: what `papers.source_stamp` becomes (see `head`).
    """

    key: str
    title: str
    names: tuple[str, ...]
    bare: tuple[str, ...]
    year: int | None
    venue_key: str
    venue_name: str
    doi: str
    arxiv_id: str
    url: str
    details: dict[str, str]
    refs: list[tuple[str, str, str]]
    html: str
    words: str
    authors: list[int] = field(default_factory=list)
    stamp: str = ""

    @property
    def kind(self) -> str:
        """The kind of venue, as `venues.kind` has it; empty without a venue."""
        return kind_of_venue(self.venue_key) if self.venue_key else ""

    @property
    def by_dblp(self) -> bool:
        return True

    @property
    def title_folded(self) -> str:
        return self.words[:MAX_TITLE_FOLDED]


def head(record: DumpRecord) -> str:
    """The beginning of a stamp: which record of dblp's, and a digest of all that it says.

    A stamp goes on with digests of what is stored of each of `FIELDS`: a field that has another
    value by now was changed by a person.
    """
    return f"{crc32(record.key.encode()):08x}{crc32(repr(record).encode()):08x}"


def digests(
    title: str,
    bare: Iterable[str],
    year: int | None,
    venue_key: str,
    doi: str,
    url: str,
    details: Mapping[str, str],
) -> dict[str, str]:
    """The digest of each of `FIELDS`, for what dblp says and for what is stored alike."""
    values = (
        title,
        "\n".join(bare),
        f"{year} {venue_key}",
        doi,
        url,
        repr(sorted(details.items())),
    )
    return {
        name: f"{crc32(value.encode()):08x}" for name, value in zip(FIELDS, values, strict=True)
    }


def prepared(record: DumpRecord) -> Work | None:
    """A record as a work; `None` when its key is none, or a fact in it cannot be right."""
    key = record.key
    if not _KEY.fullmatch(key) or len(key) > MAX_IDENTIFIER or "/." in key:
        return None
    title = _line(record.title, MAX_TITLE)
    names = tuple(filter(None, (_line(name, MAX_NAME) for name in record.authors)))
    year = record.year if record.year is None or YEARS[0] <= record.year <= YEARS[1] else None
    if not title or len(names) > MAX_AUTHORS:
        return None
    venue_key = stream_of(key) if key.startswith(STREAMS) and record.venue else ""
    refs, doi, arxiv_id, url = _identifiers(record)
    try:
        html = inline(title)
    except RenderError:
        html = escape(title)
    work = Work(
        key=key,
        title=title,
        names=names,
        bare=tuple(without_number(name) for name in names),
        year=year,
        venue_key=venue_key[:MAX_VENUE_KEY],
        venue_name=_line(record.venue, MAX_NAME) if venue_key else "",
        doi=doi,
        arxiv_id=arxiv_id,
        url=url,
        details={name: _line(value, MAX_DETAIL) for name, value in record.details.items()},
        refs=refs,
        html=html,
        words=indexable(title),
    )
    fields = digests(title, work.bare, year, work.venue_key, doi, url, work.details)
    work.stamp = head(record) + "".join(fields.values())
    return work


def inline(title: str) -> str:
    """What `render_inline` makes of a title, without its machinery where nothing needs it."""
    return render_inline(title) if _SPECIAL.search(title) else escape(title)


def without_number(name: str) -> str:
    """A name without dblp's number of a namesake: "Wei Wang" of "Wei Wang 0001"."""
    return name[:-5] if name[-4:].isdecimal() and _NUMBER.search(name) else name


def kind_of_venue(key: str) -> str:
    """The kind of a venue by its key, as `venues.kind` has it."""
    return "preprint" if key == CORR else KINDS.get(key.split("/")[0], "other")


def _identifiers(record: DumpRecord) -> tuple[list[tuple[str, str, str]], str, str, str]:
    """Identifiers, the DOI, the arXiv id and the address among them."""
    refs = {("key", folded(record.key)): record.key}
    doi = arxiv_id = url = ""
    if record.key.startswith(CORR):
        found = _ARXIV_VOLUME.fullmatch(record.details.get("volume", ""))
        if found:
            arxiv_id = found[1]
            refs["arxiv", folded(arxiv_id)] = arxiv_id
    for link in record.links[:MAX_LINKS]:
        ref = _reference(link)
        if ref is None:
            url = url or (link if _is_address(link) else "")
        elif len(ref.value) <= MAX_IDENTIFIER:
            refs.setdefault((ref.kind, folded(ref.value)), ref.value)
            if ref.kind == "doi":
                doi = doi or ref.value
            elif ref.kind == "arxiv":
                arxiv_id = arxiv_id or ref.value
            else:
                url = url or link
    return [(kind, value, low) for (kind, low), value in refs.items()], doi, arxiv_id, url


def _reference(link: str) -> PaperRef | None:
    found = _DOI_ADDRESS.fullmatch(link)
    # The short way for most; arXiv's own DOIs mean the paper at arXiv.
    if found and not found[1].startswith("10.48550/") and found[1][-1] not in ".;:":
        return PaperRef("doi", found[1].lower())
    return reference_from_url(link)


def _is_address(text: str) -> bool:
    return (
        text.startswith(("https://", "http://"))
        and len(text) <= MAX_URL
        and text.isprintable()
        and " " not in text
    )


def _line(text: str, longest: int) -> str:
    if not text.isprintable() or "  " in text or text != text.strip():
        text = " ".join(clean(text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
