"""A paper as a record, for the formats, and where it is read elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from app.models import Identifier, Paper, Revision
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import dblp_url, outside_url
from app.references.labels import SITES
from app.references.parsing import reference_from_url
from app.references.sites import pdf_of_page, site_label
from app.sources.bibtex.capitals import protect_capitals
from app.sources.record import PaperRecord
from app.sources.works import pdf_of
from app.text.tex import escape_tex

# What a paper is when only the kind of its venue is known.
_ENTRY_TYPES = {"conference": "inproceedings", "journal": "article", "book": "incollection"}


@dataclass(frozen=True)
class ReadingLink:
    """A labelled address of a paper elsewhere."""

    label: str
    url: str


def record_of(paper: Paper, names: Sequence[Identifier]) -> PaperRecord:
    """A paper as the record that the formats are made of.

    Args:
        paper: its authors and venue must be loaded.
        names: its identifiers.
    """
    venue = paper.venue
    details = dict(paper.details)
    if venue is not None and venue.kind in _ENTRY_TYPES:
        details.setdefault("type", _ENTRY_TYPES[venue.kind])
    known = {name.kind: name.value for name in reversed(names)}
    name, title = paper.printed_venue
    orcids = tuple(author.orcid or "" for author in paper.authors)
    return PaperRecord(
        key=paper.key,
        title=paper.title,
        authors=tuple(each.printed for each in paper.authorships),
        orcids=orcids if any(orcids) else (),
        year=paper.year,
        venue=name,
        venue_key="" if venue is None else venue.key,
        venue_title=title,
        doi=paper.doi or "",
        arxiv_id=paper.arxiv_id or "",
        openreview_id=known.get("openreview", ""),
        acl_id=known.get("acl", ""),
        url=paper.url or "",
        abstract=paper.abstract,
        keywords=paper.keywords,
        published_on=paper.published_on,
        section=paper.section_slug or "",
        details=details,
        note="" if paper.retraction is None else paper.retraction.note,
    )


def list_reading_links(record: PaperRecord, names: Sequence[Identifier]) -> list[ReadingLink]:
    """Where a paper can be read or looked up: its PDF first, then sites."""
    found = []
    pdf = pdf_of(record) or pdf_of_page(record.url)
    if pdf:
        found.append(ReadingLink("PDF", pdf))
    for identifier in names:
        url = outside_url(identifier.kind, identifier.value)
        if url is not None and identifier.kind in SITES:
            found.append(ReadingLink(f"{SITES[identifier.kind]} {identifier.value}", url))
    if record.url and not _names_one(record.url, names) and record.url != pdf:
        found.append(ReadingLink(site_label(record.url) or "Web page", record.url))
    if at_dblp := dblp_url(record.key):
        found.append(ReadingLink("dblp", at_dblp))
    scholar = f"https://scholar.google.com/scholar?q={quote_plus(record.title)}"
    found.append(ReadingLink("Google Scholar", scholar))
    return found


def _names_one(url: str, names: Sequence[Identifier]) -> bool:
    """Whether an address only says an identifier that has a link of its own."""
    ref = reference_from_url(url)
    return ref is not None and any(
        name.kind == ref.kind and name.folded == ref.value.lower()
        for name in names
        if name.kind in SITES
    )


def format_revision_bibtex(
    entry: SummaryEntry, revision: Revision, address: str, site_name: str
) -> str:
    """A version of a summary as a BibTeX entry.

    Args:
        entry: the summary as the reader may see it; an anonymous one has no author's name.
        revision: the version.
        address: its permanent address.
        site_name: where it is published.
    """
    writer = "Anonymous" if entry.writer is None else entry.writer.display_name
    day = revision.saved_at
    fields = {
        "title": protect_capitals(f"Summary of “{entry.paper.title}”"),
        # In braces of its own: a display name is not a name in parts.
        "author": "{" + escape_tex(writer) + "}",
        "howpublished": escape_tex(site_name),
        "year": str(day.year),
        "month": f"{day:%b}".lower(),
        "day": str(day.day),
        "url": address,
        "note": f"About {escape_tex(entry.paper.key)}",
    }
    return _entry("misc", f"shortlist:{revision.id}", fields)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name:<13} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"
