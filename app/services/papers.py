"""Adding papers to the library."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import (
    Author,
    Identifier,
    Paper,
    PaperAuthor,
    Section,
    Venue,
    folded,
)
from app.models.paper import MAX_IDENTIFIER
from app.queries.papers import title_folded
from app.rendering import (
    RENDERER_VERSION,
    PaperRef,
    RenderError,
    parse_identifier,
    render_inline,
    render_plain,
)
from app.services import counts, links
from app.services.problems import Refused
from app.services.rerender import mark_stale
from app.services.search_index import index_paper
from app.services.texts import known_keys
from app.sources.record import PaperRecord

MAX_TITLE = 1000
MAX_ABSTRACT = 20_000
MAX_KEYWORDS = 1000
MAX_AUTHORS = 5000
MAX_NAME = 200
MAX_URL = 2000
MAX_VENUE_KEY = 120
MAX_VENUE_TITLE = 400
YEARS = (1500, 2200)
_KEY = re.compile(r"[^\s\x00-\x1f\x7f\"<>\\^`{|}#?%,]+")
_VENUE_OF_KEY = re.compile(r"((?:conf|journals|books|series|phd)/[^/]+)/")


class AlreadyThere(Exception):
    """The paper, or one that shares an identifier with it, is in the library: under `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(f"This paper is here already, as {key}.")
        self.key = key


def add_paper(session: Session, record: PaperRecord, source: str) -> Paper:
    """Put a paper into the library; links that waited for it lead to it from now on.

    The texts of these links are only marked: `rerender.renew_marked` renders them again after the
    commit, for it may take long.

    Args:
        record: what is known of it; only the title is needed.
        source: where the record is from, a word such as `form` or `bibtex`.

    Raises:
        AlreadyThere: when one of its identifiers belongs to a paper we have.
        Refused: for a fact that cannot be right, with the name of the field.
    """
    record = _checked(session, record)
    title_html = _rendered("title", render_inline, record.title)
    abstract_html = _rendered("abstract", render_plain, record.abstract)
    begin_writing(session)
    lock_papers(session, alone=True)
    if not record.key:
        record = replace(record, key=_made_up_key(session, record))
    names = _identifiers(record)
    taken = known_keys(session, names)
    if taken:
        raise AlreadyThere(next(iter(taken.values())))
    venue = _venue(session, record)
    paper = Paper(
        key=record.key,
        title=record.title,
        title_html=title_html,
        title_folded=title_folded(record.title),
        year=record.year,
        venue_id=None if venue is None else venue.id,
        section_slug=record.section or (None if venue is None else venue.section_slug),
        doi=record.doi or None,
        arxiv_id=record.arxiv_id or None,
        url=record.url or None,
        abstract=record.abstract,
        abstract_html=abstract_html,
        keywords=record.keywords,
        published_on=record.published_on,
        source=source,
        renderer_version=RENDERER_VERSION,
        added_at=now(),
    )
    session.add(paper)
    session.flush()
    session.add_all(
        Identifier(paper_id=paper.id, kind=ref.kind, value=ref.value, folded=folded(ref.value))
        for ref in names
    )
    _set_authors(session, paper, record.authors)
    session.flush()
    index_paper(session, paper)
    mark_stale(session, links.resolve(session, paper))
    counts.paper_added(session, paper)
    return paper


def _checked(session: Session, record: PaperRecord) -> PaperRecord:
    """The record in normal form; its key is empty when nothing in it can be one."""
    title = _line("title", record.title, MAX_TITLE, "A title")
    if not title:
        raise Refused("title", "A paper needs a title.")
    authors = tuple(
        filter(None, (_line("authors", name, MAX_NAME, "A name") for name in record.authors))
    )
    if len(authors) > MAX_AUTHORS:
        raise Refused("authors", f"At most {MAX_AUTHORS:,} authors can be kept.")
    if record.year is not None and not YEARS[0] <= record.year <= YEARS[1]:
        raise Refused("year", f"{record.year} cannot be the year of a paper.")
    section = _line("section", record.section, MAX_NAME, "A section")
    if section and session.get(Section, section) is None:
        raise Refused("section", "There is no such section.")
    abstract = _clean(record.abstract).strip()
    if len(abstract) > MAX_ABSTRACT:
        raise Refused("abstract", f"An abstract has at most {MAX_ABSTRACT:,} characters.")
    key = _checked_key(record.key)
    named = parse_identifier(key) if key else None
    doi = _of_kind("doi", record.doi, "doi", "A DOI looks like 10.1109/CVPR.2016.90.")
    arxiv_id = _of_kind(
        "arxiv_id", record.arxiv_id, "arxiv", "An arXiv id looks like 1506.01497 or hep-th/9901001."
    )
    # A key may be a DOI or hold an arXiv id, as many of ShortScience's do.
    if named is not None and named.kind == "doi":
        doi = doi or named.value
    if named is not None and named.kind == "arxiv":
        arxiv_id = arxiv_id or named.value
    return PaperRecord(
        title=title,
        authors=authors,
        key=key or doi or (f"journals/corr/{arxiv_id}" if arxiv_id else ""),
        year=record.year,
        venue=_line("venue", record.venue, MAX_NAME, "A venue"),
        doi=doi,
        arxiv_id=arxiv_id,
        url=_url(record.url),
        abstract=abstract,
        keywords=_line("keywords", record.keywords, MAX_KEYWORDS, "The list of keywords"),
        published_on=record.published_on,
        section=section,
        venue_key=_checked_key(record.venue_key),
        venue_title=_line("venue", record.venue_title, MAX_VENUE_TITLE, "A venue"),
    )


def _clean(text: str) -> str:
    # A space of another kind is a space; what cannot be seen goes.
    return "".join(
        char if char.isprintable() or char in "\n\t" else " " if char.isspace() else ""
        for char in text
    )


def _line(field: str, text: str, longest: int, what: str) -> str:
    text = " ".join(_clean(text).split())
    if len(text) > longest:
        raise Refused(field, f"{what} has at most {longest:,} characters; this has {len(text):,}.")
    return text


def _of_kind(field: str, text: str, kind: str, hint: str) -> str:
    if not text.strip():
        return ""
    ref = parse_identifier(text.strip())
    if ref is None or ref.kind != kind or len(ref.value) > MAX_IDENTIFIER:
        raise Refused(field, f"This is not one. {hint}")
    return ref.value


def _url(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or len(text) > MAX_URL or not text.isprintable() or " " in text:
        raise Refused("url", "An address begins with https:// or http:// and has no spaces.")
    return text


def _checked_key(text: str) -> str:
    key = text.strip().strip("/")
    if not key:
        return ""
    parts = key.split("/")
    plain = _KEY.fullmatch(key) and key.isprintable() and not {".", ".."} & set(parts)
    if len(key) > MAX_IDENTIFIER or not plain:
        raise Refused(
            "key",
            "A key has letters, digits and signs such as / : . - _ but no spaces or commas, for"
            " example conf/nips/RenHGS15.",
        )
    return key


def _made_up_key(session: Session, record: PaperRecord) -> str:
    # As many reference managers do: surname, year, first word of the title, a number if taken.
    surname = _slug(record.authors[0].split()[-1]) if record.authors else ""
    word = next((word for word in _slug(record.title).split("-") if len(word) > 3), "paper")
    base = f"{surname.replace('-', '') or 'unknown'}{record.year or ''}{word}"[:200]
    like = select(Identifier.folded).where(
        Identifier.kind == "key", Identifier.folded.startswith(base, autoescape=True)
    )
    taken = set(session.scalars(like))
    number = 1
    while (key := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return key


def _identifiers(record: PaperRecord) -> list[PaperRef]:
    refs = [PaperRef("key", record.key)]
    named = parse_identifier(record.key)
    if named is not None and named not in refs:
        refs.append(PaperRef(named.kind, named.value))
    for kind, value in (("doi", record.doi), ("arxiv", record.arxiv_id)):
        if value and PaperRef(kind, value) not in refs:
            refs.append(PaperRef(kind, value))
    openreview = parse_identifier(record.url) if "openreview.net" in record.url else None
    if openreview is not None and openreview.kind == "openreview":
        refs.append(PaperRef("openreview", openreview.value))
    return refs


def _venue(session: Session, record: PaperRecord) -> Venue | None:
    match = _VENUE_OF_KEY.match(record.key)
    if record.venue_key:
        key, name = record.venue_key, record.venue or record.venue_key.rsplit("/", 1)[-1]
    elif "/" in record.venue and " " not in record.venue:
        key, name = record.venue, record.venue.rsplit("/", 1)[-1].upper()
    elif match is not None:
        key, name = match[1], record.venue or match[1].rsplit("/", 1)[-1].upper()
    elif record.venue:
        key, name = f"venues/{_slug(record.venue)}"[:MAX_VENUE_KEY], record.venue
        same_name = session.scalar(select(Venue).where(Venue.name == name).limit(1))
        if same_name is not None:
            return same_name
    elif record.arxiv_id:
        key, name = "journals/corr", "CoRR"
    else:
        return None
    if len(key) > MAX_VENUE_KEY or len(name) > MAX_NAME:
        raise Refused("venue", "The name of this venue is too long.")
    kinds = {"conf": "conference", "journals": "journal", "books": "book", "series": "book"}
    kind = "preprint" if key == "journals/corr" else kinds.get(key.split("/")[0], "other")
    row = {"key": key, "name": name, "title": record.venue_title, "kind": kind}
    insert_missing(session, Venue, [row], ["key"])
    return session.scalars(select(Venue).where(Venue.key == key)).one()


def _set_authors(session: Session, paper: Paper, names: Sequence[str]) -> None:
    by_key = {_author_key(name): name for name in names}
    rows: list[dict[str, Any]] = [
        {"key": key, "name": re.sub(r" \d{4}$", "", name)} for key, name in by_key.items()
    ]
    insert_missing(session, Author, rows, ["key"])
    found = session.execute(select(Author.key, Author.id).where(Author.key.in_(list(by_key))))
    ids = dict(found.all())
    session.add_all(
        PaperAuthor(paper_id=paper.id, position=position, author_id=ids[_author_key(name)])
        for position, name in enumerate(names)
    )


def _author_key(name: str) -> str:
    return _slug(name)[:MAX_NAME] or "unnamed"


def _slug(text: str) -> str:
    """Lower-case letters (of any script, without accents) and digits, joined by hyphens."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "-".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", bare)))


def _rendered(field: str, renderer: Any, text: str) -> str:
    try:
        return str(renderer(text))
    except RenderError as error:
        raise Refused(field, str(error)) from None
