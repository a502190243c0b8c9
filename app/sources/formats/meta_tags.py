"""A record as `<meta>` tags, which search engines and reference managers read from a page.

Highwire Press tags as https://scholar.google.com/intl/en/scholar/inclusion.html and Zotero's
"Embedded Metadata" translator understand them, and Dublin Core for those that know only that.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.sources.record import PaperRecord
from app.sources.works import (
    address_of,
    date_of,
    keywords_of,
    kind_of,
    pages_of,
    pdf_of,
    venue_of,
)
from app.text.lines import visible_line

MAX_AUTHORS = 200
_VENUES = {
    "article": "citation_journal_title",
    "conference": "citation_conference_title",
    "chapter": "citation_inbook_title",
}
_INSTITUTIONS = {
    "thesis": "citation_dissertation_institution",
    "report": "citation_technical_report_institution",
}
# What DCMI's Eprints vocabulary and Zotero call the kinds.
_TYPES = {
    "article": "JournalArticle",
    "conference": "ConferencePaper",
    "book": "Book",
    "chapter": "BookItem",
    "thesis": "Thesis",
    "report": "Report",
    "preprint": "preprint",
}


def tags(record: PaperRecord) -> list[tuple[str, str]]:
    """Name and content of each tag, in order; what is not known is left out."""
    found = [*_highwire(record), *_dublin_core(record)]
    return [(name, visible_line(content)) for name, content in found if content]


def _highwire(record: PaperRecord) -> Iterator[tuple[str, str]]:
    kind, details = kind_of(record), record.details
    yield "citation_title", record.title
    for name in record.authors[:MAX_AUTHORS]:
        yield "citation_author", name
    yield "citation_publication_date", _slashed(date_of(record))
    if record.published_on is not None:
        yield "citation_online_date", record.published_on.strftime("%Y/%m/%d")
    yield _VENUES.get(kind, "citation_series_title"), venue_of(record)
    if kind in _INSTITUTIONS:
        yield _INSTITUTIONS[kind], details.get("school", "") or details.get("institution", "")
    yield "citation_volume", details.get("volume", "")
    number = "citation_technical_report_number" if kind == "report" else "citation_issue"
    yield number, details.get("number", "")
    first, last = pages_of(record)
    yield "citation_firstpage", first
    yield "citation_lastpage", last
    yield "citation_publisher", details.get("publisher", "")
    yield "citation_issn", details.get("issn", "")
    yield "citation_isbn", details.get("isbn", "")
    yield "citation_doi", record.doi
    yield "citation_arxiv_id", record.arxiv_id
    yield "citation_pdf_url", pdf_of(record)
    for word in keywords_of(record):
        yield "citation_keywords", word


def _dublin_core(record: PaperRecord) -> Iterator[tuple[str, str]]:
    yield "DC.title", record.title
    for name in record.authors[:MAX_AUTHORS]:
        yield "DC.creator", name
    yield "DC.date", "-".join(_slashed(date_of(record)).split("/"))
    yield "DC.type", _TYPES.get(kind_of(record), "Text")
    yield "DC.publisher", record.details.get("publisher", "")
    yield "DC.identifier", f"doi:{record.doi}" if record.doi else address_of(record)
    yield "DC.relation.ispartof", venue_of(record)


def _slashed(date: tuple[int, ...]) -> str:
    return "/".join(f"{part:02}" for part in date)
