"""How a paper is cited: its BibTeX, and the addresses of its identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from sqlalchemy.orm import Session

from app.models import Paper, Revision
from app.queries import papers
from app.queries.summaries import Entry
from app.services.identifiers import outside_url

_NAMES = {"doi": "DOI", "arxiv": "arXiv", "openreview": "OpenReview", "acl": "ACL Anthology"}
_DBLP_KEY = re.compile(r"(conf|journals|books|series|phd)/[^/]+/[A-Za-z]\w*(-\w+)*")
_MATH = re.compile(r"(\$[^$]+\$)")
_ENTRY_TYPES = {"conference": ("inproceedings", "booktitle"), "journal": ("article", "journal")}


@dataclass(frozen=True)
class PlaceToRead:
    """A labelled address of a paper elsewhere."""

    label: str
    url: str


def places(session: Session, paper: Paper) -> list[PlaceToRead]:
    """Where a paper can be read or looked up: its identifiers, publisher, dblp, Google Scholar."""
    found = []
    for identifier in papers.identifiers(session, paper):
        url = outside_url(identifier.kind, identifier.value)
        if url is not None and identifier.kind in _NAMES:
            found.append(PlaceToRead(f"{_NAMES[identifier.kind]} {identifier.value}", url))
    if paper.url and paper.url not in {place.url for place in found}:
        found.append(PlaceToRead("Publisher", paper.url))
    if _DBLP_KEY.fullmatch(paper.key):
        found.append(PlaceToRead("dblp", f"https://dblp.org/rec/{quote(paper.key)}"))
    scholar = f"https://scholar.google.com/scholar?q={quote_plus(paper.title)}"
    found.append(PlaceToRead("Google Scholar", scholar))
    return found


def bibtex(paper: Paper) -> str:
    """The paper as a BibTeX entry; needs its authors and venue to be loaded.

    Titles are put in double braces so that styles keep their capitals.
    """
    kind = paper.venue.kind if paper.venue is not None else "other"
    entry_type, venue_field = _ENTRY_TYPES.get(kind, ("misc", "howpublished"))
    venue = "" if paper.venue is None else paper.venue.title or paper.venue.name
    fields = {
        "title": "{" + _escaped(paper.title) + "}",
        "author": " and ".join(_escaped(author.name) for author in paper.authors),
        venue_field: _escaped(venue),
        "year": str(paper.year or ""),
        "doi": paper.doi or "",
        "eprint": paper.arxiv_id or "",
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "url": paper.url or "",
    }
    return _entry(entry_type, paper.key, fields)


def revision_bibtex(entry: Entry, revision: Revision, address: str) -> str:
    """A version of a summary as a BibTeX entry.

    Args:
        entry: the summary as the reader may see it; an anonymous one has no author's name.
        revision: the version.
        address: its permanent address.
    """
    writer = "Anonymous" if entry.writer is None else entry.writer.display_name
    day = revision.saved_at
    fields = {
        "title": "{" + _escaped(f"Summary of “{entry.paper.title}”") + "}",
        # In braces of its own: a display name is not a name in parts.
        "author": "{" + _escaped(writer) + "}",
        "howpublished": "Shortlist",
        "year": str(day.year),
        "month": f"{day:%b}".lower(),
        "day": str(day.day),
        "url": address,
        "note": f"About {_escaped(entry.paper.key)}",
    }
    return _entry("misc", f"shortlist:{revision.id}", fields)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name:<13} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    pieces = _MATH.split(text)
    # Odd pieces are math and stay as they are; elsewhere these signs mean something to TeX.
    return "".join(
        piece
        if number % 2
        else re.sub(r"([&%#_])", r"\\\1", piece).replace("{", "").replace("}", "")
        for number, piece in enumerate(pieces)
    )
